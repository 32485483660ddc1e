import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { styleText } from "node:util"
import stringWidth from "string-width"
import { aligned, fitted, stacked } from "../../src/terminal/Table.ts"

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

  const rows = [
    ["NAME", "ID", "WHAT CAME OF IT"],
    ["Annabel of the long name", "019a0000", red("it was credited to a player")],
    ["日本語日本語日本語", "019a0001", "ignored"]
  ]
  const form = { yields: [2, 0] }

  it("is cut where a terminal is narrow, at the column that matters least first, and whole in a pipe", () => {
    assert.strictEqual(fitted(rows, form, Infinity), aligned(rows))
    assert.strictEqual(fitted(rows, form), aligned(rows))
    assert.strictEqual(
      fitted(rows, form, 53),
      [
        "NAME                      ID        WHAT CAME OF IT",
        `Annabel of the long name  019a0000  ${red("it was credited …")}`,
        "日本語日本語日本語        019a0001  ignored"
      ].join("\n")
    )
    assert.strictEqual(
      fitted(rows, form, 40),
      [
        "NAME           ID        WHAT CAME OF IT",
        `Annabel of t…  019a0000  ${red("it was credite…")}`,
        "日本語日本語…  019a0001  ignored"
      ].join("\n")
    )
  })

  it("leaves columns out where cutting them is not enough, and says so in its head", () => {
    assert.strictEqual(
      fitted(rows, form, 30),
      ["NAME         ID        …", "Annabel of…  019a0000", "日本語日本…  019a0001"].join("\n")
    )
    assert.strictEqual(fitted(rows, form, 5), ["ID        …", "019a0000", "019a0001"].join("\n"))
  })

  it("is no wider than the terminal for any text, where all of its columns give way", () => {
    const cell = fc.string({ unit: "grapheme-composite", maxLength: 40 }).filter((text) => /^\P{C}*$/u.test(text))
    const anyRows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 })
    fc.assert(fc.property(anyRows, fc.integer({ min: 11, max: 140 }), (found, width) => {
      const shown = fitted([["A", "B", "C"], ...found], { yields: [2, 0, 1] }, width)
      for (const line of shown.split("\n")) assert.isAtMost(stringWidth(line), width, line)
    }))
  })

  it("of sums has each below its name where the terminal is too narrow, and none cut", () => {
    const sums = [["ACCOUNT", "OPENING", "SALES", "CLOSING"], ["wallets", "12.00", "", "13.00"], [
      "house",
      "0.00",
      "-5.25",
      "0.05"
    ]]
    assert.strictEqual(stacked(sums, [1, 2, 3], 80), aligned(sums, [1, 2, 3]))
    assert.strictEqual(
      stacked(sums, [1, 2, 3], 20),
      [
        "wallets",
        "  OPENING  12.00",
        "  CLOSING  13.00",
        "house",
        "  OPENING   0.00",
        "  SALES    -5.25",
        "  CLOSING   0.05"
      ].join("\n")
    )
  })
})
