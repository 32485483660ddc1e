/** What docs/plan.md says stands: the files and tests that it names, and a row for each endpoint of docs/api.md. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

const docs = join(import.meta.dirname, "../docs")
const plan = readFileSync(join(docs, "plan.md"), "utf8")

/** Where each label leads, from docs/. */
const targets = new Map(Array.from(plan.matchAll(/^\[([^\]]+)\]: (\S+)$/gm), ([, label, target]) => [label, target]))

const body = plan.replace(/^\[[^\]]+\]: .*$/gm, "")
const labelsIn = (text) => Array.from(text.matchAll(/\[([^\]]+)\](?!\()/g), ([, label]) => label)

/** The cells of all tables' rows, without the heads. */
const rows = plan.split("\n").filter((line, index, lines) =>
  line.startsWith("| ") && !line.startsWith("| ---") && !lines[index + 1]?.startsWith("| ---")
).map((line) => line.slice(2, -2).split(" | "))

const named = `\\[([^\\]]+)\\] ("[^"]+"(?:, "[^"]+")*)`
const part = "(?:proof|live hub and client|operations and hardening)(?: \\([^()]+\\))?"
const tested = new RegExp(`^${named}$`)
const toCome = new RegExp(`^to come: ${part}(?:, ${part})*$`)

/** Every test that is named: `[label] "name", "name"`. */
const tests = Array.from(
  body.matchAll(new RegExp(named, "g")),
  ([, label, names]) => names.slice(1, -1).split(`", "`).map((name) => ({ label, name }))
).flat()

/** Whether Vitest runs the file, by itself or through the contract tests. */
const isRun = (target) => /\.test\.(ts|mjs)$/.test(target) || target.startsWith("../packages/sim/src/contract/")

const textOf = (label) => {
  const target = targets.get(label)
  return target !== undefined && existsSync(join(docs, target)) && isRun(target)
    ? readFileSync(join(docs, target), "utf8")
    : ""
}

describe("docs/plan.md", () => {
  it("leads to files that exist", () => {
    const links = Array.from(body.matchAll(/\]\(([^)]+)\)/g), ([, target]) => target)
    assert.deepStrictEqual([...targets.values(), ...links].filter((target) => !existsSync(join(docs, target))), [])
  })

  it("defines each label that it uses, and no other", () => {
    const used = new Set(labelsIn(body))
    assert.deepStrictEqual([...used].filter((label) => !targets.has(label)), [])
    assert.deepStrictEqual([...targets.keys()].filter((label) => !used.has(label)), [])
  })

  it("has rows of four cells, the last of which says what tests it or when it comes", () => {
    assert.isAbove(rows.length, 0)
    const isAnswer = (phrase) => tested.test(phrase) || toCome.test(phrase)
    const wrong = rows.filter((cells) =>
      cells.length !== 4 || !cells[3].split(/; (?=\[|to come: )/).every((phrase) => isAnswer(phrase))
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("names tests that stand in their files", () => {
    assert.isAbove(tests.length, 0)
    const missing = tests.filter(({ label, name }) => {
      const text = textOf(label)
      return !text.includes(`"${name}"`) && !text.includes(`\`${name}\``)
    })
    assert.deepStrictEqual(missing, [])
  })

  it("has a row for each endpoint of docs/api.md, and for no other", () => {
    const api = readFileSync(join(docs, "api.md"), "utf8")
    const written = Array.from(
      api.matchAll(/(?:(GET|POST|PUT|PATCH|DELETE) `|`(GET) )(\/[^`]*)`/g),
      ([, method, alone, path]) => `${method ?? alone} ${path}`
    )
    const held = rows.map(([item]) => item.replaceAll("`", "")).filter((item) => /^[A-Z]+ \//.test(item))
    assert.include(written, "POST /auth/sign-up")
    // the plan calls this parameter :id
    assert.sameMembers(held, written.map((endpoint) => endpoint.replace(":ticketId", ":id")))
  })
})
