import { cents } from "@ddd/core/money/Money"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { asTyped, dollars, maskedAddress, moment } from "../src/Wording.ts"

describe("Wording", () => {
  it("writes a moment in UTC, whatever the machine's zone", () => {
    assert.strictEqual(moment(instant(Date.UTC(2026, 1, 3, 0, 5, 59, 999))), "3 February 2026 at 00:05 UTC")
  })

  it("writes amounts with a sign, thousands and two places", () => {
    assert.deepStrictEqual(
      [0n, 5n, 100n, 123_450n, -100n, 999_999_999_999n].map((amount) => dollars(cents(amount))),
      ["$0.00", "$0.05", "$1.00", "$1,234.50", "-$1.00", "$9,999,999,999.99"]
    )
  })

  it("leaves an ordinary name as it is", () => {
    assert.strictEqual(asTyped("Marie_C-1867"), "Marie_C-1867")
  })

  it("keeps what was typed on one line, visible, and free of anything that looks like an address", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      const written = asTyped(text).replaceAll("\u200b", "|")
      assert.notMatch(written, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
      assert.notMatch(written, /[.:/@][^|]/u)
    }))
    assert.strictEqual(asTyped("win.example.com\r\nBcc: x\u202e"), "win.\u200bexample.\u200bcom Bcc:\u200b x ")
  })

  it("masks all of an address but its first character and its domain", () => {
    assert.strictEqual(maskedAddress("marie@example.com").replaceAll("\u200b", ""), "m***@example.com")
    assert.strictEqual(maskedAddress("\u{1F3B2}a@x").replaceAll("\u200b", ""), "\u{1F3B2}***@x")
    assert.strictEqual(maskedAddress("none"), "***")
  })
})
