import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { dayAfter, dayOf, dayStart, formatInstant, instant, parseDay, parseInstant } from "../../src/values/Instant.ts"

const [earliest, latest] = [Date.parse("0000-01-01T00:00:00.000Z"), Date.parse("9999-12-31T23:59:59.999Z")]
const instants = fc.integer({ min: earliest, max: latest }).map(instant)

describe("Instant", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(instants, (at) => {
        assert.match(formatInstant(at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        assert.strictEqual(parseInstant(formatInstant(at)), at)
      }),
      { examples: [[instant(earliest)], [instant(latest)], [instant(-1)]] }
    )
  })

  it("has one spelling, and must be real", () => {
    const wrong = [
      "2026-02-03T00:00:00Z",
      "2026-02-03T00:00:00.00Z",
      "2026-02-03T00:00:00.0000Z",
      "2026-02-03T00:00:00.000+00:00",
      "2026-02-03t00:00:00.000z",
      "2026-02-03 00:00:00.000Z",
      "2026-02-30T00:00:00.000Z",
      "2025-02-29T00:00:00.000Z",
      "2026-02-03T24:00:00.000Z",
      "9999-12-31T24:00:00.000Z",
      "2026-02-03T23:59:60.000Z",
      "2026-13-01T00:00:00.000Z",
      "+002026-02-03T00:00:00.000Z",
      "2026-02-03T00:00:00.000Z\n"
    ]
    for (const text of wrong) assert.isUndefined(parseInstant(text), text)
  })

  it("is whole and within four-digit years", () => {
    for (const value of [earliest - 1, latest + 1, 0.5, Number.NaN, Infinity]) {
      assert.throws(() => instant(value), RangeError)
    }
  })

  it("lies in its day, which begins at midnight and is followed by the next", () => {
    fc.assert(fc.property(fc.integer({ min: earliest, max: latest - 86_400_000 }).map(instant), (at) => {
      const day = dayOf(at)
      assert.isTrue(dayStart(day) <= at && at < dayStart(dayAfter(day)))
      assert.strictEqual(dayAfter(dayAfter(day), -1), day)
      assert.strictEqual(parseDay(day), day.startsWith("0000") ? undefined : day)
    }))
    for (const text of ["2026-02-29", "2026-2-3", "20260203", "2026-02-03T00:00:00.000Z", "2026-00-01", "0000-01-01"]) {
      assert.isUndefined(parseDay(text), text)
    }
  })
})
