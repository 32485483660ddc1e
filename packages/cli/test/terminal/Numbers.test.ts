import { assert, it } from "@effect/vitest"
import { count, withTenths } from "../../src/terminal/Numbers.ts"

it("numbers for people have their thousands apart, and as many decimals as were asked for", () => {
  assert.deepStrictEqual([0, 999, 12_345, 0.5, 10_000_000].map(count), ["0", "999", "12,345", "1", "10,000,000"])
  assert.strictEqual(count(2n ** 40n), "1,099,511,627,776")
  assert.deepStrictEqual([0, 12.34, 1_234.56].map(withTenths), ["0.0", "12.3", "1,234.6"])
})
