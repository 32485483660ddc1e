import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { visible, visibleData, visibleJson, visibleLines } from "../../src/values/Visible.ts"

const hostile = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/** A control sequence in both spellings, a line of one's own, bidirectional and invisible characters, half a character. */
const nasty = "\u001b[2J\u009b1m\r\nVALID\u202e\u2066\u200b\u2028\u2029\ufeff\u3164\u{e0041}\ud800\u007f\u00ad"

describe("text from outside", () => {
  it.prop("is shown with nothing that a terminal obeys or hides, and stays one line", [Schema.String], ([text]) => {
    assert.notMatch(visible(text + nasty), hostile)
    assert.notMatch(visibleLines(text + nasty).replaceAll("\n", ""), hostile)
  })

  it("is shown as it is where there is nothing to hide, in any script", () => {
    for (const text of ["Ann's room", "Łódź", "抽選 100 円", "غرفة", "🎟", "a\\b"]) {
      assert.strictEqual(visible(text), text)
    }
  })

  it("shows what was there by its number", () => {
    assert.strictEqual(visible("a\u001b[31mb\u202ec\n"), "a\\u{1b}[31mb\\u{202e}c\\u{a}")
    assert.strictEqual(visible("\u{e0041}"), "\\u{e0041}")
    assert.strictEqual(visibleLines("a\nb\r\n"), "a\nb\\u{d}\n")
  })

  it("is made visible wherever it stands in plain data, which keeps its shape", () => {
    const at = new Date(0)
    const data = { name: nasty, n: 1n, at, list: [{ note: "a\nb" }], none: null, gone: undefined }
    assert.deepStrictEqual(visibleData(data), { ...data, name: visible(nasty), list: [{ note: "a\\u{a}b" }] })
  })

  it.prop("says the same as JSON", [Schema.String], ([text]) => {
    for (const indent of [0, 2]) {
      const json = visibleJson(JSON.stringify({ [nasty]: [text, nasty] }, null, indent))
      assert.notMatch(json.replaceAll("\n", ""), hostile)
      assert.deepStrictEqual(JSON.parse(json), { [nasty]: [text, nasty] })
    }
  })
})
