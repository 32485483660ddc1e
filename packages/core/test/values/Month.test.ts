import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { formatInstant } from "../../src/values/Instant.ts"
import { monthEnd, monthStart, parseMonth } from "../../src/values/Month.ts"

const months = fc.record({ year: fc.integer({ min: 1, max: 9998 }), month: fc.integer({ min: 1, max: 12 }) })
const textOf = (year: number, month: number) => `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`

describe("a month", () => {
  it("ends where the next one begins", () => {
    fc.assert(fc.property(months, ({ month, year }) => {
      const read = parseMonth(textOf(year, month)) ?? assert.fail("a month")
      assert.strictEqual(formatInstant(monthStart(read)), `${textOf(year, month)}-01T00:00:00.000Z`)
      const next = month === 12 ? textOf(year + 1, 1) : textOf(year, month + 1)
      assert.strictEqual(formatInstant(monthEnd(read)), `${next}-01T00:00:00.000Z`)
    }))
  })

  it("is written in one way", () => {
    for (const text of ["2026-2", "2026-00", "2026-13", "0000-01", "9999-01", "2026-02-01", " 2026-02", "", "26-02"]) {
      assert.isUndefined(parseMonth(text), text)
    }
  })
})
