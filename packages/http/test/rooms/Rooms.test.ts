import { nobleSha256 } from "@ddd/core/hash/Hash"
import { formatCents } from "@ddd/core/money/Money"
import { BeaconChains, onlyChain } from "@ddd/core/ports/BeaconChains"
import { Draws, StepFailed } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Rooms } from "@ddd/core/ports/Rooms"
import { OutcomeUnknown } from "@ddd/core/ports/Sales"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { verifyBundle, type VerifyOptions } from "@ddd/core/proof/Verifier"
import { codeSymbols } from "@ddd/core/rooms/RoomCode"
import { drawId } from "@ddd/core/values/Ids"
import { dayMillis, formatInstant, instant } from "@ddd/core/values/Instant"
import { chain, hash, signRound } from "@ddd/sim/providers/BeaconStandIn"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { assertProblem, at, Client, layer as server, ports, runDue, textAt } from "../support/Server.ts"
import { buy, execute, get, join, makeRoom, newMember, newPlayer, type Player, post, start } from "./support.ts"

const balanceOf = ({ id }: Player) =>
  Effect.gen(function*() {
    const wallet = yield* (yield* Ledger).wallet(id)
    return wallet === null ? null : formatCents(wallet.balance)
  })

const verified = (bundle: string, options: VerifyOptions = {}) =>
  Effect.gen(function*() {
    const { vkeys } = yield* RecordSigner
    const keys = vkeys.map((vkey) => parseVerifierKey(nobleSha256, vkey)).filter((key) => key !== undefined)
    const bytes = new Blob([bundle]).stream()
    return yield* Effect.promise(() => verifyBundle(nobleSha256, bytes, { keys, ...options }))
  })

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine }))(`a room, on ${engine}`, (it) => {
    it.effect("is made by its host, who is its first member", () =>
      Effect.gen(function*() {
        const host = yield* newPlayer()
        const answer = yield* post("/rooms", host, { name: "Friday", maxParticipants: 3 })
        assert.strictEqual(answer.status, 201, answer.text)
        const { json } = answer
        assert.match(textAt(json, "code"), new RegExp(`^[${codeSymbols}]{6}$`))
        assert.match(textAt(json, "commitmentHash"), /^[0-9a-f]{64}$/)
        const createdAt = textAt(json, "createdAt")
        assert.deepStrictEqual(json, {
          id: textAt(json, "id"),
          code: textAt(json, "code"),
          name: "Friday",
          hostId: host.id,
          status: "waiting",
          prizePool: "0.00",
          ticketPrice: "1.00",
          maxParticipants: 3,
          participants: [
            { userId: host.id, username: host.username, hasTicket: false, ticketPosition: null, joinedAt: createdAt }
          ],
          commitmentHash: textAt(json, "commitmentHash"),
          drawAt: null,
          seed: null,
          winnerId: null,
          winningPosition: null,
          createdAt
        })
        assert.strictEqual((yield* get(`/rooms/${textAt(json, "id")}`, host)).text, answer.text)
        assert.strictEqual((yield* get(`/rooms/${textAt(json, "code").toLowerCase()}`, host)).text, answer.text)
      }))

    it.effect("is joined, bought in, started and drawn, and proves itself to its members", () =>
      Effect.gen(function*() {
        const room = yield* makeRoom()
        const member = yield* newPlayer()
        const joined = yield* join(room, member)
        assert.strictEqual(joined.status, 200, joined.text)
        assert.strictEqual(textAt(joined.json, "status"), "open")
        assert.strictEqual(textAt(joined.json, "participants", 1, "userId"), member.id)
        assert.strictEqual((yield* buy(room, room.host)).status, 201)
        const bought = yield* buy(room, member)
        assert.strictEqual(bought.status, 201, bought.text)
        assert.strictEqual(at(bought.json, "ticketPosition"), 2)
        assert.strictEqual(textAt(bought.json, "ticketHash"), textAt(bought.json, "ticket", "ticketHash"))
        assert.isNull(at(bought.json, "ticket", "drawDate"))
        assert.strictEqual(textAt(bought.json, "ticket", "drawId"), room.id)
        assert.isTrue(textAt(bought.json, "ticket", "ticketId").startsWith(`ROOM-${room.code}-`))
        assert.strictEqual(textAt(bought.json, "wallet", "balance"), "4.00")
        assert.strictEqual(textAt(bought.json, "room", "prizePool"), "1.90")
        assert.strictEqual(at(bought.json, "room", "participants", 1, "ticketPosition"), 2)
        const ticket = yield* get(`/rooms/${room.code}/ticket`, member)
        assert.deepStrictEqual(ticket.json, at(bought.json, "ticket"))

        const started = yield* start(room)
        assert.strictEqual(started.status, 200, started.text)
        assert.strictEqual(textAt(started.json, "status"), "locked")
        assert.isString(at(started.json, "drawAt"))
        assert.isNull(at(started.json, "seed"))
        const proof = `/rooms/${room.id}/proof`
        const before = yield* get(proof, member)
        assert.strictEqual(before.headers.get("content-type"), "application/x-ndjson")
        assert.include(before.text, "ddd/lock/v1")
        assert.notInclude(before.text, "ddd/result/v1")

        const drawn = yield* execute(room)
        assert.strictEqual(drawn.status, 200, drawn.text)
        assert.strictEqual(textAt(drawn.json, "status"), "drawn")
        assert.match(textAt(drawn.json, "seed"), /^[0-9a-f]{64}$/)
        const winner = textAt(drawn.json, "winnerId") === member.id ? member : room.host
        assert.strictEqual(yield* balanceOf(winner), "5.90")
        assert.strictEqual((yield* execute(room)).text, drawn.text)
        assert.strictEqual(yield* balanceOf(winner), "5.90")
        const verdict = yield* verified((yield* get(proof, member)).text)
        assert.strictEqual(verdict.verdict, "VALID SIGNED", JSON.stringify(verdict))
      }))

    it.effect("answers a purchase the same bytes under the same key, whatever became of the room since", () =>
      Effect.gen(function*() {
        const room = yield* makeRoom()
        const first = yield* buy(room, room.host, "k")
        assert.strictEqual(first.status, 201, first.text)
        yield* buy(room, yield* newMember(room))
        yield* start(room)
        const again = yield* Effect.all(Array.from({ length: 10 }, () => buy(room, room.host, "k")), {
          concurrency: "unbounded"
        })
        for (const answer of again) {
          assert.strictEqual(answer.status, 201, answer.text)
          assert.strictEqual(answer.text, first.text)
          assert.strictEqual(answer.headers.get("idempotent-replayed"), "true")
        }
        assert.isNull(first.headers.get("idempotent-replayed"))
        const path = `/rooms/${room.id}/purchase-ticket`
        assertProblem(yield* post(path, room.host, {}, { "Idempotency-Key": "k" }), 422, "idempotency_key_reused")
        assert.strictEqual(yield* balanceOf(room.host), "4.00")
      }))
  })
}

