import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { csvLine, csvText } from "../../src/values/CsvText.ts"

describe("csvText", () => {
  it("begins with nothing that a spreadsheet takes for a formula, and steers no terminal", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary-ascii" }),
      fc.tuple(
        fc.constantFrom("", " ", "\t", "\r", "\n", "\u00a0"),
        fc.constantFrom("=", "+", "-", "@", "\uFF1D"),
        fc.string()
      )
        .map((parts) => parts.join(""))
    )
    fc.assert(fc.property(texts, (text) => {
      assert.notMatch(csvText(text), /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\p{Cc}\p{Cf}]/u)
    }))
  })

  it("leaves an ordinary text as it is", () => {
    for (const text of ["", "app_store:2000000123456789", "ann-marie", "12.00", "O'Neill, \"Ann\""]) {
      assert.strictEqual(csvText(text), text)
    }
  })
})

describe("csvLine", () => {
  it("quotes what RFC 4180 has quoted, and ends as it says", () => {
    assert.strictEqual(
      csvLine(["a", "-1.00", "b,c", "say \"x\"", "d\r\ne", ""]),
      "a,-1.00,\"b,c\",\"say \"\"x\"\"\",\"d\r\ne\",\r\n"
    )
  })
})
