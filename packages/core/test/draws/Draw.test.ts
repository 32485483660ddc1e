import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { daysAhead, daysToPublish } from "../../src/draws/Draw.ts"
import { type Day, dayAfter, dayMillis, dayOf, dayStart, instant } from "../../src/values/Instant.ts"

const someTime = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2100, 0, 1) }).map(instant)

describe("the days to publish", () => {
  it("begin with a draw that opens at once, and go a week ahead", () => {
    fc.assert(fc.property(someTime, (clock) => {
      const days = daysToPublish(clock, null)
      assert.strictEqual(days.length, daysAhead + 1)
      assert.deepStrictEqual(days[0], {
        date: dayOf(clock),
        opensAt: clock,
        closesAt: dayStart(dayAfter(dayOf(clock)))
      })
    }))
  })

  it("follow each other without overlap, each from midnight to midnight but the first of all", () => {
    fc.assert(fc.property(someTime, fc.integer({ min: -20, max: 9 }), (clock, published) => {
      const newest: Day | null = published === 9 ? null : dayAfter(dayOf(clock), published)
      const days = daysToPublish(clock, newest)
      days.forEach((day, i) => {
        assert.strictEqual(day.closesAt, dayStart(day.date) + dayMillis)
        assert.isTrue(day.opensAt >= clock)
        if (newest !== null || i > 0) assert.strictEqual(day.opensAt, dayStart(day.date))
        if (newest !== null) assert.isTrue(day.date > newest)
        if (i > 0) assert.strictEqual(day.date, dayAfter(days[i - 1]!.date))
      })
      const last = days.at(-1)?.date ?? newest
      assert.isTrue(last !== null && last >= dayAfter(dayOf(clock), daysAhead))
    }))
  })

  it("leave out a day that began before its record could be published", () => {
    const clock = instant(Date.UTC(2026, 1, 20, 8))
    const days = daysToPublish(clock, "2026-02-10" as Day)
    assert.strictEqual(days[0]?.date, "2026-02-21")
  })

  it("are never those whose published draw was lost with the state that a backup replaced", () => {
    fc.assert(fc.property(someTime, fc.integer({ min: 0, max: 7 }), (clock, ahead) => {
      const lost = dayAfter(dayOf(clock), ahead)
      const days = daysToPublish(clock, null, new Set([lost])).map(({ date }) => date)
      assert.notInclude(days, lost)
      assert.lengthOf(days, daysAhead)
    }))
  })

  it("are none where a week ahead stands already", () => {
    const clock = instant(Date.UTC(2026, 1, 20, 8))
    assert.deepStrictEqual(daysToPublish(clock, "2026-02-27" as Day), [])
    assert.deepStrictEqual(daysToPublish(clock, "2026-02-26" as Day).map((day) => day.date), ["2026-02-27"])
  })
})
