import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  concat,
  equalBytes,
  fromBase64,
  fromHex,
  lengthPrefixed,
  toBase64,
  toHex,
  u32,
  u64,
  writeAscii
} from "../../src/values/Bytes.ts"

const bytes = fc.uint8Array({ maxLength: 70 })

describe("Bytes", () => {
  it("writes hex and base64 as Node does, and reads them back", () => {
    fc.assert(fc.property(bytes, (value) => {
      assert.strictEqual(toHex(value), Buffer.from(value).toString("hex"))
      assert.strictEqual(toBase64(value), Buffer.from(value).toString("base64"))
      assert.deepStrictEqual(fromHex(toHex(value), value.length), value)
      assert.deepStrictEqual(fromBase64(toBase64(value)), value)
    }))
  })

  it("reads no base64 but the canonical", () => {
    for (const text of ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "Y Q==", "YQ===", "-_8=", "Y", "é"]) {
      assert.isUndefined(fromBase64(text), text)
    }
    fc.assert(fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 12 }), (text) => {
      const read = fromBase64(text)
      assert.isTrue(read === undefined || toBase64(read) === text)
    }))
  })

  it("reads hex of the length asked for, in lower case only", () => {
    for (const text of ["AB", "a", "abc", "0g", "abcd", " a", "é"]) assert.isUndefined(fromHex(text, 1), text)
    assert.deepStrictEqual(fromHex("0f", 1), Uint8Array.of(15))
  })

  it("writes numbers big-endian, at both ends of their range", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const expected = Buffer.alloc(8)
        expected.writeBigUInt64BE(BigInt(value))
        assert.strictEqual(toHex(u64(value)), expected.toString("hex"))
      }),
      { examples: [[0], [2 ** 32 - 1], [2 ** 32], [Number.MAX_SAFE_INTEGER]] }
    )
    assert.strictEqual(toHex(u32(2 ** 32 - 1)), "ffffffff")
    assert.strictEqual(toHex(u32(0x01020304)), "01020304")
  })

  it("prefixes text with the number of its bytes, not of its characters", () => {
    assert.strictEqual(toHex(lengthPrefixed("é")), "00000002c3a9")
    assert.strictEqual(toHex(lengthPrefixed("")), "00000000")
  })

  it("tells bytes apart by length and by content", () => {
    assert.isTrue(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
    assert.isFalse(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
    assert.isFalse(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)))
    assert.deepStrictEqual(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3))
  })

  it("writes ASCII in place", () => {
    const target = new Uint8Array(5).fill(1)
    assert.strictEqual(writeAscii(target, 1, "az"), 3)
    assert.deepStrictEqual(target, Uint8Array.of(1, 0x61, 0x7a, 1, 1))
  })
})
