import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  cents,
  centsMax,
  formatCents,
  isCents,
  parseCents,
  ticketFee,
  ticketPot,
  ticketPrice
} from "../../src/money/Money.ts"

const amounts = fc.bigInt({ min: -centsMax, max: centsMax }).map(cents)

describe("Money", () => {
  it("is read back as it was written", () => {
    fc.assert(fc.property(amounts, (amount) => assert.strictEqual(parseCents(formatCents(amount)), amount)), {
      examples: [[cents(0n)], [cents(-1n)], [cents(centsMax)], [cents(-centsMax)]]
    })
    assert.strictEqual(formatCents(cents(95n)), "0.95")
    assert.strictEqual(formatCents(cents(-100n)), "-1.00")
  })

  it("has one spelling", () => {
    fc.assert(fc.property(fc.stringMatching(/^-?[0-9]{0,3}\.?[0-9]{0,3}$/), (text) => {
      const read = parseCents(text)
      assert.isTrue(read === undefined || formatCents(read) === text)
    }))
    for (
      const text of [
        "",
        "1",
        "1.0",
        "01.00",
        "+1.00",
        "-0.00",
        "1,00",
        "1e2.00",
        ".50",
        "1.000",
        "10000000000.00",
        " 1.00"
      ]
    ) {
      assert.isUndefined(parseCents(text), text)
    }
  })

  it("does not go beyond what the books hold", () => {
    assert.isFalse(isCents(centsMax + 1n))
    assert.throws(() => cents(-centsMax - 1n), RangeError)
  })

  it("splits a ticket's price without a cent left over", () => {
    assert.strictEqual(ticketPot + ticketFee, ticketPrice)
  })
})
