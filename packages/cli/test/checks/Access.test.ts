/** Who sees and changes what (docs/security.md, "The thirty checks"). */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { watchRoom } from "../../src/demo/RoomLive.ts"
import { connect } from "../../src/demo/Socket.ts"
import { eventually } from "../support/Ddd.ts"
import { endpointsOf } from "../support/Junk.ts"
import { overOneAndTwoSites } from "../support/Processes.ts"
import { answerIn, connectTo, hear } from "../support/RawHttp.ts"
import { handshakeText, messageFrame } from "../support/RawSocket.ts"
import { askAs, buyIn, expectAs, type Member, newMember, newRoom, type Room } from "../support/Rooms.ts"
import { addressIn, assertProblem, at, internalToken, password, Site, textAt, tokensOf } from "../support/Site.ts"

/** A room's id as it could be, of no room. */
const noRoom: Room = { id: "019c2070-0000-7000-8000-00000000000a", code: "222222" }

/** All that somebody may ask of a room without knowing its code. */
const asking = ({ id }: Room) =>
  [
    ["GET", `/rooms/${id}`, undefined],
    ["GET", `/rooms/${id}/ticket`, undefined],
    ["GET", `/rooms/${id}/proof`, undefined],
    ["POST", `/rooms/${id}/purchase-ticket`, undefined],
    ["POST", `/rooms/${id}/leave`, undefined],
    ["POST", `/rooms/${id}/close`, undefined],
    ["POST", `/rooms/${id}/start-draw`, {}],
    ["POST", `/rooms/${id}/execute-draw`, undefined],
    ["POST", `/rooms/${id}/join`, { code: "333333" }]
  ] as const

let readers = 0

/** What a problem says, without what differs between any two requests. */
const bare = (json: unknown) => ["type", "title", "status", "code", "detail", "errors"].map((field) => at(json, field))

/** What a stranger is told of what is not there for them. */
const toldNothing = (stranger: Member, method: string, path: string, body?: unknown) =>
  Effect.map(askAs(stranger, method, path, body === undefined ? {} : { body }), (answer) => {
    assertProblem(answer, 404, "not_found")
    return { text: answer.text, problem: bare(answer.json) }
  })

const told = (stranger: Member, room: Room) =>
  Effect.forEach(asking(room), ([method, path, body]) => toldNothing(stranger, method, path, body))

