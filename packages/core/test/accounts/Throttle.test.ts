import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import {
  admit,
  afterAttempt,
  afterSuccess,
  countersFor,
  ruleOf,
  takeBack,
  type ThrottledAct,
  type ThrottleKind,
  throttleRules,
  type ThrottleState,
  waitMillis
} from "../../src/accounts/Throttle.ts"
import { type Instant, instant } from "../../src/values/Instant.ts"

const start = instant(1_770_000_000_000)
const rule = throttleRules.account_and_network

/** Attempts one after another, each as soon as it may be made; the waits before each. */
const waits = (count: number): ReadonlyArray<number> => {
  let now = start
  let state: ThrottleState | null = null
  return Array.from({ length: count }, () => {
    const wait = waitMillis(state, now)
    now = instant(now + wait)
    state = afterAttempt(rule, state, now)
    return wait
  })
}

const failed = (count: number, at: Instant): ThrottleState | null =>
  Array.from({ length: count }).reduce<ThrottleState | null>((state) => afterAttempt(rule, state, at), null)

describe("Throttle", () => {
  it("lets the free failures go by, then doubles the wait up to the longest", () => {
    assert.deepStrictEqual(waits(10), [0, 0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000])
    assert.strictEqual(waits(40).at(-1), rule.waitMillisMax)
  })

  it("forgets after an hour without a failure", () => {
    const state = failed(20, start)
    assert.strictEqual(afterAttempt(rule, state, instant(start + rule.forgetMillis - 1)).failures, 21)
    assert.strictEqual(afterAttempt(rule, state, instant(start + rule.forgetMillis)).failures, 1)
  })

  it("counts attempts that come at once like attempts one by one", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), (count) => {
      const state = failed(count, start)
      assert.strictEqual(state?.failures, count)
      assert.strictEqual(waitMillis(state, start) > 0, count > rule.free)
    }))
  })

  it("never waits longer than the longest wait, so that nobody is locked out for good", () => {
    fc.assert(fc.property(fc.array(fc.nat({ max: 4_000_000 }), { maxLength: 60 }), (gaps) => {
      let now = start
      let state: ThrottleState | null = null
      for (const gap of gaps) {
        now = instant(now + gap)
        state = afterAttempt(rule, state, now)
        assert.isAtMost(waitMillis(state, now), rule.waitMillisMax)
      }
    }))
  })

  it("takes an attempt that succeeded back, with the wait that it began", () => {
    const taken = fc.constantFrom<readonly [ThrottledAct, ThrottleKind]>(
      ["sign_in", "account"],
      ["sign_in", "network"],
      ["room_code", "account_and_network"]
    )
    fc.assert(fc.property(fc.integer({ min: 0, max: 50 }), taken, (count, [act, kind]) => {
      const before = failed(count, start)
      const at = instant(start + waitMillis(before, start))
      const after = afterSuccess(act, kind, afterAttempt(rule, before, at), at)
      assert.strictEqual(after?.failures ?? 0, count)
      assert.strictEqual(waitMillis(after, at), 0)
    }))
  })

  it("forgets the failures of an account from a network once its password was right", () => {
    assert.isNull(afterSuccess("sign_in", "account_and_network", afterAttempt(rule, failed(20, start), start), start))
  })

  it("makes an attempt wait for the counter that asks the longest wait, and counts nothing meanwhile", () => {
    const failures = fc.nat({ max: 60 })
    fc.assert(fc.property(failures, failures, (pair, network) => {
      const counters = [
        { kind: "account_and_network", key: "pair", state: failed(pair, start) },
        { kind: "network", key: "network", state: failed(network, start) }
      ] as const
      const waits = counters.map(({ state }) => waitMillis(state, start))
      const wait = Math.max(...waits)
      const admitted = admit("sign_in", counters, start)
      assert.deepStrictEqual(
        Result.isFailure(admitted) ? admitted.failure : undefined,
        wait === 0
          ? undefined
          : { kind: waits[0] === wait ? "account_and_network" : "network", retryAfter: Math.ceil(wait / 1_000) }
      )
      if (Result.isFailure(admitted)) return
      assert.deepStrictEqual(admitted.success.map(({ state }) => state?.failures), [pair + 1, network + 1])
      const takenBack = takeBack(
        counters.map((counter, i) => ({ ...counter, state: admitted.success[i]?.state ?? null }))
      )
      assert.deepStrictEqual(takenBack.map(({ state }) => state?.failures), [pair, network])
    }))
  })

  it("does not bind a known network by the account's own counter", () => {
    const [yes, no] = [true, false]
    const of = (isHomeKnown: boolean, isNetworkKnown: boolean) =>
      countersFor("sign_in", { isHomeKnown, isNetworkKnown })
    assert.deepStrictEqual(of(no, no), ["account_and_network", "network", "account"])
    assert.deepStrictEqual(of(no, yes), ["account_and_network", "network"])
    assert.deepStrictEqual(of(yes, yes), ["account_and_home"])
    assert.deepStrictEqual(countersFor("sign_up", { isHomeKnown: no, isNetworkKnown: no }), ["network"])
  })

  it("binds no home by its neighbours", () => {
    assert.deepStrictEqual(countersFor("sign_in", { isHomeKnown: true, isNetworkKnown: false }), ["account_and_home"])
  })

  it("lets a network sign up thirty at once, and one a minute from then on", () => {
    const rule = ruleOf("sign_up", "network")
    let [now, state, taken]: [Instant, ThrottleState | null, number] = [start, null, 0]
    for (; waitMillis(state, now) === 0; taken++) state = afterAttempt(rule, state, now)
    assert.strictEqual(taken, 31)
    for (let i = 0; i < 100; i++) {
      const wait = waitMillis(state, now)
      assert.isAtMost(wait, 60_000)
      now = instant(now + wait)
      state = afterAttempt(rule, state, now)
    }
    assert.strictEqual(waitMillis(state, now), 60_000)
  })
})
