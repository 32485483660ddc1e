import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { draw, drawHouse, drawn, page } from "./house.mjs"

describe("the drawing of the house", () => {
  it("shows what docs/design.md shows: run `npm run house` where it does not", async () => {
    assert.strictEqual(drawn.exec(readFileSync(page, "utf8"))?.[0], await drawHouse())
  })

  it("has an arrow for each pair of places, dotted where only types go along it, and none to what all import", () => {
    const imports = [
      { from: "a/1", to: "b/1", isType: true },
      { from: "a/1", to: "c/1", isType: true },
      { from: "a/2", to: "c/2", isType: false },
      { from: "a/1", to: "a/2", isType: false },
      { from: "b/1", to: "c/1", isType: false },
      { from: "a/1", to: "d/1", isType: false },
      { from: "b/1", to: "d/1", isType: false },
      { from: "c/1", to: "d/1", isType: false },
      { from: "a/1", to: "elsewhere", isType: false }
    ]
    assert.strictEqual(
      draw(imports, /^(\w)\//),
      "```mermaid\nflowchart TD\n  a --> c\n  a -.-> b\n  b --> c\n```\n\nEach of them imports `d`."
    )
  })
})
