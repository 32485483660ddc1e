import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { barredAt, isExcludedAt } from "../../src/money/Barring.ts"
import {
  countedOn,
  countMovements,
  depositCounted,
  type LimitBook,
  type Limits,
  noLimits,
  nothingCounted,
  periods,
  periodStart,
  renewsAt,
  spendReturned,
  spendWithin,
  ticketsMaxOf
} from "../../src/money/Limits.ts"
import { cents } from "../../src/money/Money.ts"
import { type Day, dayAfter, dayMillis, dayOf, dayStart, instant } from "../../src/values/Instant.ts"

const day = (text: string): Day => text as Day
const at = (text: string, hour = 12) => instant(dayStart(day(text)) + hour * 3_600_000)

const book = (limits: Partial<Limits>, since = "2026-02-03"): LimitBook => ({
  inForce: { ...noLimits, ...limits },
  rises: [],
  counted: nothingCounted(day(since)),
  countedTo: 0
})

const allowed = <A, E>(result: Result.Result<A, E>): A =>
  Result.isSuccess(result) ? result.success : assert.fail(JSON.stringify(result.failure, (_, value) => `${value}`))

const anyDay = fc.integer({ min: -200_000, max: 200_000 }).map((days) => dayOf(instant(days * dayMillis)))

describe("a period", () => {
  it("is a day, a week from Monday, or a month, in UTC", () => {
    assert.strictEqual(periodStart("daily", day("2026-02-03")), "2026-02-03")
    for (
      const [of, monday] of [["2026-02-01", "2026-01-26"], ["2026-02-02", "2026-02-02"], ["1969-12-31", "1969-12-29"]]
    ) {
      assert.strictEqual(periodStart("weekly", day(of!)), monday)
    }
    assert.strictEqual(periodStart("monthly", day("2026-02-28")), "2026-02-01")
    assert.strictEqual(renewsAt("monthly", day("2026-12-31")), dayStart(day("2027-01-01")))
    assert.strictEqual(renewsAt("monthly", day("2026-02-01")), dayStart(day("2026-03-01")))
    assert.strictEqual(renewsAt("weekly", day("2026-02-03")), dayStart(day("2026-02-09")))
  })

  it("holds each of its days, and ends where the next begins", () => {
    fc.assert(fc.property(anyDay, fc.constantFrom(...periods), (of, period) => {
      const first = periodStart(period, of)
      assert.isTrue(first <= of)
      assert.strictEqual(periodStart(period, first), first)
      const next = dayOf(renewsAt(period, of))
      assert.strictEqual(periodStart(period, next), next)
      assert.isTrue(of < next)
      assert.strictEqual(periodStart(period, dayAfter(next, -1)), first)
    }))
  })
})

describe("what is counted", () => {
  const spends = fc.array(
    fc.record({ hours: fc.nat(400), cents: fc.integer({ min: 1, max: 900 }), isBack: fc.boolean() }),
    { maxLength: 40 }
  )

  it("is the same, movement by movement, as counted of all of them at once", () => {
    fc.assert(fc.property(spends, (all) => {
      let now = at("2026-01-20")
      let counted = book({}, "2026-01-20")
      const movements = all.flatMap(({ cents: amount, hours, isBack }) => {
        now = instant(now + hours * 3_600_000)
        const spentAt = now
        counted = allowed(spendWithin(counted, BigInt(amount), spentAt))
        const spent = { kind: "spent" as const, amount: BigInt(amount), at: spentAt }
        if (!isBack) return [spent]
        now = instant(now + hours * 3_600_000)
        counted = spendReturned(counted, BigInt(amount), spentAt, now)
        return [spent, { kind: "returned" as const, amount: BigInt(amount), at: now, spentAt }]
      })
      const on = countedOn(counted.counted, dayOf(now))
      assert.deepStrictEqual(on.spent, countMovements(movements, now).spent)
    }))
  })

  it("is of the day that was counted last where a clock says an earlier one", () => {
    const spent = allowed(spendWithin(book({ dailySpend: 300n }), 200n, at("2026-02-03")))
    assert.isTrue(Result.isFailure(spendWithin(spent, 200n, at("2026-02-02"))))
  })

  it("gives nothing back in a period that came after", () => {
    const spent = allowed(spendWithin(book({}), 300n, at("2026-02-03")))
    const today = allowed(spendWithin(spent, 200n, at("2026-02-04")))
    const back = spendReturned(today, 300n, at("2026-02-03"), at("2026-02-04"))
    assert.deepStrictEqual(back.counted.spent, { daily: 200n, weekly: 200n, monthly: 200n })
  })
})

