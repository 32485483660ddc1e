import { defaultLimits } from "@ddd/core/accounts/RequestLimits"
import { SharedCounts } from "@ddd/core/ports/SharedCounts"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { userId } from "@ddd/core/values/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as RequestLimits from "../../src/limits/RequestLimits.ts"

const limits = {
  ...defaultLimits,
  credentials: { quantity: 3, seconds: 3_600 },
  "money-user": { quantity: 1, seconds: 3_600 }
}

/** A store that says nothing for a second and then fails, until it is mended. */
const makeStore = () => {
  const store = { asked: 0, isMended: false }
  const answer = Effect.suspend(() => {
    store.asked++
    return store.isMended
      ? Effect.succeed({ isOver: false, remaining: 77, reset: 60 })
      : Effect.andThen(Effect.sleep("1 second"), Effect.fail(new Unavailable({ message: "away", retryAfter: 1 })))
  })
  return { store, counts: SharedCounts.of({ counter: () => () => answer }) }
}

const begin = Effect.gen(function*() {
  const { counts, store } = makeStore()
  const limiting = yield* RequestLimits.make(limits, (_, url) => url === "/money" ? "money" : "credentials").pipe(
    Effect.provideService(SharedCounts, counts)
  )
  const count = (url: string) =>
    limiting.count({ method: "POST", url, address: "192.0.2.7", isHandshake: false }) ?? assert.fail("not counted")
  return { count, store }
})

describe("a store of counts that does not answer", () => {
  it.effect("is asked by one request in five seconds, of whatever policy, and the limits hold meanwhile", () =>
    Effect.gen(function*() {
      const { count, store } = yield* begin
      const player = userId("019a2b3c-0000-7000-8000-000000000001")
      const waits = count("/credentials")
      assert.strictEqual(store.asked, 1)
      yield* TestClock.adjust("1 second")
      assert.isUndefined((yield* Effect.promise(() => waits)).refusal)

      // of the network, of the player, and of another policy: none waits, so no clock is moved
      const money = yield* Effect.promise(() => count("/money"))
      assert.isUndefined(yield* Effect.promise(() => money.countPlayer(player)))
      assert.strictEqual((yield* Effect.promise(() => money.countPlayer(player)))?.code, "rate_limited")
      for (const refused of [false, false, true]) {
        const { refusal } = yield* Effect.promise(() => count("/credentials"))
        assert.strictEqual(refusal?.code, refused ? "rate_limited" : undefined)
      }
      yield* TestClock.adjust("4999 millis")
      assert.isDefined((yield* Effect.promise(() => count("/credentials"))).refusal)
      assert.strictEqual(store.asked, 1)

      yield* TestClock.adjust("1 millis")
      const again = count("/money")
      assert.strictEqual(store.asked, 2)
      yield* Effect.promise(() => count("/money"))
      yield* TestClock.adjust("1 second")
      yield* Effect.promise(() => again)
      yield* Effect.promise(() => count("/money"))
      assert.strictEqual(store.asked, 2)
    }))

  it.effect("is asked by all again once it has answered one", () =>
    Effect.gen(function*() {
      const { count, store } = yield* begin
      const waits = count("/credentials")
      yield* TestClock.adjust("1 second")
      yield* Effect.promise(() => waits)
      store.isMended = true
      assert.notInclude((yield* Effect.promise(() => count("/credentials"))).headers()["ratelimit"], "r=77")
      yield* TestClock.adjust("5 seconds")
      for (let i = 0; i < 3; i++) {
        assert.include((yield* Effect.promise(() => count("/credentials"))).headers()["ratelimit"], "r=77")
      }
      assert.strictEqual(store.asked, 4)
    }))
})
