/** What docs/plan.md says stands: the files and tests that it names, and a row for each endpoint of docs/api.md. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileNamed, root } from "./names.mjs"

const docs = join(root, "docs")
const plan = readFileSync(join(docs, "plan.md"), "utf8")

/** The cells of all tables' rows, without the heads. */
const rows = plan.split("\n").filter((line, index, lines) =>
  line.startsWith("| ") && !line.startsWith("| ---") && !lines[index + 1]?.startsWith("| ---")
).map((line) => line.slice(2, -2).split(" | "))

const part = "(?:live hub and client|hardening)(?: \\([^()]+\\))?"
const toCome = new RegExp(`^to come: ${part}(?:, ${part})*$`)
const tested = /^`([^`]+)` ("[^"]+"(?:, "[^"]+")*)$/
const link = /^\[[^\]]+\]\(([^)]+)\)$/

/** The phrases of a row's last cell. */
const phrasesOf = (cells) => cells[3].split(/; (?=`|to come: )/)

/** Every test that is named: `file` "name", "name". */
const tests = rows.flatMap(phrasesOf).flatMap((phrase) => {
  const [, file, names] = tested.exec(phrase) ?? []
  return file === undefined ? [] : names.slice(1, -1).split(`", "`).map((name) => ({ file, name }))
})

/** Whether Vitest runs the file, by itself or through the contract tests. */
const isRun = (path) => /\.test\.(ts|mjs)$/.test(path) || path.startsWith("packages/sim/src/contract/")

const textOf = (name) => {
  const path = fileNamed(name)
  return path !== undefined && isRun(path) ? readFileSync(join(root, path), "utf8") : ""
}

describe("docs/plan.md", () => {
  it("has rows of four cells, the last of which says what tests it or when it comes", () => {
    assert.isAbove(rows.length, 150)
    const isAnswer = (phrase) => tested.test(phrase) || toCome.test(phrase)
    assert.deepStrictEqual(rows.filter((cells) => cells.length !== 4 || !phrasesOf(cells).every(isAnswer)), [])
  })

  it("names files that exist, and links to pages that do", () => {
    const isThere = (named) => {
      const [, target] = link.exec(named) ?? []
      if (target !== undefined) return existsSync(join(docs, target))
      return /^`[^`]+`$/.test(named) && fileNamed(named.slice(1, -1)) !== undefined
    }
    assert.deepStrictEqual(rows.flatMap(([, , files]) => files.split(", ")).filter((named) => !isThere(named)), [])
  })

  it("names tests that stand in their files", () => {
    assert.isAbove(tests.length, 150)
    const missing = tests.filter(({ file, name }) => {
      const text = textOf(file)
      return !text.includes(`"${name}"`) && !text.includes(`\`${name}\``)
    })
    assert.deepStrictEqual(missing, [])
  })

  it("has a row for each endpoint of docs/api.md, and for no other", () => {
    const api = readFileSync(join(docs, "api.md"), "utf8")
    // its text may name one again
    const written = [
      ...new Set(Array.from(
        api.matchAll(/(?:(GET|POST|PUT|PATCH|DELETE) `|`(GET) )(\/[^`]*)`/g),
        ([, method, alone, path]) => `${method ?? alone} ${path}`
      ))
    ]
    const held = rows.map(([item]) => item.replaceAll("`", "")).filter((item) => /^[A-Z]+ \//.test(item))
    assert.include(written, "POST /auth/sign-up")
    // the plan calls this parameter :id
    assert.sameMembers(held, written.map((endpoint) => endpoint.replace(":ticketId", ":id")))
  })
})
