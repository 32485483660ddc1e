import { throttleRules } from "@ddd/core/accounts/Throttle"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import type { RequestRecord } from "../../src/boundary/RequestRecord.ts"
import {
  type Answer,
  assertProblem,
  at,
  Client,
  layer as server,
  makePlayer,
  ports,
  textAt
} from "../support/Server.ts"
import { buy, execute, get, join, makeRoom, newMember, newPlayer, type Player, post, start } from "./support.ts"

const absentId = "0190e1a2-0000-7000-8000-0000000000aa"
const absentCode = "222222"

/** What is left of an answer when its request's own id is taken away: what two answers are compared by. */
const bare = ({ headers, json, status }: Answer) => ({
  status,
  type: headers.get("content-type"),
  cache: headers.get("cache-control"),
  body: { ...Object(json), requestId: "" }
})

const acts = ["join", "purchase-ticket", "leave", "close", "start-draw", "execute-draw"]

/** All that can be asked of a room by what it is called. The world's clock goes on in between: nobody waits for a wrong code. */
const askEverything = Effect.fnUntraced(function*(room: string, player: Player) {
  const world = yield* World
  const answers: Array<Answer> = []
  for (const part of ["", "/ticket", "/proof"]) {
    answers.push(yield* get(`/rooms/${room}${part}`, player))
    yield* world.advance(throttleRules.network.forgetMillis)
  }
  for (const act of acts) {
    answers.push(yield* post(`/rooms/${room}/${act}`, player, act === "join" ? { code: absentCode } : undefined))
    yield* world.advance(throttleRules.network.forgetMillis)
  }
  return answers
})

layer(server())("a room, to whoever is not in it,", (it) => {
  it.effect("#1 shows nobody's ticket, and answers as it does of one that does not exist", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const room = yield* makeRoom()
      const [member, stranger] = [yield* newMember(room), yield* newPlayer()]
      const bought = yield* buy(room, room.host)
      const ticketId = textAt(bought.json, "ticket", "ticketId")
      const absentTicket = `${ticketId.slice(0, -5)}${ticketId.endsWith("00000") ? "11111" : "00000"}`

      for (const name of [room.id, room.code]) {
        const absent = yield* get(`/rooms/${name === room.id ? absentId : absentCode}/ticket`, stranger)
        const answer = yield* get(`/rooms/${name}/ticket`, stranger)
        assertProblem(answer, 404, "not_found")
        assert.deepStrictEqual(bare(answer), bare(absent))
      }
      const others = yield* get(`/rooms/${room.id}/ticket`, member)
      assertProblem(others, 404, "not_found")
      for (const player of [member, stranger]) {
        const listed = yield* get(`/lottery/tickets?drawId=${room.id}`, player)
        assert.deepStrictEqual(listed.json, { items: [], nextCursor: null })
      }

      const check = `/lottery/tickets/${ticketId}/verify`
      const own = yield* get(check, room.host)
      assert.strictEqual(own.status, 200, own.text)
      assert.strictEqual(at(own.json, "sealValid"), true)
      assert.strictEqual(own.headers.get("cache-control"), "no-store")
      assert.strictEqual((yield* get(check, member)).text, own.text)
      const tokens = [stranger.token, undefined, "nonsense", `${room.host.id}/${room.host.id}/1`]
      for (const token of tokens) {
        const headers = token === undefined ? {} : { token }
        const answer = yield* call("GET", check, headers)
        assertProblem(answer, 404, "not_found")
        const absent = yield* call("GET", `/lottery/tickets/${absentTicket}/verify`, headers)
        assert.deepStrictEqual(bare(answer), bare(absent))
      }
      assertProblem(
        yield* call("GET", check, { headers: { authorization: `Basic ${room.host.token}` } }),
        404,
        "not_found"
      )
    }))

  it.effect("#2 is not listed, not shown and not joined without its code, and is as one that does not exist", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom({ name: "planted name" })
      const member = yield* newMember(room)
      yield* buy(room, member)
      const stranger = yield* newPlayer()
      assert.deepStrictEqual((yield* get("/rooms", stranger)).json, { items: [], nextCursor: null })
      for (const [name, absent] of [[room.id, absentId], [room.code, absentCode]] as const) {
        const answers = yield* askEverything(name, stranger)
        const absents = yield* askEverything(absent, stranger)
        assert.deepStrictEqual(answers.map(bare), absents.map(bare))
        for (const answer of answers) {
          assertProblem(answer, 404, "not_found")
          for (const secret of ["planted", room.host.username, member.username, room.host.id, member.id]) {
            assert.notInclude(answer.text, secret)
          }
        }
      }
      const { json } = yield* get(`/rooms/${room.id}`, room.host)
      assert.lengthOf(Array.from(at(json, "participants") as ReadonlyArray<unknown>), 2)
    }))

  it.effect("is not joined by the code of another room, nor by a code that is none", () =>
    Effect.gen(function*() {
      const [room, other] = [yield* makeRoom(), yield* makeRoom()]
      const stranger = yield* newPlayer()
      for (const code of [other.code, "", "x", "ABCDEFG", `${room.code} `]) {
        assertProblem(yield* post(`/rooms/${room.id}/join`, stranger, { code }), 404, "not_found")
      }
      const right = yield* post(`/rooms/${room.code.toLowerCase()}/join`, stranger, { code: room.code.toLowerCase() })
      assert.strictEqual(right.status, 200, right.text)
    }))
})

