import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { settle, startHub } from "./support.ts"

const channel = "wallet"

const start = Effect.gen(function*() {
  const { connect, stage } = yield* startHub
  const signedIn = Effect.fnUntraced(function*(token: string) {
    const socket = connect()
    socket.say({ type: "auth", token })
    yield* settle
    socket.events()
    return socket
  })
  return { stage, signedIn, connect }
})

const subscribed = { event: "subscribed", data: { channel } }
const unsubscribed = { event: "unsubscribed", data: { channel } }

describe("the channel of a player's wallet", () => {
  patiently("sends its player what is in it, and within seconds what has become of it", () =>
    Effect.gen(function*() {
      const { signedIn, stage } = yield* start
      const [phone, tablet] = [yield* signedIn("good"), yield* signedIn("other")]
      for (const socket of [phone, tablet]) {
        socket.say({ type: "subscribe", channel })
        yield* settle
        assert.deepStrictEqual(socket.events(), [subscribed, { event: "wallet", data: stage.wallet, channel }])
      }
      stage.wallet = { ...stage.wallet, balance: "4.00" }
      yield* TestClock.adjust("3100 millis")
      for (const socket of [phone, tablet]) {
        assert.deepStrictEqual(socket.events(), [{ event: "wallet", data: stage.wallet, channel }])
      }
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(phone.events(), [])
      phone.say({ type: "unsubscribe", channel })
      yield* settle
      assert.deepStrictEqual(phone.events(), [unsubscribed])
    }))

  patiently("is nobody's who has not signed in, and no other's", () =>
    Effect.gen(function*() {
      const { connect, signedIn, stage } = yield* start
      const stranger = connect()
      stranger.say({ type: "subscribe", channel })
      yield* settle
      assert.deepInclude(stranger.events().at(-1)?.data, { code: "unauthenticated" })
      const guest = yield* signedIn("guest")
      for (const name of ["wallet of 0190e1a2-0000-7000-8000-00000000000a", "wallet:", "wallet "]) {
        guest.say({ type: "subscribe", channel: name })
        yield* settle
        assert.deepInclude(guest.events().at(-1)?.data, { code: "not_found" }, name)
      }
      guest.say({ type: "subscribe", channel })
      yield* settle
      stage.wallet = { ...stage.wallet, balance: "4.00" }
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(guest.events(), [subscribed, { event: "nothing", data: { channel } }])
    }))

  patiently(
    "is left where another player signs in on the connection, with a word, and when the token expires",
    () =>
      Effect.gen(function*() {
        const { signedIn, stage } = yield* start
        const socket = yield* signedIn("good")
        socket.say({ type: "subscribe", channel })
        yield* settle
        socket.events()
        socket.say({ type: "auth", token: "guest" })
        yield* settle
        assert.deepStrictEqual(socket.events()[0], unsubscribed)
        const other = yield* signedIn("good")
        other.say({ type: "subscribe", channel })
        yield* TestClock.adjust("61 seconds")
        other.events()
        stage.wallet = { ...stage.wallet, balance: "4.00" }
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(socket.events().filter(({ event }) => event === "wallet"), [])
        assert.deepStrictEqual(other.events(), [])
      })
  )
})
