import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { type Json, maxDepth, parseBytes, parseText } from "../../src/values/StrictJson.ts"

const reason = (result: ReturnType<typeof parseText>): string =>
  Result.isFailure(result) ? result.failure.message : assert.fail("it was taken")

const name = fc.string({ unit: "binary" }).filter((s) => s !== "__proto__" && !s.includes("\0"))
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    name,
    fc.array(tie("json"), { maxLength: 5 }),
    fc.dictionary(name, tie("json"), { maxKeys: 5, noNullPrototype: true })
  )
}))

/** Some way to write a string: plainly, or with every character escaped. */
const spell = (text: string, escaped: boolean): string =>
  escaped
    ? `"${
      Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")
    }"`
    : JSON.stringify(text)

describe("StrictJson", () => {
  it("reads what JSON.stringify writes, however it is laid out", () =>
    fc.assert(fc.property(json, fc.constantFrom("", " ", "\n\t", "\r\n  "), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      assert.deepStrictEqual(parseText(text), Result.succeed(JSON.parse(text)))
      assert.deepStrictEqual(parseBytes(Buffer.from(text)), Result.succeed(JSON.parse(text)))
    })))

  it("takes exactly what JSON.parse takes, of texts without an object or a great exponent", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[]\",: 01-e.truefalsn{}") }), (text) => {
        let taken = true
        try {
          JSON.parse(text)
        } catch {
          taken = false
        }
        fc.pre(!text.includes("{") && !/e\d{3}/.test(text)) // members may repeat, numbers be infinite: other tests
        assert.strictEqual(Result.isSuccess(parseText(text)), taken)
      }),
      { numRuns: 2_000 }
    ))

  it("refuses a member that stands twice, at any depth and in any spelling", () =>
    fc.assert(fc.property(name, json, json, json, fc.boolean(), fc.nat(5), (twice, a, b, c, escaped, depth) => {
      const object = `{${spell(twice, false)}: ${JSON.stringify(a)}, "other": ${JSON.stringify(c)} ,` +
        `${spell(twice, escaped)}\n:${JSON.stringify(b)}}`
      fc.pre(twice !== "other")
      const text = `${`[1,{"in":`.repeat(depth)}${object}${"}]".repeat(depth)}`
      assert.strictEqual(reason(parseText(text)), "A member stands twice in one object.")
    })))

  it("lets two objects have a member of the same name", () => {
    assert.isTrue(Result.isSuccess(parseText(`[{"a":1},{"a":2},{"b":{"b":{"b":"b:"}}}]`)))
  })

  it("is not deceived by colons and quotes within strings", () => {
    const value = { "a\":": "\"b\":1", "c\\": "\\\":", ":": ":" }
    assert.deepStrictEqual(parseText(JSON.stringify(value)), Result.succeed(value))
  })

  it("refuses __proto__, once or twice, plain or escaped", () => {
    const message = "A member may not be named __proto__."
    assert.strictEqual(reason(parseText(`{"a":{"__proto__":{"admin":true}}}`)), message)
    assert.strictEqual(reason(parseText(`{"__proto__":1,"__proto__":2}`)), message)
    assert.strictEqual(reason(parseText(`{${spell("__proto__", true)}:1}`)), message)
    assert.isTrue(Result.isSuccess(parseText(`["__proto__"]`)))
  })

  it("refuses bytes that are not UTF-8, and a byte order mark", () => {
    for (const bytes of [[0x22, 0xff, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2]]) {
      assert.strictEqual(reason(parseBytes(Uint8Array.from(bytes))), "The text is not valid UTF-8.")
    }
    assert.strictEqual(reason(parseBytes(Buffer.from("\ufeff{}"))), "The text is not valid JSON.")
  })

  it("refuses an empty text, half a text, two texts", () => {
    for (const text of ["", " ", "{", "{\"a\"", "\"\\", "1 2", "{}{}", "undefined", "NaN", "'a'"]) {
      assert.strictEqual(reason(parseText(text)), "The text is not valid JSON.")
    }
  })

  it("refuses half a surrogate pair, U+0000 and infinite numbers, as values and as names", () => {
    assert.strictEqual(reason(parseText(`{"a":"\\ud800"}`)), "A string holds half of a surrogate pair.")
    assert.strictEqual(reason(parseText(`{"\\udc00":1}`)), "A string holds half of a surrogate pair.")
    assert.strictEqual(reason(parseText(`["\\u0000"]`)), "A string holds U+0000.")
    assert.strictEqual(reason(parseText(`{"\\u0000":1}`)), "A string holds U+0000.")
    assert.strictEqual(reason(parseText(`[1e999]`)), "A number is too large.")
    assert.strictEqual(reason(parseText(`-1e999`)), "A number is too large.")
    assert.isTrue(Result.isSuccess(parseText(`"\\ud83d\\ude00"`)))
  })

  it("takes the greatest depth and refuses one more, however much more", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)
    assert.isTrue(Result.isSuccess(parseText(nested(maxDepth))))
    for (const depth of [maxDepth + 1, 30_000]) {
      assert.strictEqual(
        reason(parseText(nested(depth))),
        `Arrays and objects may not be nested more than ${maxDepth} deep.`
      )
      assert.isTrue(Result.isFailure(parseText("{\"a\":".repeat(depth))))
    }
  })
})