overOneAndTwoSites("what is a room's", (it) => {
  it.effect(
    "#1 a ticket is nobody's to read but its buyer's, a room's none's to check but its members'",
    () =>
      Effect.gen(function*() {
        const { ask, buy } = yield* Site
        const [host, friend, stranger] = [yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        const [bought] = yield* buyIn(room, [friend])
        const id = textAt(bought, "ticket", "ticketId")
        assert.include(id, `ROOM-${room.code}-`)
        const path = `/lottery/tickets/${id}/verify`
        const noTicket = `/lottery/tickets/${id.slice(0, -5)}${id.endsWith("22222") ? "33333" : "22222"}/verify`

        // by each route that shows one, as of what is not there
        const absent = yield* toldNothing(stranger, "GET", noTicket)
        assert.deepStrictEqual((yield* toldNothing(stranger, "GET", path)).problem, absent.problem)
        assert.deepStrictEqual(
          (yield* toldNothing(stranger, "GET", `/rooms/${room.id}/ticket`)).problem,
          (yield* toldNothing(stranger, "GET", `/rooms/${noRoom.id}/ticket`)).problem
        )
        const unsigned = yield* ask("GET", path)
        assertProblem(unsigned, 404, "not_found")
        assert.deepStrictEqual(bare(unsigned.json), absent.problem)
        assertProblem(yield* askAs(host, "GET", `/rooms/${room.id}/ticket`), 404, "not_found")
        assert.strictEqual((yield* buy(friend.accessToken)).status, 201)
        for (const query of ["", `?drawId=${room.id}`]) {
          const listed = yield* expectAs(200, stranger, "GET", `/lottery/tickets${query}`)
          assert.deepStrictEqual(at(listed, "items"), [])
        }

        assert.isTrue(at(yield* expectAs(200, host, "GET", path), "sealValid"))
        assert.strictEqual(at(yield* expectAs(200, friend, "GET", `/rooms/${room.id}/ticket`), "ticketId"), id)
      }),
    180_000
  )

  it.effect(
    "#2 who lists or joins a room without its code gets 404, as for no room, and learns of no member",
    () =>
      Effect.gen(function*() {
        const [host, friend, stranger] = [yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        yield* buyIn(room, [friend])
        const answers = yield* told(stranger, room)
        assert.deepStrictEqual(
          answers.map(({ problem }) => problem),
          (yield* told(stranger, noRoom)).map(({ problem }) => problem)
        )
        for (const { text } of answers) {
          for (const secret of [host.id, host.username, friend.id, friend.username, room.code, "Friday night"]) {
            assert.notInclude(text, secret)
          }
        }
        assert.deepStrictEqual(at(yield* expectAs(200, stranger, "GET", "/rooms"), "items"), [])
        for (const url of (yield* Site).urls) {
          const unheard = yield* Effect.flip(
            Effect.scoped(watchRoom(url, { token: stranger.accessToken }, room.id))
          )
          assert.include(unheard.message, "The server says")
        }
        assert.strictEqual(at(yield* expectAs(200, host, "GET", `/rooms/${room.id}`), "participants", "length"), 2)
      }),
    180_000
  )

  it.effect(
    "#3 a hundred wrong codes end in 429, for this player and this address alone, until time passes",
    () =>
      Effect.gen(function*() {
        const { advance } = yield* Site
        const [host, guesser, friend] = [yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host)
        const join = (who: Member, code: string, from = who.from) =>
          askAs(who, "POST", `/rooms/${code}/join`, { body: { code }, from })
        const wrong = Array.from({ length: 100 }, (_, index) => `22222${"3456789ABC".charAt(index % 10)}`)
        const guess = (code: string) => join(guesser, code === room.code ? "DDDDDD" : code)
        const answers = yield* Effect.forEach(wrong, guess)
        const limited = answers.filter(({ status }) => status === 429)
        assert.isAtLeast(limited.length, 80)
        for (const answer of answers) if (answer.status !== 429) assertProblem(answer, 404, "not_found")
        for (const answer of limited) {
          assertProblem(answer, 429, "rate_limited")
          assert.isAtLeast(Number(answer.headers["retry-after"]), 1)
        }
        // each further one makes the wait longer, to more than this test takes
        let wait = 0
        while (wait < 60) {
          const answer = yield* guess("222223")
          if (answer.status !== 429) continue
          wait = Number(answer.headers["retry-after"])
          yield* advance(1_000 * wait)
        }
        yield* guess("222223")
        // who must wait is not told that a code is right
        const right = yield* join(guesser, room.code)
        assertProblem(right, 429, "rate_limited")
        assert.strictEqual((yield* join(friend, room.code, guesser.from)).status, 200)
        yield* advance(1_000 * Number(right.headers["retry-after"]))
        const late = yield* join(guesser, room.code)
        assert.strictEqual(late.status, 200, late.text)
      }),
    180_000
  )

  it.effect("#4 a profile takes no field that is not the player's to change, and nothing of it changes", () =>
    Effect.gen(function*() {
      const { ask, newPlayer } = yield* Site
      const { accessToken } = yield* newPlayer
      const shown = Effect.map(ask("GET", "/user/profile", { token: accessToken }), ({ text }) => text)
      const change = (body: unknown) => ask("PATCH", "/user/profile", { token: accessToken, body })
      const before = yield* shown
      for (
        const extra of [
          { balance: "5.00" },
          { role: "admin" },
          { id: "019a0000-0000-7000-8000-000000000001" },
          { email_verified: true },
          { emailVerified: true },
          { kycStatus: "verified" },
          { wallet: { balance: "5.00" } }
        ]
      ) {
        assertProblem(yield* change({ username: "Smuggler", ...extra }), 400, "invalid_request")
        assertProblem(yield* change(extra), 400, "invalid_request")
      }
      assertProblem(yield* change({}), 400, "invalid_request")
      assert.strictEqual(yield* shown, before)
    }))

  it.effect(
    "#5 a name of JavaScript's own, or one that stands twice, is refused by every endpoint that takes a body",
    () =>
      Effect.gen(function*() {
        const { ask, newPlayer } = yield* Site
        const player = yield* newPlayer
        const endpoints = endpointsOf((yield* ask("GET", "/openapi.json")).json)
          .filter(({ body, path }) => body !== null && !path.startsWith("/webhooks/"))
        assert.isAbove(endpoints.length, 10)
        for (const { body, method, path } of endpoints) {
          const [name, value] = Object.entries(body ?? {})[0] ?? []
          assert(name !== undefined)
          const members = JSON.stringify(body).slice(1, -1)
          const again = `${JSON.stringify(name)}:${JSON.stringify(value)}`
          const bodies = [
            `{"__proto__":{"isAdmin":true},${members}}`,
            `{${members},"\\u005f_proto__":{}}`,
            `{"constructor":{"prototype":{}},${members}}`,
            `{${members},${again}}`,
            `{${again},${members}}`
          ]
          for (const text of bodies) {
            const answer = yield* ask(method, path.replaceAll(/\{\w+\}/gu, noRoom.id), {
              body: text,
              token: path === "/wallet/deposit" ? internalToken : player.accessToken
            })
            assert.strictEqual(answer.status, 400, `${method} ${path} ${text}: ${answer.text}`)
          }
        }
      }),
    180_000
  )

  it.effect("#24 a WebSocket is opened for no foreign page, and with no token in its address", () =>
    Effect.gen(function*() {
      const { newPlayer, urls } = yield* Site
      const { accessToken } = yield* newPlayer
      for (const url of urls) {
        const opened = (text: string) =>
          Effect.map(hear(url, [text], { patienceMillis: 2_000 }), ({ text }) => answerIn(text))
        const foreign = yield* opened(handshakeText("/ws", { Origin: "https://evil.example.com" }))
        assert.strictEqual(foreign.status, 403, foreign.body)
        for (const name of ["token", "access_token", "authorization"]) {
          const told = yield* opened(handshakeText(`/ws?${name}=${accessToken}`))
          assert.strictEqual(told.status, 400, told.body)
          assert.notInclude(told.body, accessToken)
        }
        assert.strictEqual((yield* opened(handshakeText())).status, 101)
      }
    }))

  it.effect("#24 a channel that is not the player's is answered by an error, as one that is not there", () =>
    Effect.gen(function*() {
      const [host, stranger] = [yield* newMember, yield* newMember]
      const room = yield* newRoom(host)
      for (const url of (yield* Site).urls) {
        const heard: Array<unknown> = []
        const socket = yield* Effect.orDie(connect(url, (message) => void heard.push(message)))
        const errors = () => heard.filter((message) => at(message, "event") === "error")
        /** Subscribes, and gives the error that answers it. */
        const refused = (channel: string) =>
          Effect.gen(function*() {
            const before = errors().length
            yield* socket.say({ type: "subscribe", channel })
            yield* Effect.orDie(socket.until("an answer", () => errors().length > before))
            return at(errors().at(-1), "data")
          })
        assert.strictEqual(at(yield* refused(`lobby:${room.id}`), "code"), "unauthenticated")
        yield* socket.say({ type: "auth", token: stranger.accessToken })
        yield* Effect.orDie(
          socket.until("the sign-in", () => heard.some((message) => at(message, "event") === "authenticated"))
        )
        const answer = yield* refused(`lobby:${room.id}`)
        assert.strictEqual(at(answer, "code"), "not_found")
        assert.deepStrictEqual(answer, yield* refused(`lobby:${noRoom.id}`))
        assert.isFalse(heard.some((message) => at(message, "event") === "lobby:update"))
      }
    }))

  it.effect(
    "#25 a WebSocket that is open past its token's life hears of its room no longer",
    () =>
      Effect.gen(function*() {
        const { advance, newPlayer, post, signIn, urls } = yield* Site
        const [host, friend] = [yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        const listeners = yield* Effect.forEach(urls, (url) =>
          Effect.gen(function*() {
            const heard: Array<unknown> = []
            const socket = yield* Effect.orDie(connect(url, (message) => void heard.push(message)))
            const count = (event: string) => heard.filter((message) => at(message, "event") === event).length
            yield* socket.say({ type: "auth", token: friend.accessToken })
            yield* Effect.orDie(socket.until("the sign-in", () => count("authenticated") > 0))
            yield* socket.say({ type: "subscribe", channel: `lobby:${room.id}` })
            yield* Effect.orDie(socket.until("the room", () => count("lobby:update") > 0))
            return { count, heard, socket }
          }))
        yield* advance(15 * 60_000)
        for (const { count, heard, socket } of listeners) {
          yield* Effect.orDie(socket.until("that the token has expired", () => count("error") > 0))
          const error = heard.find((message) => at(message, "event") === "error")
          assert.strictEqual(at(error, "data", "code"), "token_expired")
        }
        const before = listeners.map(({ count }) => count("lobby:update"))
        // somebody joins, of which those hear who listen with a token that is good
        const again = tokensOf(yield* signIn(friend.email)).accessToken
        const watching = yield* Effect.forEach(urls, (url) => Effect.orDie(watchRoom(url, { token: again }, room.id)))
        const joined = yield* post(`/rooms/${room.code}/join`, { code: room.code }, {
          token: (yield* newPlayer).accessToken
        })
        assert.strictEqual(joined.status, 200, joined.text)
        for (const live of watching) {
          yield* Effect.orDie(live.until("who joined", () => live.updates.at(-1)?.members === 3))
        }
        // and what those are told who do not comes in order: an answer to a later message comes after it
        for (const [nth, { count, socket }] of listeners.entries()) {
          const pongs = count("pong")
          yield* socket.say({ type: "ping" })
          yield* Effect.orDie(socket.until("a pong", () => count("pong") > pongs))
          assert.strictEqual(count("lobby:update"), before[nth])
        }
      }),
    180_000
  )

  it.effect(
    "#25 a WebSocket whose reader reads nothing is dropped, while others are told",
    () =>
      Effect.gen(function*() {
        const { ask, post, urls } = yield* Site
        // the longest names that there are: each state of the room is large, and fills what the kernel keeps for the reader
        const members = yield* Effect.forEach(Array.from({ length: 12 }), () =>
          Effect.gen(function*() {
            const username = `Reader${++readers}.`.padEnd(50, "x")
            const answer = yield* post("/auth/sign-up", { email: `${username}@example.com`, username, password })
            assert.strictEqual(answer.status, 201, answer.text)
            return { ...tokensOf(answer), from: addressIn(30_000 + readers) }
          }), { concurrency: 4 })
        const [host, ...friends] = members
        assert(host !== undefined)
        const made = yield* post("/rooms", { name: "Slow readers" }, { token: host.accessToken })
        const [id, code] = [textAt(made.json, "id"), textAt(made.json, "code")]
        for (const { accessToken: token } of friends) {
          assert.strictEqual((yield* post(`/rooms/${code}/join`, { code }, { token })).status, 200)
        }
        const url = urls.at(-1) ?? ""
        const socket = connectTo(url)
        yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
        let gone = false
        socket.on("close", () => {
          gone = true
        })
        socket.write(handshakeText())
        yield* Effect.callback<void>((resume) => {
          socket.once("data", () => resume(Effect.void))
        })
        socket.pause()
        socket.write(messageFrame({ type: "auth", token: host.accessToken }))
        const state = messageFrame({ type: "subscribe", channel: `lobby:${id}` })
        // as many as a client may send
        const asking = setInterval(() => socket.write(Buffer.concat(Array.from({ length: 20 }, () => state))), 250)
        yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(asking)))
        const live = yield* Effect.orDie(watchRoom(url, { token: host.accessToken }, id))
        yield* ask("GET", "/healthz", { at: url }).pipe(
          Effect.tap(({ status }) => Effect.sync(() => assert.strictEqual(status, 200))),
          Effect.delay("400 millis"),
          Effect.repeat({ until: () => gone }),
          Effect.timeout("8 minutes")
        )
        assert.strictEqual(
          (yield* post(`/rooms/${id}/leave`, undefined, { token: friends[0]?.accessToken ?? "" })).status,
          204
        )
        yield* Effect.orDie(live.until("who left", () => live.updates.at(-1)?.members === 11))
        yield* eventually("the server", ask("GET", "/readyz", { at: url }), ({ status }) => status === 200)
      }),
    600_000
  )
})
