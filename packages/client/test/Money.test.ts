import { assert, describe, it } from "@effect/vitest"
import { amountOf, centsOf } from "../src/index.ts"

describe("amounts", () => {
  it("are bigint cents and back, and nothing that is none", () => {
    for (const [amount, cents] of [["0.95", 95n], ["-1.00", -100n], ["9999999999.99", 999_999_999_999n]] as const) {
      assert.strictEqual(centsOf(amount), cents)
      assert.strictEqual(amountOf(cents), amount)
    }
    for (const amount of ["1", "1.0", "1e3", "01.00", "-0.00", " 1.00", ""]) {
      assert.throws(() => centsOf(amount), RangeError)
    }
  })
})
