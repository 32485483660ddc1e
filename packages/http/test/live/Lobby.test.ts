import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { drawId, guestId, type LocalSocket, participant, roomId, settle, startHub, userId } from "./support.ts"

const channel = `lobby:${roomId}`

const start = Effect.gen(function*() {
  const { connect, stage } = yield* startHub
  /** A connection that has signed in and asked for the room's channel. */
  const listening = Effect.fnUntraced(function*(token: string) {
    const socket = connect()
    socket.say({ type: "auth", token })
    socket.say({ type: "subscribe", channel })
    yield* settle
    return socket
  })
  return { stage, listening, connect }
})

const subscribed = { event: "subscribed", data: { channel } }
const unsubscribed = { event: "unsubscribed", data: { channel } }
const update = (members: ReadonlyArray<string>, more: object = {}) => ({
  event: "lobby:update",
  data: { roomId, prizePool: "0.00", participants: members.map(participant), ...more },
  channel
})
/** What came after `connected` and `authenticated`. */
const heard = (socket: LocalSocket) => socket.events().slice(2)

describe("the channel of a room", () => {
  patiently("sends its members the state, and then what changes", () =>
    Effect.gen(function*() {
      const { listening, stage } = yield* start
      const host = yield* listening("good")
      assert.deepStrictEqual(heard(host), [subscribed, update([userId])])
      stage.fill(userId, guestId)
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(host.events(), [update([userId, guestId])])
      const guest = yield* listening("guest")
      assert.deepStrictEqual(heard(guest), [subscribed, update([userId, guestId])])
      const locked = { status: "locked", lock: "ddd/lock/v1\n" } as const
      stage.room = { ...stage.room, ...locked }
      stage.tell({ _tag: "DrawSold", drawId: roomId })
      yield* TestClock.adjust("50 millis")
      for (const socket of [host, guest]) assert.deepStrictEqual(socket.events(), [update([userId, guestId], locked)])
    }))

  patiently(
    "is read by itself only where it has changed, also while changes are interrupted again and again",
    () =>
      Effect.gen(function*() {
        const { listening, stage } = yield* start
        const host = yield* listening("good")
        yield* TestClock.adjust("10 seconds")
        heard(host)
        const reads = stage.roomReads
        for (let nth = 0; nth < 10; nth++) {
          stage.tell("lost")
          yield* TestClock.adjust("1 second")
        }
        assert.strictEqual(stage.roomReads, reads)
        stage.room = { ...stage.room, prizePool: "0.95" } // and nobody says so
        stage.tell("lost")
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual(stage.roomReads, reads + 1)
        assert.deepStrictEqual(host.events().map(({ data }) => data["prizePool"]), ["0.95"])
      })
  )

  patiently(
    "24: is not there for a stranger, as one of no room is not, nor for nobody, nor by the room's code",
    () =>
      Effect.gen(function*() {
        const { connect, listening, stage } = yield* start
        const stranger = yield* listening("guest")
        stranger.say({ type: "subscribe", channel: `lobby:${drawId}` })
        yield* settle
        const [refused, absent] = heard(stranger)
        assert.strictEqual(refused?.event, "error")
        assert.strictEqual(refused?.data["code"], "not_found")
        assert.deepStrictEqual(absent, refused)

        const nobody = connect()
        nobody.events()
        for (const name of [channel, "lobby:K7M2QX", `lobby:${roomId.toUpperCase()}`, "lobby:", `${channel} `]) {
          nobody.say({ type: "subscribe", channel: name })
          nobody.say({ type: "ping" })
        }
        yield* settle
        const codes = nobody.events().filter(({ event }) => event === "error").map(({ data }) => data["code"])
        assert.deepStrictEqual(codes, ["unauthenticated", "not_found", "not_found", "not_found", "not_found"])

        stage.fill(userId)
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(stranger.events(), [])
      })
  )

  patiently("is heard of by nobody who listens to the public draw", () =>
    Effect.gen(function*() {
      const { connect, listening, stage } = yield* start
      const anybody = connect()
      anybody.say({ type: "subscribe", channel: "draw" })
      yield* listening("good")
      yield* TestClock.adjust("1 second")
      anybody.events()
      stage.fill(userId, guestId)
      stage.tell({ _tag: "DrawSold", drawId: roomId })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(anybody.events(), [])
    }))

  patiently("is lost by a member who leaves, before anything newer is sent", () =>
    Effect.gen(function*() {
      const { listening, stage } = yield* start
      stage.fill(userId, guestId)
      const [host, guest] = [yield* listening("good"), yield* listening("guest")]
      yield* TestClock.adjust("1100 millis")
      host.events()
      guest.events()
      stage.fill(userId)
      yield* settle
      assert.deepStrictEqual(guest.events(), [unsubscribed])
      assert.deepStrictEqual(host.events(), [update([userId])])
      stage.room = { ...stage.room, status: "closed" }
      stage.tell({ _tag: "RoomChanged", roomId })
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(guest.events(), [])
      assert.deepStrictEqual(host.events(), [update([userId], { status: "closed" })])
    }))

  patiently(
    "of many that changed without a word are all noticed, by one question a second",
    () =>
      Effect.gen(function*() {
        const { listening, stage } = yield* start
        const socket = yield* listening("good")
        yield* TestClock.adjust("10 seconds")
        const asked = stage.marked.length
        stage.room = { ...stage.room, prizePool: "0.95" } // and nobody says so
        socket.events()
        yield* TestClock.adjust("3100 millis")
        assert.deepStrictEqual(socket.events().map(({ data }) => data["prizePool"]), ["0.95"])
        assert.isAtMost(stage.marked.length - asked, 4)
      })
  )

  patiently("is lost, with a word, where another player signs in on the connection", () =>
    Effect.gen(function*() {
      const { listening, stage } = yield* start
      stage.fill(userId, guestId)
      const socket = yield* listening("good")
      yield* TestClock.adjust("1 second")
      socket.events()
      socket.say({ type: "auth", token: "good" })
      yield* settle
      assert.deepStrictEqual(socket.events().map(({ event }) => event), ["authenticated"])
      socket.say({ type: "auth", token: "guest" })
      yield* settle
      const [first, second, ...others] = socket.events()
      assert.deepStrictEqual([first, second?.event, others], [unsubscribed, "authenticated", []])
    }))

  patiently(
    "is lost by a member whose leaving nobody told of, and by one who reads slowly",
    () =>
      Effect.gen(function*() {
        const { listening, stage } = yield* start
        stage.fill(userId, guestId)
        const guest = yield* listening("guest")
        yield* TestClock.adjust("1 second")
        guest.events()
        guest.slow = true
        stage.members.delete(guestId)
        stage.room = { ...stage.room, participants: [participant(userId)] }
        yield* TestClock.adjust("3100 millis")
        guest.slow = false
        guest.read()
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(guest.events(), [unsubscribed])
      })
  )

  patiently(
    "is kept by a member who came after the state was read that does not name them",
    () =>
      Effect.gen(function*() {
        const { listening, stage } = yield* start
        const host = yield* listening("good")
        stage.members.add(guestId)
        const guest = yield* listening("guest")
        stage.tell({ _tag: "RoomChanged", roomId })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(heard(guest), [subscribed, update([userId])])
        host.events()
        stage.fill(userId, guestId)
        yield* TestClock.adjust("1 second")
        for (const socket of [host, guest]) assert.deepStrictEqual(socket.events(), [update([userId, guestId])])
      })
  )

  patiently(
    "25: is lost with the token that opened it, also where that expires while the channel is asked for",
    () =>
      Effect.gen(function*() {
        const { listening, stage } = yield* start
        const early = yield* listening("good")
        yield* TestClock.adjust("59 seconds")
        early.events()
        stage.membershipMillis = 2_000
        const late = yield* listening("good")
        yield* TestClock.adjust("5 seconds")
        const expired = { event: "error", data: { code: "token_expired", detail: "The access token has expired." } }
        assert.deepStrictEqual(early.events(), [expired])
        assert.deepStrictEqual(heard(late), [expired, expired])
        stage.fill(userId, guestId)
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual([...early.events(), ...late.events()], [])
      })
  )

  patiently("says that it cannot be opened now where nobody can say who is in the room", () =>
    Effect.gen(function*() {
      const { listening, stage } = yield* start
      stage.broken = true
      const socket = yield* listening("good")
      const [refused] = heard(socket)
      assert.deepStrictEqual([refused?.event, refused?.data["code"]], ["error", "unavailable"])
      stage.broken = false
      socket.say({ type: "subscribe", channel })
      yield* settle
      assert.deepStrictEqual(socket.events(), [subscribed, update([userId])])
    }))
})
