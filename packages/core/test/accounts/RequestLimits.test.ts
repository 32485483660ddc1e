import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { networkOf, providerOf } from "../../src/accounts/Network.ts"
import { defaultLimits, policyNames, readRequestLimits, requestCount } from "../../src/accounts/RequestLimits.ts"

const read = (text: string) => Result.getOrThrow(readRequestLimits(text))
const faultOf = (text: string): string =>
  Result.match(readRequestLimits(text), { onFailure: (why) => why, onSuccess: () => assert.fail(`${text} was taken`) })

describe("limits of requests", () => {
  it("are read by their names, and the others stay what they are", () => {
    assert.deepStrictEqual(read("credentials=30/60s, buy-user=100/3600s"), {
      ...defaultLimits,
      credentials: { quantity: 30, seconds: 60 },
      "buy-user": { quantity: 100, seconds: 3_600 }
    })
    assert.strictEqual(read("off"), "off")
  })

  it("are read as they are written, every one of them", () =>
    fc.assert(fc.property(
      fc.uniqueArray(fc.constantFrom(...policyNames), { minLength: 1 }),
      fc.integer({ min: 1, max: 1_000_000_000 }),
      fc.integer({ min: 1, max: 86_400 }),
      (names, quantity, seconds) => {
        const limits = read(names.map((name) => `${name}=${quantity}/${seconds}s`).join(","))
        assert.deepStrictEqual(limits, {
          ...defaultLimits,
          ...Object.fromEntries(names.map((name) => [name, { quantity, seconds }]))
        })
      }
    )))

  it("are refused where one is no limit, is none that there is, or stands twice, saying what to write", () => {
    for (
      const text of ["", "buy", "buy=1", "buy=1/s", "buy=-1/60s", "buys=1/60s", "live-user=1/60s", "buy=1/60s,", "OFF"]
    ) {
      assert.include(faultOf(text), "such as buy=600/60s", text)
    }
    for (const text of ["buy=0/60s", "buy=1000000001/60s", "buy=1/0s", "buy=1/86401s"]) {
      assert.include(faultOf(text), "buy is 1 to 1000000000 requests in 1 to 86400 seconds", text)
    }
    assert.include(faultOf("buy=1/60s,buy=2/60s"), "buy stands twice")
    assert.include(faultOf("__proto__=1/60s"), "the names are credentials, ")
  })

  it("make nobody wait for longer than a window, whatever a clock says, nor less than a second", () =>
    fc.assert(fc.property(
      fc.boolean(),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: -10_000, max: 10_000_000 }),
      (isOver, seconds, remainingPoints, msBeforeNext) => {
        const told = requestCount({ quantity: 2_000, seconds }, isOver, { remainingPoints, msBeforeNext })
        assert.strictEqual(told.isOver, isOver)
        assert.strictEqual(told.remaining, isOver ? 0 : remainingPoints)
        assert.isTrue(Number.isInteger(told.reset) && told.reset >= 1 && told.reset <= seconds)
      }
    )))
})

describe("providerOf", () => {
  it("takes the /16 of IPv4 and the /32 of IPv6, the same for all of a network", () => {
    for (
      const [ip, provider] of [
        ["192.0.2.7", "192.0.0.0/16"],
        ["::ffff:192.0.2.7", "192.0.0.0/16"],
        ["2001:db8:0:42ff::1", "2001:db8::/32"],
        ["::1", "0:0::/32"],
        ["unknown", "unknown"]
      ] as const
    ) assert.strictEqual(providerOf(ip), provider)
    fc.assert(fc.property(fc.ipV6(), fc.ipV6(), (a, b) => {
      if (networkOf(a) === networkOf(b)) assert.strictEqual(providerOf(a), providerOf(b))
    }))
  })
})