layer(server())("a room", (it) => {
  it.effect("takes a name as it was sent, and nothing that is none", () =>
    Effect.gen(function*() {
      const host = yield* newPlayer()
      for (const name of ["a", "  padded ", "🎲".repeat(100), "<b>&\"'</b>", "\u200fשלום", "family 👨‍👩‍👧"]) {
        const answer = yield* post("/rooms", host, { name })
        assert.strictEqual(answer.status, 201, answer.text)
        assert.strictEqual(textAt(answer.json, "name"), name)
        assert.strictEqual(at(answer.json, "maxParticipants"), 50)
      }
      const unseen = [" ", "\u200b", "\u00a0\u3000", "\u2800", "\ufe0f", "\u202eabc", "a\u2066b"]
      const lines = ["two\nlines", "a\u0007bell", "a\u2028b", "\u0085"]
      for (const name of ["", "a".repeat(101), ...lines, ...unseen, 7, null]) {
        const answer = yield* post("/rooms", host, { name })
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), "name")
      }
      for (const maxParticipants of [1, 51, 2.5, "3", null]) {
        const answer = yield* post("/rooms", host, { name: "x", maxParticipants })
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), "maxParticipants")
      }
    }))

  it.effect("refuses a field that a request does not have, and changes nothing", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const paths = ["join", "purchase-ticket", "leave", "close", "start-draw", "execute-draw"]
      for (const path of ["/rooms", ...paths.map((path) => `/rooms/${room.id}/${path}`)]) {
        const answer = yield* post(path, room.host, { code: room.code, name: "x", planted: 1 })
        assertProblem(answer, 400, "invalid_request")
        const errors = at(answer.json, "errors")
        assert.deepInclude(errors, { path: "planted", message: "is not a field of this request" }, answer.text)
        for (const body of ["[]", "\"x\"", "7"]) {
          assertProblem(yield* post(path, room.host, body), 400, "invalid_request")
        }
      }
      assert.strictEqual(textAt((yield* get(`/rooms/${room.id}`, room.host)).json, "status"), "waiting")
      assert.strictEqual((yield* post(`/rooms/${room.id}/purchase-ticket`, room.host, {})).status, 201)
      assert.strictEqual(yield* balanceOf(room.host), "4.00")
    }))

  it.effect("says why it refuses, and what is left to do", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom({ maxParticipants: 3 })
      const path = `/rooms/${room.id}`
      const member = yield* newMember(room)
      const poor = yield* newPlayer(0n)
      yield* join(room, poor)
      assertProblem(yield* join(room, member), 409, "already_member")
      assertProblem(yield* join(room, yield* newPlayer()), 409, "room_full")
      assertProblem(yield* buy(room, poor), 402, "insufficient_funds")
      assert.strictEqual((yield* buy(room, member)).status, 201)
      assertProblem(yield* buy(room, member), 409, "already_has_ticket")
      assertProblem(yield* post(`${path}/leave`, member), 409, "already_has_ticket")
      assertProblem(yield* post(`${path}/leave`, room.host), 403, "forbidden")
      for (const act of ["start-draw", "execute-draw", "close"]) {
        assertProblem(yield* post(`${path}/${act}`, member), 403, "forbidden")
      }
      const early = yield* execute(room)
      assertProblem(early, 409, "wrong_room_state")
      assert.include(textAt(early.json, "detail"), "Start its draw first".toLowerCase())
      const noTicket = yield* get(`${path}/ticket`, room.host)
      assertProblem(noTicket, 404, "not_found")

      const alone = yield* start(room)
      assertProblem(alone, 409, "wrong_room_state")
      assert.include(textAt(alone.json, "detail"), "A draw needs tickets of 2 members, and 1 of this room has one")
      yield* buy(room, room.host)
      yield* start(room)
      assertProblem(yield* start(room), 409, "wrong_room_state")
      assertProblem(yield* buy(room, poor), 409, "wrong_room_state")
      assertProblem(yield* post(`${path}/close`, room.host), 409, "wrong_room_state")
      assertProblem(yield* post(`${path}/leave`, poor), 409, "wrong_room_state")
      assertProblem(yield* join(room, yield* newPlayer()), 409, "wrong_room_state")
    }))

  it.effect("is drawn at the time that its host names, within a day, and not before", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const world = yield* World
      const now = yield* (yield* Now).now
      for (const drawAt of [now - 1, now + dayMillis + 1]) {
        const answer = yield* start(room, { drawAt: formatInstant(instant(drawAt)) })
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), "drawAt")
      }
      for (const drawAt of ["2026-02-03", "soon", 7, null]) {
        assertProblem(yield* start(room, { drawAt }), 400, "invalid_request")
      }
      yield* buy(room, room.host)
      yield* buy(room, yield* newMember(room))
      const drawAt = formatInstant(instant(now + 3_600_000))
      const locked = yield* start(room, { drawAt })
      assert.strictEqual(textAt(locked.json, "drawAt"), drawAt)
      const early = yield* execute(room)
      assertProblem(early, 409, "wrong_room_state")
      assert.isNull(at((yield* get(`/rooms/${room.id}`, room.host)).json, "seed"))
      yield* world.advance(3_600_000)
      const drawn = yield* execute(room)
      assert.strictEqual(textAt(drawn.json, "status"), "drawn")
    }))

  it.effect("gives every ticket's price back when its host closes it, once", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const member = yield* newMember(room)
      yield* buy(room, member)
      yield* buy(room, room.host)
      const path = `/rooms/${room.id}/close`
      const answers = yield* Effect.all(Array.from({ length: 5 }, () => post(path, room.host)), {
        concurrency: "unbounded"
      })
      for (const answer of answers) {
        assert.strictEqual(answer.status, 200, answer.text)
        assert.strictEqual(textAt(answer.json, "status"), "closed")
      }
      assert.strictEqual(yield* balanceOf(member), "5.00")
      assert.strictEqual(yield* balanceOf(room.host), "5.00")
      assertProblem(yield* start(room), 409, "wrong_room_state")
      assert.include((yield* get(`/rooms/${room.id}/proof`, member)).text, "ddd/void/v1")
    }))

  it.effect("is left by a member without a ticket, who may come back", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const member = yield* newMember(room)
      const left = yield* post(`/rooms/${room.code}/leave`, member)
      assert.strictEqual(left.status, 204, left.text)
      assertProblem(yield* get(`/rooms/${room.id}`, member), 404, "not_found")
      assert.strictEqual(textAt((yield* get(`/rooms/${room.id}`, room.host)).json, "status"), "waiting")
      assert.strictEqual((yield* join(room, member)).status, 200)
    }))

  it.effect("has one last place, whoever comes at once, and one ticket a member, however often it is asked for", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom({ maxParticipants: 2 })
      const players = yield* Effect.forEach(Array.from({ length: 40 }), () => newPlayer())
      const joins = yield* Effect.forEach(players, (player) => join(room, player), { concurrency: "unbounded" })
      assert.lengthOf(joins.filter(({ status }) => status === 200), 1)
      for (const answer of joins) if (answer.status !== 200) assertProblem(answer, 409, "room_full")
      const buys = yield* Effect.all(Array.from({ length: 20 }, () => buy(room, room.host)), {
        concurrency: "unbounded"
      })
      assert.lengthOf(buys.filter(({ status }) => status === 201), 1)
      for (const answer of buys) if (answer.status !== 201) assertProblem(answer, 409, "already_has_ticket")
      assert.strictEqual(yield* balanceOf(room.host), "4.00")
    }))

  it.effect("is listed to its members, newest first, page by page", () =>
    Effect.gen(function*() {
      const [host, other] = [yield* newPlayer(), yield* newPlayer()]
      const made = yield* Effect.forEach(["1", "2", "3"], (name) => post("/rooms", host, { name }))
      yield* post("/rooms", other, { name: "another's" })
      const ids = made.map(({ json }) => textAt(json, "id")).toReversed()
      const first = yield* get("/rooms?limit=2", host)
      assert.deepStrictEqual([0, 1].map((i) => textAt(first.json, "items", i, "id")), ids.slice(0, 2))
      const second = yield* get(`/rooms?limit=2&cursor=${textAt(first.json, "nextCursor")}`, host)
      assert.deepStrictEqual(at(second.json, "items", 0, "id"), ids[2])
      assert.isNull(at(second.json, "nextCursor"))
      assertProblem(yield* get("/rooms?cursor=x", host), 400, "invalid_request")
    }))

  it.effect("needs an access token for everything", () =>
    Effect.gen(function*() {
      const { id } = yield* makeRoom()
      const { call } = yield* Client
      for (const path of ["/rooms", `/rooms/${id}`, `/rooms/${id}/ticket`, `/rooms/${id}/proof`]) {
        assertProblem(yield* call("GET", path), 401, "unauthenticated")
      }
      for (const act of ["join", "purchase-ticket", "leave", "close", "start-draw", "execute-draw"]) {
        assertProblem(yield* call("POST", `/rooms/${id}/${act}`), 401, "unauthenticated")
      }
    }))

  it.effect("is nothing to the public paths of draws", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const room = yield* makeRoom()
      yield* buy(room, room.host)
      yield* buy(room, yield* newMember(room))
      yield* start(room)
      yield* execute(room)
      for (const path of ["current-draw", "draw-history", "last-winner", "draws/2026-02-03"]) {
        assert.notInclude((yield* call("GET", `/lottery/${path}`)).text, room.id)
      }
      yield* runDue
    }))
})