describe("a limit of spending", () => {
  it("of several that allow less is the one of which least is left", () => {
    const spent = allowed(spendWithin(book({ dailySpend: 900n, weeklySpend: 1_000n }), 700n, at("2026-02-03")))
    const refused = spendWithin(spent, 400n, at("2026-02-04"))
    assert.deepStrictEqual(Result.isFailure(refused) ? refused.failure : null, {
      _tag: "LimitExceeded",
      limit: "weeklySpend",
      max: 1_000n,
      left: 300n,
      renewsAt: dayStart(day("2026-02-09"))
    })
    const lowered = { ...spent, inForce: { ...noLimits, dailySpend: 100n } }
    const nothingLeft = spendWithin(lowered, 100n, at("2026-02-03"))
    assert.deepInclude(Result.isFailure(nothingLeft) ? nothingLeft.failure : {}, { limit: "dailySpend", left: 0n })
  })
})

describe("a limit of deposits", () => {
  it("has what is more counted all the same, and says by how much it is", () => {
    const first = depositCounted(book({ dailyDeposit: 1_000n, weeklyDeposit: 1_200n }), cents(800n), at("2026-02-03"))
    assert.isNull(first.excess)
    const second = depositCounted(first.book, cents(500n), at("2026-02-03"))
    assert.deepStrictEqual(second.excess, { limit: "dailyDeposit", amount: cents(300n) })
    const third = depositCounted(second.book, cents(500n), at("2026-02-04"))
    assert.deepStrictEqual(third.excess, { limit: "weeklyDeposit", amount: cents(500n) })
    assert.deepStrictEqual(third.book.counted.deposited, { daily: 500n, weekly: 1_800n, monthly: 1_800n })
  })
})

describe("the most tickets of a draw", () => {
  it("is the lower of the operator's and the player's own", () => {
    assert.isNull(ticketsMaxOf(null, book({})))
    assert.strictEqual(ticketsMaxOf(5, null), 5)
    assert.strictEqual(ticketsMaxOf(5, book({ ticketsPerDraw: 9n })), 5)
    assert.strictEqual(ticketsMaxOf(5, book({ ticketsPerDraw: 2n })), 2)
    assert.strictEqual(ticketsMaxOf(null, book({ ticketsPerDraw: 2n })), 2)
  })
})

describe("a player who is barred", () => {
  it("is so by what lasts longer, until it ends", () => {
    const [soon, late] = [at("2026-02-04"), at("2026-08-03")]
    const now = at("2026-02-03")
    assert.isNull(barredAt({ timedOutUntil: null, excludedUntil: null }, now))
    assert.deepStrictEqual(barredAt({ timedOutUntil: soon, excludedUntil: null }, now), { by: "time-out", until: soon })
    assert.deepStrictEqual(barredAt({ timedOutUntil: soon, excludedUntil: late }, now), {
      by: "exclusion",
      until: late
    })
    assert.deepStrictEqual(barredAt({ timedOutUntil: late, excludedUntil: soon }, now), { by: "time-out", until: late })
    assert.isNull(barredAt({ timedOutUntil: soon, excludedUntil: null }, soon))
    assert.isFalse(isExcludedAt({ excludedUntil: late }, late))
  })
})
