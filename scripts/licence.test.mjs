/** Whoever takes a package by itself finds its licence there. */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "..")
const packages = ["package.json", ...globSync("packages/*/package.json", { cwd: root })].map((file) => join(root, file))

describe("every package", () => {
  it("is under Apache-2.0, and has its text beside it", () => {
    assert.isAbove(packages.length, 10)
    const text = readFileSync(join(root, "LICENSE"), "utf8")
    assert.match(text, /^\s*Apache License\n\s*Version 2\.0, January 2004\n/)
    for (const file of packages) {
      assert.strictEqual(JSON.parse(readFileSync(file, "utf8")).license, "Apache-2.0", file)
      assert.strictEqual(readFileSync(join(dirname(file), "LICENSE"), "utf8"), text, file)
    }
  })
})