const stranger = (error: Effect.Effect<never, Unavailable>) => () => error
const away = Effect.fail(new Unavailable({ message: "the planted host is away", retryAfter: 7 }))
const anId = "0190e1a2-0000-7000-8000-0000000000aa"

const rooms = (changed: Partial<typeof Rooms.Service>) =>
  Layer.effect(Rooms, Effect.map(Rooms, (rooms) => Rooms.of({ ...rooms, ...changed }))).pipe(Layer.provideMerge(ports))

layer(server(
  {},
  rooms({
    create: stranger(away),
    find: stranger(away),
    list: stranger(away),
    join: stranger(away),
    leave: stranger(away),
    purchase: stranger(away),
    ticket: stranger(away),
    close: stranger(away),
    start: stranger(away),
    execute: stranger(away)
  })
))("rooms whose store is away", (it) => {
  it.effect("answer 503, and say when to try again", () =>
    Effect.gen(function*() {
      const player = yield* newPlayer()
      const acts = ["join", "purchase-ticket", "leave", "close", "start-draw", "execute-draw"]
      const answers = [
        yield* post("/rooms", player, { name: "x" }),
        ...yield* Effect.forEach(
          ["/rooms", `/rooms/${anId}`, `/rooms/${anId}/ticket`, `/rooms/${anId}/proof`],
          (path) => get(path, player)
        ),
        ...yield* Effect.forEach(acts, (act) =>
          post(`/rooms/${anId}/${act}`, player, act === "join" ? { code: "ABCDEF" } : undefined))
      ]
      for (const answer of answers) {
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "7")
        assert.notInclude(answer.text, "planted")
      }
    }))
})

