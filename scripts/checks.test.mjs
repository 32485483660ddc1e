/**
 * The table of black-box checks in docs/security.md: every number from 1 to 30 has tests that are named by it, which run over one process
 * and over two, and there are no others.
 */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileNamed, root } from "./names.mjs"

const row = /^\| (\d+) \| [^|]+ \| `(cli\/checks\/\w+\.test)` "(.+)" \|$/

const page = readFileSync(join(root, "docs/security.md"), "utf8").split("## The thirty checks")[1].split("\n## ")[0]

/** The rows: the number, and the file and names of its tests. */
const rows = page.split("\n").flatMap((line) => {
  const [, number, file, names] = row.exec(line) ?? []
  return number === undefined ? [] : [{ number: Number(number), file, names: names.split(`", "`) }]
})

const textOf = (path) => readFileSync(join(root, path), "utf8")
const files = globSync("packages/cli/test/checks/*.test.ts", { cwd: root })

/** The names of a file's tests that begin with a number. */
const namesIn = (path) => [...textOf(path).matchAll(/it\.effect\(\s*"(#\d+ [^"]+)"/g)].map(([, name]) => name)

describe("the thirty checks", () => {
  it("have a row each, in their order, whose tests are named by the number", () => {
    assert.deepStrictEqual(rows.map(({ number }) => number), Array.from({ length: 30 }, (_, index) => index + 1))
    assert.deepStrictEqual(
      rows.flatMap(({ names, number }) => names.filter((name) => !name.startsWith(`#${number} `))),
      []
    )
  })

  it("are the tests that stand in the files, all of them", () => {
    assert.sameMembers(
      rows.flatMap(({ file, names }) => names.map((name) => `${fileNamed(file)} ${name}`)),
      files.flatMap((path) => namesIn(path).map((name) => `${path.replaceAll("\\", "/")} ${name}`))
    )
  })

  it("run over one process and over two", () => {
    for (const path of files) {
      const text = textOf(path)
      // what registers them, and nothing else that could
      assert.lengthOf(text.match(/^overOneAndTwo(?:Sites)?\(/gm) ?? [], 1, path)
      assert.notMatch(text, /import \{[^}]*\b(?:describe|it|layer|test)\b[^}]*\} from "@effect\/vitest"/, path)
      assert.notMatch(text, /\.(?:skip|skipIf|only|todo)\b/, path)
    }
    assert.match(textOf("packages/cli/test/support/Processes.ts"), /for \(const count of \[1, 2\] as const\)/)
  })
})
