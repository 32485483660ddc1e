import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { isComplete, lastBefore, statementPeriod } from "../../src/money/Statement.ts"
import { instant } from "../../src/values/Instant.ts"
import { monthEnd, monthStart, parseMonth } from "../../src/values/Month.ts"

const february = parseMonth("2026-02") ?? assert.fail("a month")

describe("lastBefore", () => {
  /** Times of movements in their order, mostly ascending: a clock may have been put back now and then. */
  const times = fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 80 })
    .map((steps) => steps.reduce<Array<number>>((all, step) => [...all, (all.at(-1) ?? 0) + step], []))
  const isBefore = (all: ReadonlyArray<number>, at: number) => (seq: number) => (all[seq - 1] ?? Infinity) < at

  it("parts the movements: one of before, and after it one that is not", () => {
    fc.assert(fc.property(times, fc.integer({ min: -5, max: 200 }), (all, at) => {
      const last = lastBefore(all.length, isBefore(all, at))
      assert.isTrue(last === 0 || all[last - 1]! < at)
      assert.isTrue(last === all.length || all[last]! >= at)
    }))
  })

  it("finds the last one of before, where no clock was put back", () => {
    fc.assert(fc.property(times, fc.integer({ min: -5, max: 200 }), (any, at) => {
      const all = any.toSorted((a, b) => a - b)
      assert.strictEqual(lastBefore(all.length, isBefore(all, at)), all.filter((time) => time < at).length)
    }))
  })

  it("says the same of a time that is past, whatever was added since", () => {
    fc.assert(fc.property(times, times, (before, after) => {
      const at = Math.max(0, ...before) + 1
      const all = [...before, ...after.map((time) => at + Math.abs(time))]
      assert.strictEqual(
        lastBefore(all.length, isBefore(all, at)),
        lastBefore(before.length, isBefore(before, at))
      )
    }))
  })

  it("is never later for an earlier time", () => {
    fc.assert(fc.property(times, fc.integer({ min: 0, max: 99 }), fc.nat(50), (all, at, more) => {
      assert.isAtMost(lastBefore(all.length, isBefore(all, at)), lastBefore(all.length, isBefore(all, at + more)))
    }))
  })

  it("looks at as many movements as the number of the newest has binary digits", () => {
    let looked = 0
    const seen = lastBefore(1_000_000, (seq) => {
      looked++
      return seq <= 123_456
    })
    assert.deepStrictEqual([seen, looked], [123_456, 20])
  })
})

describe("statementPeriod", () => {
  it("is a month that has begun", () => {
    const [begins, ends] = [monthStart(february), monthEnd(february)]
    assert.isTrue(Result.isFailure(statementPeriod(february, instant(begins - 1))))
    for (const now of [begins, instant(ends - 1), ends]) {
      const period = Result.getOrThrow(statementPeriod(february, now))
      assert.deepStrictEqual(period, { from: begins, until: ends })
      assert.strictEqual(isComplete({ period, madeAt: now }), now === ends)
    }
  })
})