layer(server(
  {},
  rooms({
    purchase: () => Effect.fail(new OutcomeUnknown({ cause: new Error("planted") })),
    execute: () =>
      Effect.fail(
        new StepFailed({ due: { drawId: drawId(anId), step: "settle", dueAt: instant(0) }, message: "planted" })
      )
  })
))("rooms that do not know", (it) => {
  it.effect("say how to find out whether a ticket was bought, and that a draw is tried again", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const bought = yield* buy(room, room.host, "k")
      assertProblem(bought, 503, "outcome_unknown")
      assert.strictEqual(bought.headers.get("retry-after"), "1")
      assert.isNull((yield* buy(room, room.host)).headers.get("retry-after"))
      const drawn = yield* execute(room)
      assertProblem(drawn, 503, "unavailable")
      assert.notInclude(drawn.text, "planted")
    }))
})

layer(server({}, ports.pipe(Layer.provideMerge(Layer.succeed(BeaconChains, onlyChain(chain))))))(
  "a room with a beacon",
  (it) => {
    it.effect("answers that the round is pending until it is there, and is then drawn by itself", () =>
      Effect.gen(function*() {
        const room = yield* makeRoom()
        const world = yield* World
        yield* buy(room, room.host)
        yield* buy(room, yield* newMember(room))
        yield* start(room)
        assertProblem(yield* execute(room), 409, "wrong_room_state")
        yield* world.advance(30_000)
        const pending = yield* execute(room)
        assertProblem(pending, 409, "beacon_pending")
        assert.strictEqual(pending.headers.get("retry-after"), "5")
        assert.isNull(at((yield* get(`/rooms/${room.id}`, room.host)).json, "seed"))

        const id = drawId(room.id)
        const draws = yield* Draws
        const { beacon } = (yield* draws.byId(id)) ?? assert.fail("the room has a draw")
        const { round } = beacon ?? assert.fail("its draw waits for a round")
        yield* draws.storeRound(hash, round, signRound(round))
        yield* runDue
        assert.strictEqual(textAt((yield* get(`/rooms/${room.id}`, room.host)).json, "status"), "drawn")
        assert.strictEqual((yield* execute(room)).status, 200)
        const { verdict } = yield* verified((yield* get(`/rooms/${room.id}/proof`, room.host)).text, {
          chainHash: hash
        })
        assert.strictEqual(verdict, "VALID BEACON")
      }))
  }
)