layer(server())("codes of rooms", (it) => {
  it.effect("#3 make whoever tries wrong ones wait, the right one too, and nobody else", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const [guesser, other] = [yield* newPlayer(), yield* newPlayer()]
      const guess = post(`/rooms/${room.id}/join`, guesser, { code: absentCode })
      const answers = yield* Effect.all(Array.from({ length: 100 }, () => guess), { concurrency: "unbounded" })
      const { free } = throttleRules.account_and_network
      assert.lengthOf(answers.filter(({ status }) => status === 404), free + 1)
      for (const answer of answers) {
        if (answer.status === 404) continue
        assertProblem(answer, 429, "rate_limited")
        assert.strictEqual(answer.headers.get("retry-after"), "1")
      }
      assertProblem(yield* join(room, guesser), 429, "rate_limited")
      assert.strictEqual((yield* join(room, other)).status, 200)
      yield* (yield* World).advance(1_000)
      assert.strictEqual((yield* join(room, guesser)).status, 200)
      // the right one told nothing of the wrong ones: the next of those makes wait again
      assertProblem(yield* guess, 404, "not_found")
      assertProblem(yield* guess, 429, "rate_limited")
    }))

  it.effect("#3 are counted in every path, and to members they are no guess", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const guesser = yield* newMember(yield* makeRoom())
      const paths = ["", "/ticket", "/proof", "", "/ticket", "/proof"]
      for (const part of paths) assertProblem(yield* get(`/rooms/${room.code}${part}`, guesser), 404, "not_found")
      for (const part of paths) assertProblem(yield* get(`/rooms/${room.code}${part}`, guesser), 429, "rate_limited")
      for (const act of acts) {
        const answer = yield* post(
          `/rooms/${absentCode}/${act}`,
          guesser,
          act === "join" ? { code: room.code } : undefined
        )
        assertProblem(answer, 429, "rate_limited")
      }
      // an id lets nobody in
      for (let i = 0; i < 20; i++) assertProblem(yield* get(`/rooms/${absentId}`, guesser), 404, "not_found")
      for (let i = 0; i < 20; i++) assert.strictEqual((yield* get(`/rooms/${room.code}`, room.host)).status, 200)
    }))

  it.effect("are taken back when they were right, whether or not there was room", () =>
    Effect.gen(function*() {
      const [room, full] = [yield* makeRoom(), yield* makeRoom({ maxParticipants: 2 })]
      yield* newMember(full)
      const player = yield* newPlayer()
      for (let i = 0; i < 20; i++) assertProblem(yield* join(full, player), 409, "room_full")
      assert.strictEqual((yield* join(room, player)).status, 200)
      for (let i = 0; i < 20; i++) assertProblem(yield* join(room, player), 409, "already_member")
    }))
})

/** Everything that was logged, and that was told of requests, as text. */
const logged: Array<string> = []
const collecting = Logger.layer([Logger.map(Logger.formatStructured, (line) => {
  logged.push(JSON.stringify(line))
})]).pipe(Layer.merge(Layer.succeed(References.MinimumLogLevel, "Trace")))

const record = (request: RequestRecord) => void logged.push(JSON.stringify(request))

layer(server({ record }, Layer.merge(ports, collecting)), { excludeTestServices: true })("what a room tells", (it) => {
  it.effect("#29 never holds the seed before the room is drawn, nor does the log", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      const [member, stranger] = [yield* newMember(room), yield* makePlayer()]
      const told: Array<Answer> = [yield* buy(room, room.host), yield* buy(room, member), yield* buy(room, member)]
      const lookAround = Effect.gen(function*() {
        for (const path of ["/rooms", `/rooms/${room.id}`, `/rooms/${room.id}/ticket`, `/rooms/${room.code}/proof`]) {
          for (const player of [room.host, member, stranger]) told.push(yield* get(path, player))
        }
        const ticketId = textAt((yield* get(`/rooms/${room.id}/ticket`, member)).json, "ticketId")
        told.push(yield* get(`/lottery/tickets/${ticketId}/verify`, member))
        told.push(yield* execute({ ...room, host: member }))
      })
      yield* lookAround
      told.push(yield* start(room))
      yield* lookAround
      const before = [...logged]
      const seed = textAt((yield* execute(room)).json, "seed")
      const forms = [seed, seed.toUpperCase(), Buffer.from(seed, "hex").toString("base64")]
      for (const text of [...told.map(({ text }) => text), ...before]) {
        for (const form of forms) assert.notInclude(text, form)
      }
      assert.isAbove(before.length, 20)
      assert.include((yield* get(`/rooms/${room.id}/proof`, member)).text, seed)
      // a path is logged by its template: a code lets its reader in
      for (const line of logged) assert.notInclude(line, room.code)
    }))
})
