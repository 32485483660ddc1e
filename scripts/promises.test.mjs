/** What docs/security.md, docs/money.md, docs/play.md, docs/identity.md and docs/push.md promise is tested: each row of their tables names tests that are there. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileNamed, root } from "./names.mjs"

/** The lines of each table of promises, without its head and rule. */
const promisesIn = (text) => {
  const lines = text.split("\n")
  const isRow = (line) => line?.startsWith("| ") === true
  let ofPromises = false
  return lines.filter((line, index) => {
    if (isRow(line) && !isRow(lines[index - 1])) {
      ofPromises = line === "| promise | how | test |"
      return false
    }
    return ofPromises && isRow(line) && !line.startsWith("| ---")
  })
}

/** What Vitest runs: by itself, or for each adapter of a port. */
const testFile = String.raw`(?:[\w-]+/[\w/-]+\.test|sim/contract/\w+)`
const phrase = String.raw`\x60${testFile}\x60 "[^"|]+"(?:, "[^"|]+")*`
const tests = new RegExp(String.raw` \| (${phrase}(?:; ${phrase})*) \|$`)

/** The tests that a row names: `file` "name", "name"; `file` "name". None where it names them in any other way. */
const testsOf = (row) => {
  const [, cell = ""] = tests.exec(row) ?? []
  return cell.split("; `").flatMap((part) => {
    const [, file, names] = /^`?([^`]+)` "(.+)"$/.exec(part) ?? []
    return file === undefined ? [] : names.split(`", "`).map((name) => ({ file, name }))
  })
}

const textOf = (file) => {
  const path = fileNamed(file)
  return path === undefined ? "" : readFileSync(join(root, path), "utf8")
}

describe.each([
  { doc: "docs/security.md", promisesMin: 30 },
  { doc: "docs/money.md", promisesMin: 30 },
  { doc: "docs/play.md", promisesMin: 10 },
  { doc: "docs/identity.md", promisesMin: 10 },
  { doc: "docs/push.md", promisesMin: 10 }
])("$doc", ({ doc, promisesMin }) => {
  const rows = promisesIn(readFileSync(join(root, doc), "utf8"))

  it("names a test for each promise", () => {
    assert.isAtLeast(rows.length, promisesMin)
    assert.deepStrictEqual(rows.filter((row) => testsOf(row).length === 0), [])
  })

  it("names tests that exist, in the files that it names", () => {
    const named = rows.flatMap(testsOf)
    const texts = new Map(named.map(({ file }) => [file, textOf(file)]))
    assert.deepStrictEqual(named.filter(({ file, name }) => !texts.get(file)?.includes(`"${name}"`)), [])
  })
})