const unfollowed = Layer.succeed(BeaconChains, { forNewDraws: chain, followed: [] })

layer(server({}, ports.pipe(Layer.provideMerge(unfollowed))))("a room whose beacon is not followed", (it) => {
  it.effect("sells no ticket and is not started, saying why, and is closed all the same", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      for (const refused of [yield* buy(room, room.host), yield* start(room)]) {
        assertProblem(refused, 503, "unavailable")
        assert.include(refused.text, "does not follow the public beacon")
        assert.strictEqual(refused.headers.get("retry-after"), "300")
      }
      assert.strictEqual(yield* balanceOf(room.host), "5.00")
      const closed = yield* post(`/rooms/${room.id}/close`, room.host)
      assert.strictEqual(closed.status, 200, closed.text)
    }))
})

layer(server({ limits: "off" }), { excludeTestServices: true })("rooms that are closed at once", (it) => {
  it.effect("are made a hundred a day by a player, whose answer then says when the next one can be", () =>
    Effect.gen(function*() {
      const host = yield* newPlayer()
      for (let times = 0; times < 100; times++) {
        const { json } = yield* post("/rooms", host, { name: "Friday" })
        assert.strictEqual((yield* post(`/rooms/${textAt(json, "id")}/close`, host)).status, 200)
      }
      const refused = yield* post("/rooms", host, { name: "Friday" })
      assertProblem(refused, 403, "limit_exceeded")
      assert.strictEqual(textAt(refused.json, "until"), "2026-02-04T00:00:00.000Z")
      assert.match(textAt(refused.json, "detail"), /at most 100 rooms a day \(UTC\)\. Nothing was made/)
      yield* (yield* World).advance(dayMillis)
      assert.strictEqual((yield* post("/rooms", host, { name: "Friday" })).status, 201)
    }))
})
