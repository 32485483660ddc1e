/** A source of over 300 lines says in the comment at its head why it is one file: `Over 300 lines: …`. */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const linesMax = 300

const isTooLong = (text) => {
  const lines = text.trimEnd().split("\n").length
  const header = /^\/\*\*[^]*?\*\//.exec(text)?.[0] ?? ""
  return lines > linesMax && !/^(\/\*\*| \*) Over 300 lines: \S/m.test(header)
}

describe("the size of a source", () => {
  it("is 300 lines at most, or has its reason", () => {
    const sources = globSync("packages/*/src/**/*.{ts,css}", { cwd: root }).map((path) => path.replaceAll("\\", "/"))
    assert.isNotEmpty(sources)
    const tooLong = sources.filter((path) => isTooLong(readFileSync(join(root, path), "utf8")))
    assert.strictEqual(tooLong.join("\n"), "")
  })

  it("is told from what stands at the head alone", () => {
    const code = (lines) => "export {}\n".repeat(lines)
    assert.isFalse(isTooLong(code(300)))
    assert.isTrue(isTooLong(code(301)))
    assert.isFalse(isTooLong(`/**\n * A table.\n *\n * Over 300 lines: it is one table.\n */\n${code(300)}`))
    assert.isFalse(isTooLong(`/** Over 300 lines: it is one table. */\n${code(300)}`))
    assert.isTrue(isTooLong(`/** A table. */\n${code(300)}/** Over 300 lines: it is one table. */\n`))
    assert.isTrue(isTooLong(`/** A table. Over 300 lines: it is one table. */\n${code(300)}`))
    assert.isTrue(isTooLong(`/**\n * Over 300 lines:\n */\n${code(300)}`))
  })
})
