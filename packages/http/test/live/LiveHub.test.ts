import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { messagesOfTurn } from "../../src/live/Turns.ts"
import { Problem } from "../../src/problems/Problem.ts"
import { drawId, roomId, session, settle, startHub, userId } from "./support.ts"

const subscribed = { event: "subscribed", data: { channel: "draw" } }
const update = (totalEntries: number, prizePool = `${totalEntries}.00`) => ({
  event: "draw:update",
  data: { drawId, prizePool, totalEntries },
  channel: "draw"
})

describe("LiveHub", () => {
  patiently("greets, answers pings, and tells the time of the port", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      yield* TestClock.setTime(1_000)
      const socket = connect()
      socket.say({ type: "ping" })
      yield* settle
      const [connected, pong] = socket.events()
      assert.strictEqual(connected?.event, "connected")
      assert.match(String(connected?.data["connectionId"]), /^[0-9a-f-]{36}$/)
      assert.strictEqual(connected?.data["serverTime"], "1970-01-01T00:00:01.000Z")
      assert.deepStrictEqual(pong, { event: "pong", data: { serverTime: "1970-01-01T00:00:01.000Z" } })
    }))

  patiently("sends the state on subscribing, to the first and to those that come later", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const first = connect()
      first.events()
      first.say({ type: "subscribe", channel: "draw" })
      yield* settle
      assert.deepStrictEqual(first.events(), [subscribed, update(1, "0.95")])
      const second = connect()
      second.events()
      second.say({ type: "subscribe", channel: "draw" })
      yield* settle
      assert.deepStrictEqual(second.events(), [subscribed, update(1, "0.95")])
      assert.deepStrictEqual(first.events(), [])
      assert.strictEqual(stage.reads, 1)
    }))

  patiently(
    "says that there is nothing while no draw is on sale, once that is known, and to those that come later",
    () =>
      Effect.gen(function*() {
        const { connect, stage } = yield* startHub
        stage.draw = null
        const socket = connect()
        socket.events()
        socket.say({ type: "subscribe", channel: "draw" })
        yield* settle
        const nothing = { event: "nothing", data: { channel: "draw" } }
        assert.deepStrictEqual(socket.events(), [subscribed, nothing])
        const second = connect()
        second.events()
        second.say({ type: "subscribe", channel: "draw" })
        yield* settle
        assert.deepStrictEqual(second.events(), [subscribed, nothing])
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(socket.events(), [])
        stage.sell(3)
        yield* TestClock.adjust("3100 millis")
        assert.deepStrictEqual(socket.events(), [update(3)])
        stage.draw = null
        yield* TestClock.adjust("3100 millis")
        assert.deepStrictEqual(socket.events(), [nothing])
      })
  )

  patiently("sends at most 20 states a second, and always the last one", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const socket = connect()
      socket.say({ type: "subscribe", channel: "draw" })
      yield* TestClock.adjust("1 second")
      socket.events()
      for (let count = 2; count <= 1_001; count++) {
        stage.sell(count)
        yield* TestClock.adjust("1 millis")
      }
      yield* TestClock.adjust("50 millis")
      const events = socket.events()
      assert.isAtLeast(events.length, 19)
      assert.isAtMost(events.length, 21)
      assert.deepStrictEqual(events.at(-1), update(1_001))
      const reads = stage.reads
      yield* TestClock.adjust("1 second")
      // once more, in case that news was lost
      assert.isAtMost(stage.reads, reads + 1)
    }))

  patiently("sends every subscriber the very same text", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const all = Array.from({ length: 2_000 }, connect)
      /** Readers are served in several turns, between which other work has its own. */
      const allHave = (text: string) =>
        Effect.repeat(settle, { until: () => all.every((socket) => socket.sent.at(-1) === text), times: 1_000 })
      for (const socket of all) socket.say({ type: "subscribe", channel: "draw" })
      yield* allHave(JSON.stringify(update(1, "0.95")))
      for (const socket of all) socket.sent.length = 0
      stage.sell(2)
      yield* TestClock.adjust("50 millis")
      yield* allHave(JSON.stringify(update(2)))
      for (const socket of all) assert.deepStrictEqual(socket.sent, [JSON.stringify(update(2))])
    }))

  patiently(
    "notices within 3 s what nobody told of, while somebody listens, and asks nothing otherwise",
    () =>
      Effect.gen(function*() {
        const { connect, stage } = yield* startHub
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(stage.reads, 0)
        const socket = connect()
        socket.say({ type: "subscribe", channel: "draw" })
        yield* settle
        socket.events()
        stage.draw = { drawId, prizePool: "7.00", totalEntries: 7 } // and nobody says so
        yield* TestClock.adjust("3100 millis")
        assert.deepStrictEqual(socket.events(), [update(7)])
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(socket.events(), [])
        socket.close(1000)
        yield* TestClock.adjust("10 seconds")
        const reads = stage.reads
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(stage.reads, reads)
      })
  )

  patiently("tells a draw's status at once, once", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const socket = connect()
      socket.say({ type: "subscribe", channel: "draw" })
      yield* settle
      socket.events()
      stage.tell({ _tag: "DrawStatus", drawId, status: "locked", lock: "ddd/lock/v1\n" })
      stage.tell({ _tag: "DrawStatus", drawId, status: "locked", lock: "ddd/lock/v1\n" })
      yield* settle
      const locked = {
        event: "draw:status",
        data: { drawId, status: "locked", lock: "ddd/lock/v1\n" },
        channel: "draw"
      }
      assert.deepStrictEqual(socket.events(), [locked])
      stage.tell({ _tag: "DrawStatus", drawId, status: "drawn", winningPosition: 1, prizeAmount: "0.95" })
      yield* settle
      assert.deepStrictEqual(socket.events(), [
        {
          event: "draw:status",
          data: { drawId, status: "drawn", winningPosition: 1, prizeAmount: "0.95" },
          channel: "draw"
        }
      ])
    }))

  patiently(
    "tells those who come later of each draw that is locked, and of the one that ended last",
    () =>
      Effect.gen(function*() {
        const { connect, stage } = yield* startHub
        const [second, third] = ["2", "3"].map((nth) => `${drawId.slice(0, -1)}${nth}`)
        assert(second !== undefined && third !== undefined)
        const status = (draw: string, of: string, more: object = {}) => ({
          event: "draw:status",
          data: { drawId: draw, status: of, ...more },
          channel: "draw"
        })
        /** Who comes now is told, and hears nothing twice once it is told again. */
        const greeted = Effect.fnUntraced(function*() {
          const socket = connect()
          socket.events()
          socket.say({ type: "subscribe", channel: "draw" })
          yield* settle
          const told = socket.events()
          stage.tell({ _tag: "DrawStatus", drawId: third, status: "open" })
          yield* settle
          assert.deepStrictEqual(socket.events().filter(({ event }) => event === "draw:status"), [
            status(third, "open")
          ])
          socket.close(1000)
          return told
        })
        const round = { chainHash: "ab", round: 7 }
        stage.tell({ _tag: "DrawStatus", drawId, status: "drawn", winningPosition: 1 })
        stage.tell({ _tag: "DrawStatus", drawId: second, status: "locked", lock: "ddd/lock/v1\n", round })
        yield* settle
        const locked = { lock: "ddd/lock/v1\n", round }
        const winner = { winningPosition: 1 }
        assert.deepStrictEqual(yield* greeted(), [
          subscribed,
          status(drawId, "drawn", winner),
          status(second, "locked", locked),
          update(1, "0.95")
        ])
        // while nobody listens the channel is forgotten, and what is told is not
        yield* TestClock.adjust("10 seconds")
        stage.tell({ _tag: "DrawStatus", drawId: second, status: "locked", ...locked, signature: "cd" })
        yield* settle
        assert.deepStrictEqual((yield* greeted())[2], status(second, "locked", { ...locked, signature: "cd" }))
        yield* TestClock.adjust("10 seconds")
        stage.tell({ _tag: "DrawStatus", drawId: second, status: "void" })
        yield* settle
        assert.deepStrictEqual(yield* greeted(), [subscribed, status(second, "void"), update(1, "0.95")])
      })
  )

  patiently(
    "sends a slow reader the newest state of each draw once there is room, and keeps nothing for it before",
    () =>
      Effect.gen(function*() {
        const { connect, stage } = yield* startHub
        const other = "0190e1a2-0000-7000-8000-000000000002"
        const [slow, fast] = [connect(), connect()]
        for (const socket of [slow, fast]) socket.say({ type: "subscribe", channel: "draw" })
        yield* TestClock.adjust("1 second")
        slow.events()
        slow.slow = true
        for (let count = 2; count <= 50; count++) {
          stage.sell(count)
          yield* TestClock.adjust("60 millis")
        }
        assert.deepStrictEqual(slow.events(), [update(2)])
        stage.tell({ _tag: "DrawStatus", drawId, status: "locked" })
        stage.tell({ _tag: "DrawStatus", drawId: other, status: "open" })
        stage.tell({ _tag: "DrawStatus", drawId, status: "drawn", winningPosition: 3 })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(slow.events(), [])
        slow.slow = false
        slow.read()
        assert.deepStrictEqual(slow.events(), [
          update(50),
          { event: "draw:status", data: { drawId: other, status: "open" }, channel: "draw" },
          { event: "draw:status", data: { drawId, status: "drawn", winningPosition: 3 }, channel: "draw" }
        ])
        slow.read()
        assert.deepStrictEqual(slow.events(), [])
        assert.isAbove(fast.events().length, 50)
      })
  )

  patiently(
    "listens again a second after the changes failed, and reads what it may have missed",
    () =>
      Effect.gen(function*() {
        const { connect, stage } = yield* startHub
        const socket = connect()
        socket.say({ type: "subscribe", channel: "draw" })
        yield* TestClock.adjust("100 millis")
        socket.events()
        assert.strictEqual(stage.listens, 1)
        stage.tell("lost")
        yield* settle
        stage.draw = { drawId, prizePool: "9.00", totalEntries: 9 }
        yield* TestClock.adjust("1 second")
        assert.strictEqual(stage.listens, 2)
        assert.deepStrictEqual(socket.events(), [update(9)])
        stage.sell(10)
        yield* TestClock.adjust("50 millis")
        assert.deepStrictEqual(socket.events(), [update(10)])
      })
  )

  patiently("goes on when the state could not be read for a while", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      stage.broken = true
      const socket = connect()
      socket.events()
      socket.say({ type: "subscribe", channel: "draw" })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(socket.events(), [subscribed])
      stage.broken = false
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(socket.events(), [update(1, "0.95")])
    }))

  patiently("sends nothing more after unsubscribing, and takes the same message twice", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const socket = connect()
      socket.say({ type: "subscribe", channel: "draw" })
      yield* TestClock.adjust("1 second")
      socket.events()
      socket.say({ type: "unsubscribe", channel: "draw" })
      socket.say({ type: "unsubscribe", channel: "draw" })
      stage.sell(5)
      yield* TestClock.adjust("1 second")
      const unsubscribed = { event: "unsubscribed", data: { channel: "draw" } }
      assert.deepStrictEqual(socket.events(), [unsubscribed, unsubscribed])
    }))

  patiently("signs in with a token and says how long it is good for", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      const socket = connect()
      socket.events()
      socket.say({ type: "auth", token: "good" })
      socket.say({ type: "auth", token: "bad" })
      yield* settle
      assert.deepStrictEqual(socket.events(), [
        { event: "authenticated", data: { userId, expiresAt: "1970-01-01T00:01:00.000Z" } },
        { event: "error", data: { code: "unauthenticated", detail: "The token is not one of ours." } }
      ])
    }))

  patiently("25: says when a token has expired, once", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      const socket = connect()
      socket.say({ type: "auth", token: "good" })
      yield* TestClock.adjust("59 seconds")
      socket.events()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(socket.events(), [
        { event: "error", data: { code: "token_expired", detail: "The access token has expired." } }
      ])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(socket.events(), [])
      assert.isUndefined(socket.closedWith)
    }))

  patiently("15: closes the sockets of a session that has ended, and no others", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const [ended, sameSession, otherSessions, stranger] = [connect(), connect(), connect(), connect()]
      ended.say({ type: "auth", token: "good" })
      sameSession.say({ type: "auth", token: "good" })
      otherSessions.say({ type: "auth", token: "other" })
      yield* settle
      stage.endSession(session)
      yield* settle
      assert.deepStrictEqual(
        [ended, sameSession, otherSessions, stranger].map(({ closedWith }) => closedWith),
        [1008, 1008, undefined, undefined]
      )
    }))

  patiently("15: closes a socket whose session ends while its token is being verified", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const [socket, neighbour] = [connect(), connect()]
      neighbour.say({ type: "auth", token: "other" })
      socket.events()
      socket.say({ type: "auth", token: "slow" })
      yield* settle
      stage.endSession(session)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(socket.closedWith, 1008)
      assert.deepStrictEqual(socket.events(), [])
      assert.isUndefined(neighbour.closedWith)
    }))

  patiently("15: hears of ended sessions while the changes are interrupted", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const socket = connect()
      socket.say({ type: "auth", token: "good" })
      yield* settle
      stage.tell("lost")
      yield* settle
      stage.endSession(session)
      yield* settle
      assert.strictEqual(socket.closedWith, 1008)
    }))

  patiently("24: answers a channel that is not there, or not yet, with an error", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      const socket = connect()
      socket.events()
      for (const channel of ["lobby:1", "drawn", "__proto__", ""]) socket.say({ type: "subscribe", channel })
      yield* settle
      const events = socket.events()
      assert.strictEqual(events.length, 4)
      for (const { data, event } of events) {
        assert.deepStrictEqual({ event, code: data["code"] }, { event: "error", code: "not_found" })
      }
    }))

  patiently(
    "answers what is no message of the protocol with an error that names what is wrong",
    () =>
      Effect.gen(function*() {
        const { sockets } = yield* startHub
        const cases: ReadonlyArray<readonly [text: string, code: string]> = [
          ["", "invalid_json"],
          ["{", "invalid_json"],
          [`{"type":"ping","type":"ping"}`, "invalid_json"],
          [`{"type":"ping","__proto__":1}`, "invalid_json"],
          ["null", "invalid_request"],
          ["[]", "invalid_request"],
          [`"ping"`, "invalid_request"],
          ["{}", "invalid_request"],
          [`{"type":"pong"}`, "invalid_request"],
          [`{"type":"ping","extra":1}`, "invalid_request"],
          [`{"type":"auth"}`, "invalid_request"],
          [`{"type":"auth","token":1}`, "invalid_request"],
          [`{"type":"auth","token":"good","x":1}`, "invalid_request"],
          [`{"type":"subscribe","channel":["draw"]}`, "invalid_request"],
          [`{"type":"subscribe","channel":"draw","token":"t"}`, "invalid_request"]
        ]
        for (const [text, code] of cases) {
          const socket = sockets.connect()
          socket.events()
          socket.listener?.message(text)
          yield* settle
          const [answer, ...more] = socket.events()
          assert.strictEqual(answer?.event, "error", text)
          assert.strictEqual(answer?.data["code"], code, text)
          assert.deepStrictEqual(more, [])
        }
      })
  )

  patiently(
    "closes with 1008 after five such messages in a row; a good one between starts the count again, one that costs nothing does not",
    () =>
      Effect.gen(function*() {
        const { connect } = yield* startHub
        const socket = connect()
        const bad = (times: number) => {
          for (let i = 0; i < times; i++) socket.listener?.message("bad")
        }
        bad(4)
        socket.say({ type: "subscribe", channel: "draw" })
        bad(4)
        yield* settle
        assert.isUndefined(socket.closedWith)
        socket.say({ type: "ping" })
        socket.say({ type: "unsubscribe", channel: "draw" })
        bad(1)
        yield* settle
        assert.strictEqual(socket.closedWith, 1008)
      })
  )

  patiently("forgets a client that goes away while it is being served", () =>
    Effect.gen(function*() {
      const { connect, stage } = yield* startHub
      const socket = connect()
      socket.say({ type: "auth", token: "slow" })
      socket.say({ type: "subscribe", channel: "draw" })
      socket.close(1000)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(stage.reads, 0)
    }))

  patiently("serves a burst of lawful messages in the order they came: it is no fault", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      const socket = connect()
      socket.events()
      socket.say({ type: "auth", token: "slow" })
      for (let i = 0; i < 300; i++) socket.say({ type: "subscribe", channel: "draw" })
      yield* TestClock.adjust("1 second")
      const names: Array<string> = []
      const isAnswered = () => {
        names.push(...socket.events().map(({ event }) => event).filter((event) => event !== "draw:update"))
        return names.length > 300
      }
      yield* Effect.repeat(settle, { until: isAnswered, times: 1_000 })
      assert.deepStrictEqual(names, ["authenticated", ...Array.from({ length: 300 }, () => "subscribed")])
      assert.isUndefined(socket.closedWith)
    }))

  patiently("serves all connections in turns, a few messages before others have theirs", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      const flood = Array.from({ length: 50 }, connect)
      const quiet = connect()
      for (const socket of [...flood, quiet]) socket.events()
      for (const socket of flood) for (let i = 0; i < 400; i++) socket.say({ type: "ping" })
      const answered = () => flood.reduce((sum, { sent }) => sum + sent.length, 0)
      assert.isAtMost(answered(), messagesOfTurn)
      quiet.say({ type: "ping" })
      yield* Effect.repeat(settle, { until: () => quiet.sent.length > 0, times: 1_000 })
      assert.isAtMost(answered(), 10 * flood.length)
      yield* Effect.repeat(settle, { until: () => answered() === 50 * 400, times: 10_000 })
    }))

  patiently(
    "closes with 1008 a player who sends too much on all their connections together",
    () =>
      Effect.gen(function*() {
        const { connect } = yield* startHub
        const sockets = Array.from({ length: 8 }, connect)
        const other = connect()
        for (const socket of sockets) socket.say({ type: "auth", token: "good" })
        other.say({ type: "auth", token: "guest" })
        yield* settle
        for (const socket of sockets) for (let i = 0; i < 300; i++) socket.say({ type: "ping" })
        other.say({ type: "ping" })
        yield* Effect.repeat(settle, { until: () => other.sent.length === 3, times: 1_000 })
        const closed = sockets.filter(({ closedWith }) => closedWith === 1008)
        assert.isAtLeast(closed.length, 4)
        assert.isBelow(closed.length, sockets.length)
        assert.isUndefined(other.closedWith)
      })
  )

  patiently(
    "counts who asks for what the database has to say, by player, or else by network, and nothing else",
    () =>
      Effect.gen(function*() {
        const { connect, sockets } = yield* startHub
        const counted: Array<string> = []
        sockets.countRead = (address, player) => {
          counted.push(player ?? address)
          const refusal = new Problem("rate_limited", "Too many.", { retryAfter: 7 })
          return Promise.resolve(counted.length > 3 ? refusal : undefined)
        }
        const socket = connect()
        socket.events()
        socket.say({ type: "subscribe", channel: "draw" })
        socket.say({ type: "auth", token: "good" })
        socket.say({ type: "subscribe", channel: `lobby:${roomId}` })
        socket.say({ type: "ping" })
        socket.say({ type: "unsubscribe", channel: "draw" })
        socket.say({ type: "subscribe", channel: "draw" })
        socket.say({ type: "auth", token: "guest" })
        yield* Effect.repeat(settle, { until: () => counted.length === 5, times: 1_000 })
        yield* settle
        assert.deepStrictEqual(counted, ["192.0.2.7", "192.0.2.7", userId, userId, userId])
        const refused = socket.events().filter(({ event }) => event === "error")
        assert.deepStrictEqual(refused.map(({ data }) => data), [
          { code: "rate_limited", detail: "Too many." },
          { code: "rate_limited", detail: "Too many." }
        ])
      })
  )

  patiently("closes with 1008 who sends more than 256 KiB while a message is served", () =>
    Effect.gen(function*() {
      const { connect } = yield* startHub
      const socket = connect()
      socket.events()
      socket.say({ type: "auth", token: "slow" })
      for (let i = 0; i < 64; i++) socket.say({ type: "subscribe", channel: "x".repeat(4_000) })
      assert.isUndefined(socket.closedWith)
      for (let i = 0; i < 64; i++) socket.say({ type: "subscribe", channel: "x".repeat(4_000) })
      assert.strictEqual(socket.closedWith, 1008)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(socket.events(), [])
    }))

  patiently(
    "signs a player in on 16 connections at most, and again once one of them is gone",
    () =>
      Effect.gen(function*() {
        const { connect } = yield* startHub
        const signIn = Effect.fnUntraced(function*(token: string) {
          const socket = connect()
          socket.events()
          socket.say({ type: "auth", token })
          yield* settle
          return { socket, event: socket.events()[0] }
        })
        const all = yield* Effect.forEach(Array.from({ length: 16 }), () => signIn("good"))
        for (const { event } of all) assert.strictEqual(event?.event, "authenticated")
        const refused = yield* signIn("other")
        assert.deepInclude(refused.event, { event: "error" })
        assert.strictEqual(refused.event?.data["code"], "limit_exceeded")
        assert.strictEqual((yield* signIn("guest")).event?.event, "authenticated")
        // a fresh token on a connection that is signed in is no further connection
        all[1]?.socket.say({ type: "auth", token: "good" })
        yield* settle
        assert.strictEqual(all[1]?.socket.events()[0]?.event, "authenticated")
        all[0]?.socket.close(1000)
        assert.strictEqual((yield* signIn("good")).event?.event, "authenticated")
      })
  )
})
