import { assert, describe, it } from "@effect/vitest"
import { isReported, parseThresholds, thresholdAt } from "../../src/draws/PrizeReport.ts"
import { cents } from "../../src/money/Money.ts"
import { instant } from "../../src/values/Instant.ts"

const read = (text: string) => parseThresholds(text) ?? assert.fail(`${text} says from when on what is reported`)
const day = (text: string, millis = 0) => instant(Date.parse(`${text}T00:00:00.000Z`) + millis)

describe("the amount from which prizes are reported", () => {
  it("is one of the law's, by the day on which the prize was paid, in UTC", () => {
    const law = read("2025-01-01=600.00, 2026-01-01=2000.00")
    assert.strictEqual(thresholdAt(law, day("2026-01-01", -1)), cents(60_000n))
    assert.strictEqual(thresholdAt(law, day("2026-01-01")), cents(200_000n))
    // what came before the first is not known: rather too many are listed than too few
    assert.strictEqual(thresholdAt(law, day("2001-01-01")), cents(60_000n))
    assert.isTrue(isReported(law, { amount: cents(200_000n), at: day("2026-07-01") }))
    assert.isFalse(isReported(law, { amount: cents(199_999n), at: day("2026-07-01") }))
    assert.isTrue(isReported(law, { amount: cents(199_999n), at: day("2025-07-01") }))
  })

  it("may be one for ever", () => {
    for (const year of ["1999", "2026", "2099"]) {
      assert.strictEqual(thresholdAt(read("2000.00"), day(`${year}-01-01`)), cents(200_000n))
    }
  })

  it("is refused in any other form", () => {
    for (
      const text of [
        "",
        "0.00",
        "-1.00",
        "600",
        "2026-01-01",
        "2026-01-01=",
        "2026-02-30=600.00",
        "2026-01-01=600.00,",
        "2026-01-01=600.00,2025-01-01=2000.00",
        "2026-01-01=600.00,2026-01-01=2000.00",
        "600.00,2026-01-01=2000.00",
        "2026-01-01=600.00=1.00"
      ]
    ) assert.isUndefined(parseThresholds(text), text)
  })
})
