import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { framing } from "../../src/engine/Framing.ts"

describe("Framing", () => {
  it("knows a request without a body, of one length, and in chunks", () => {
    assert.deepStrictEqual(framing(undefined, undefined), { _tag: "Empty" })
    assert.deepStrictEqual(framing("0", undefined), { _tag: "Empty" })
    assert.deepStrictEqual(framing("17", undefined), { _tag: "Body", length: 17 })
    assert.deepStrictEqual(framing(undefined, "chunked"), { _tag: "Body", length: undefined })
    assert.deepStrictEqual(framing(undefined, "Chunked"), { _tag: "Body", length: undefined })
  })

  it("takes no length that is not plain decimal digits", () =>
    fc.assert(fc.property(fc.string(), (text) => {
      assert.strictEqual(framing(text, undefined)._tag === "Faulty", !/^[0-9]+$/.test(text))
    })))

  it("takes no length beside a transfer encoding, and no encoding but chunked", () =>
    fc.assert(fc.property(fc.string(), fc.string(), (length, encoding) => {
      assert.strictEqual(framing(length, encoding)._tag, "Faulty")
      fc.pre(encoding.trim().toLowerCase() !== "chunked")
      assert.strictEqual(framing(undefined, encoding)._tag, "Faulty")
    })))
})
