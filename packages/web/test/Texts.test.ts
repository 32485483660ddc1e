import { cents } from "@ddd/core/money/Money"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { between } from "../src/home/Pot.ts"
import { backoff } from "../src/live/Backoff.ts"
import { centsOf, dollars, ticketCount } from "../src/text/Dollars.ts"
import { longDay, remaining, secondHere, shortDay, timeHere } from "../src/text/Times.ts"

const amounts = fc.bigInt({ min: 0n, max: 999_999_999_999n }).map(cents)

describe("money", () => {
  it("reads as dollars, in groups of three", () => {
    const cases = [[5n, "$0.05"], [95n, "$0.95"], [123_456n, "$1,234.56"], [950_000_000n, "$9,500,000.00"]] as const
    for (const [amount, text] of cases) assert.strictEqual(dollars(cents(amount)), text)
    assert.strictEqual(ticketCount(1), "1 ticket")
    assert.strictEqual(ticketCount(10_000), "10,000 tickets")
  })

  it("is taken in the API's spelling alone", () => {
    assert.strictEqual(centsOf("0.95"), cents(95n))
    for (const wrong of [0.95, "0.950", "1", "$1.00", null, undefined]) assert.isUndefined(centsOf(wrong))
  })

  it("counts from one amount to another without leaving the way, and arrives exactly", () => {
    fc.assert(fc.property(amounts, amounts, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, moment) => {
      const shown = between(from, to, moment)
      assert.isTrue(from <= to ? from <= shown && shown <= to : to <= shown && shown <= from)
      assert.strictEqual(between(from, to, 0), from)
      assert.strictEqual(between(from, to, 1), to)
    }))
  })
})

describe("times", () => {
  it("name a draw's day, wherever the reader is", () => {
    assert.strictEqual(longDay("2026-02-03"), "Tuesday 3 February 2026")
    assert.strictEqual(shortDay("2026-02-03"), "Tue 3 Feb 2026")
  })

  it("are told in the reader's day and zone", () => {
    const midnight = Date.parse("2026-02-04T00:00:00.000Z")
    assert.strictEqual(timeHere(midnight, "Europe/Berlin"), "Wednesday 4 February, 01:00")
    assert.strictEqual(timeHere(midnight, "America/Los_Angeles"), "Tuesday 3 February, 16:00")
    const later = midnight + 3_600_000
    assert.strictEqual(secondHere(midnight, later, "UTC"), "00:00:00")
    assert.strictEqual(secondHere(midnight - 1000, later, "UTC"), "23:59:59 on Tuesday 3 February")
  })

  it("count down to nothing, and stay there", () => {
    const text = (millis: number): string => Object.values(remaining(millis)).join(":")
    assert.strictEqual(text(86_400_000), "24:00:00")
    assert.strictEqual(text(3_661_000), "01:01:01")
    assert.strictEqual(text(1), "00:00:01")
    for (const over of [0, -1, -86_400_000]) assert.strictEqual(text(over), "00:00:00")
  })

  it("between two tries grow, up to half a minute, and differ from one client to another", () => {
    fc.assert(fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const wait = backoff(failures, chance)
      assert.isAtLeast(wait, 250)
      assert.isAtMost(wait, 30_000)
    }))
    assert.strictEqual(backoff(0, 1), 1_000)
    assert.strictEqual(backoff(3, 1), 8_000)
    assert.notStrictEqual(backoff(3, 0.2), backoff(3, 0.8))
  })
})
