/** The table of variables in docs/design.md is what is declared. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Variable, type VariableName, variableNames, variables } from "../../src/config/Variables.ts"

const design = readFileSync(join(import.meta.dirname, "../../../../docs/design.md"), "utf8")
const [, configuration = ""] = design.split("\n## Configuration\n")

/** A variable of the table: `` `PORT` 8080 ``. */
const written = configuration.split("\n").filter((line) => line.startsWith("| ")).slice(1)
  .filter((line) => !line.startsWith("| ---"))
  .flatMap((line) => (line.split(" | ")[1] ?? "").replace(/ \|$/, "").split("; "))

const declared = (name: VariableName): string => {
  const { fallback, otherwise }: Variable<unknown> = variables[name]
  return `\`${name}\` ${fallback ?? otherwise ?? "not set"}`
}

describe("the configuration table of docs/design.md", () => {
  it("has every variable that is declared, with its default, in this order, and no other", () => {
    assert.deepStrictEqual(written, variableNames.map(declared))
  })
})
