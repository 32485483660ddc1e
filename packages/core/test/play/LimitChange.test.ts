import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { operatorOrigin } from "../../src/accounts/SecurityEvent.ts"
import { type LimitBook, noLimits, nothingCounted } from "../../src/money/Limits.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import {
  askLimits,
  changeLimits,
  confirmLimits,
  confirmRises,
  riseLifeMillis,
  riseWaitMillis,
  viewLimits
} from "../../src/play/LimitChange.ts"
import { userId } from "../../src/values/Ids.ts"
import { dayOf, type Instant, instant } from "../../src/values/Instant.ts"

const player = userId("01900000-0000-7000-8000-00000000000a")
const start = instant(Date.UTC(2026, 1, 3))
const later = (millis: number): Instant => instant(start + millis)

const book = (dailySpend: bigint | null): LimitBook => ({
  inForce: { ...noLimits, dailySpend },
  rises: [],
  counted: nothingCounted(dayOf(start)),
  countedTo: 0
})

const factsAt = (limits: LimitBook | null, now: Instant) => ({
  wallet: { ...emptyWallet, limits },
  counted: nothingCounted(dayOf(now)),
  now,
  newIds: { event: "e" }
})

const isHigher = (a: bigint | null, b: bigint | null): boolean => b !== null && (a === null || a > b)

describe("a limit", () => {
  it("never rises without a day and a confirmation, whatever is asked for in whatever order", () => {
    const value = fc.constantFrom(null, 0n, 100n, 200n, 300n)
    const step = fc.oneof(
      fc.record({ ask: value }),
      fc.constant({ confirm: true as const }),
      fc.record({ wait: fc.integer({ min: 0, max: 40 }) })
    )
    fc.assert(
      fc.property(value, fc.array(step, { maxLength: 40 }), (first, steps) => {
        let now = start
        let current = book(first)
        const asked: Array<{ readonly value: bigint | null; readonly at: Instant }> = []
        for (const step of steps) {
          const before = current.inForce.dailySpend
          if ("wait" in step) now = instant(now + step.wait * 3_600_000)
          else if ("ask" in step) {
            asked.push({ value: step.ask, at: now })
            current = askLimits(current, { dailySpend: step.ask }, now)
            assert.isFalse(isHigher(current.inForce.dailySpend, before))
            if (!isHigher(step.ask, before)) assert.strictEqual(current.inForce.dailySpend, step.ask)
          } else {
            current = confirmRises(current, now)
            const after = current.inForce.dailySpend
            if (isHigher(after, before)) {
              // asked for a day ago at least, three at most, and nothing as low or lower since then
              const ages = asked.flatMap(({ at, value }, nth) => value === after ? [{ age: now - at, nth }] : [])
              const fit = ages.filter(({ age }) => age >= riseWaitMillis && age < riseLifeMillis)
              assert.isAbove(fit.length, 0)
              const newest = fit.at(-1)?.nth ?? 0
              assert.isTrue(asked.slice(newest + 1).every(({ value }) => value === after || isHigher(value, after)))
            }
          }
        }
      }),
      { numRuns: 500 }
    )
  })

  it("of two rises that wait has the lower one, with its own time", () => {
    const asked = askLimits(book(100n), { dailySpend: 300n }, start)
    const higher = askLimits(asked, { dailySpend: null }, later(1_000))
    assert.deepStrictEqual(higher.rises, [{ limit: "dailySpend", value: 300n, askedAt: start }])
    const lower = askLimits(higher, { dailySpend: 200n }, later(2_000))
    assert.deepStrictEqual(lower.rises, [{ limit: "dailySpend", value: 200n, askedAt: later(2_000) }])
    assert.strictEqual(confirmRises(lower, later(riseWaitMillis)).inForce.dailySpend, 100n)
    assert.strictEqual(confirmRises(lower, later(2_000 + riseWaitMillis)).inForce.dailySpend, 200n)
  })

  it("is no longer to be raised once it was not confirmed for three days", () => {
    const asked = askLimits(book(100n), { dailySpend: 300n }, start)
    assert.lengthOf(viewLimits(asked, later(riseLifeMillis - 1)).pending, 1)
    assert.lengthOf(viewLimits(asked, later(riseLifeMillis)).pending, 0)
    assert.deepStrictEqual(confirmRises(asked, later(riseLifeMillis)), book(100n))
    assert.strictEqual(confirmRises(asked, later(riseLifeMillis - 1)).inForce.dailySpend, 300n)
  })

  it("of one kind stays as it is where another is changed", () => {
    const both = askLimits(book(100n), { ticketsPerDraw: 5n, weeklySpend: 900n }, start)
    assert.deepStrictEqual(both.inForce, { ...noLimits, dailySpend: 100n, ticketsPerDraw: 5n, weeklySpend: 900n })
    const { inForce, rises } = askLimits(both, { ticketsPerDraw: 6n }, start)
    assert.deepStrictEqual(inForce, both.inForce)
    assert.lengthOf(rises, 1)
  })
})

describe("the limits of a player", () => {
  it("begin with what was spent before, and leave nothing behind where all are gone", () => {
    const set = changeLimits(factsAt(null, start), player, { dailySpend: 500n }, operatorOrigin)
    assert.deepStrictEqual(set.wallet.limits, book(500n))
    assert.deepStrictEqual(set.change.events.map(({ type }) => type), ["limits_changed"])
    assert.deepInclude(set.change.events[0]?.details, { limits: "dailySpend 5.00" })
    const none = changeLimits(factsAt(null, start), player, { dailySpend: null }, operatorOrigin)
    assert.isNull(none.wallet.limits)
    const asked = changeLimits(factsAt(set.wallet.limits, start), player, { dailySpend: null }, operatorOrigin)
    assert.strictEqual(asked.wallet.limits?.inForce.dailySpend, 500n)
    const gone = confirmLimits(factsAt(asked.wallet.limits, later(riseWaitMillis)), player, operatorOrigin)
    assert.isNull(gone.wallet.limits)
    assert.deepStrictEqual(gone.change.events.map(({ type }) => type), ["limits_confirmed"])
  })

  it("are as they were where nothing waits to be confirmed, which leaves no trace", () => {
    const { change, wallet } = confirmLimits(factsAt(book(500n), start), player, operatorOrigin)
    assert.deepStrictEqual([wallet.limits, change.events], [book(500n), []])
  })
})
