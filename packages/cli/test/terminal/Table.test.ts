import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { styleText } from "node:util"
import stringWidth from "string-width"
import { aligned } from "../../src/terminal/Table.ts"

const red = (text: string): string => styleText("red", text, { validateStream: false })

describe("a table", () => {
  it("has its columns under each other whatever the script, as a terminal shows them", () => {
    assert.strictEqual(
      aligned([
        ["NAME", "TICKETS", "ID"],
        ["ann", "3", "a"],
        ["日本語", "12", "b"],
        // an e with its accent beside it
        ["Ame\u0301lie", "1", "c"],
        ["👩‍👧 home", "7", "d"]
      ], [1]),
      [
        "NAME     TICKETS  ID",
        "ann            3  a",
        "日本語        12  b",
        "Ame\u0301lie         1  c",
        "👩‍👧 home        7  d"
      ].join("\n")
    )
  })

  it("counts no colours", () => {
    assert.strictEqual(aligned([[red("no"), "x"], ["none", "y"]]), `${red("no")}    x\nnone  y`)
  })

  it("begins each column at one place, for any text of one line", () => {
    const cell = fc.string({ unit: "grapheme-composite", maxLength: 12 }).filter((text) => /^\P{C}*$/u.test(text))
    fc.assert(fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (cells) => {
      const begins = aligned(cells.map((each) => [each, "|"])).split("\n")
        .map((line) => stringWidth(line.slice(0, line.lastIndexOf("|"))))
      assert.strictEqual(new Set(begins).size, 1)
    }))
  })
})
