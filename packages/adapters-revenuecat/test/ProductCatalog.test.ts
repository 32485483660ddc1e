import { cents, formatCents } from "@ddd/core/money/Money"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { productsMax, readProductCatalog } from "../src/ProductCatalog.ts"

const products = fc.dictionary(
  fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
  fc.bigInt(1n, 999_999_999_999n).map(cents),
  { minKeys: 1, maxKeys: 20 }
)

const reasonFor = (text: string): string => {
  const read = readProductCatalog(text)
  if (Result.isSuccess(read)) throw new Error(`${text} was taken`)
  return read.failure.message
}

describe("the catalogue of products", () => {
  it("is read whole, whatever its products are called", () =>
    fc.assert(fc.property(products, fc.boolean(), (products, isSpread) => {
      const entries = Object.entries(products)
      const text = JSON.stringify(
        Object.fromEntries(entries.map(([product, amount]) => [product, formatCents(amount)])),
        null,
        isSpread ? 2 : 0
      )
      const read = readProductCatalog(text)
      assert.isTrue(Result.isSuccess(read), text)
      assert.sameDeepMembers([...Result.getOrThrow(read)], entries)
    })))

  it("never throws, and takes no amount that is not above zero", () =>
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const read = readProductCatalog(text)
      if (Result.isSuccess(read)) assert.isTrue([...read.success.values()].every((amount) => amount > 0n))
    })))

  it("takes a product whose name is that of a member of every object", () => {
    const read = Result.getOrThrow(readProductCatalog("{\"__proto__\":\"5.00\",\"a\\\"b\":\"1.00\"}"))
    assert.deepStrictEqual([...read], [["__proto__", cents(500n)], ["a\"b", cents(100n)]])
  })

  it("says what is wrong with it", () => {
    const many = Object.fromEntries(Array.from({ length: productsMax + 1 }, (_, n) => [`funds_${n}`, "1.00"]))
    const wrong: ReadonlyArray<readonly [string, RegExp]> = [
      ["", /is not JSON/],
      ["{'funds_5': '5.00'}", /is not JSON/],
      ["[]", /must be a JSON object/],
      ["null", /must be a JSON object/],
      ["\"5.00\"", /must be a JSON object/],
      ["{}", /names no product/],
      [JSON.stringify(many), /names 1001 products; 1000 are the most/],
      ["{\"funds_5\":5}", /"funds_5" must be worth/],
      ["{\"funds_5\":\"5\"}", /"funds_5" must be worth/],
      ["{\"funds_5\":\"0.00\"}", /"funds_5" must be worth/],
      ["{\"funds_5\":\"-5.00\"}", /"funds_5" must be worth/],
      ["{\"funds_5\":null}", /"funds_5" must be worth/],
      ["{\"\":\"5.00\"}", /"" is no product's id/],
      ["{\"funds 5\":\"5.00\"}", /"funds 5" is no product's id/],
      ["{\"a\":\"5.00\",\"a\":\"500.00\"}", /names a product twice/],
      ["{\"a\":\"5.00\",\"\\u0061\":\"500.00\"}", /names a product twice/]
    ]
    for (const [text, reason] of wrong) {
      assert.match(reasonFor(text), reason)
      assert.match(reasonFor(text), /^PRODUCT_CATALOG: /)
    }
  })
})
