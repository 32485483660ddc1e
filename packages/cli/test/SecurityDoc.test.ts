import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../..")

it("docs/security.md names tests that exist, in the files that it names", () => {
  const rows = readFileSync(join(root, "docs/security.md"), "utf8").split("\n").filter((line) => line.startsWith("| "))
  const named = rows.flatMap((row) => {
    const [, file, names] = /`([^`]+\.test\.ts)` ("[^|]+") \|$/.exec(row) ?? []
    return file === undefined || names === undefined
      ? []
      : names.slice(1, -1).split("\", \"").map((name) => ({ file, name }))
  })
  assert.isAbove(named.length, 30)
  // all rows but a head and a rule a table
  assert.strictEqual(
    rows.filter((row) => row.includes(".test.ts` ")).length,
    rows.filter((row) => !/^\| (promise|---)/.test(row)).length
  )
  const texts = new Map(named.map(({ file }) => [file, readFileSync(join(root, file), "utf8")]))
  assert.deepStrictEqual(named.filter(({ file, name }) => !texts.get(file)?.includes(`"${name}"`)), [])
})
