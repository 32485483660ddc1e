import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const folder = join(import.meta.dirname, "../dist/app")

const read = (name: string): string => readFileSync(join(folder, name), "utf8")

const sizeOf = (name: string): number => readFileSync(join(folder, `${name}.gz`)).length

/** What a page loads by itself: its scripts, what they import at once, and its styles. */
const loadedFirst = (): ReadonlySet<string> => {
  const found = new Set(Array.from(read("index.html").matchAll(/"\/play\/(assets\/[^"]+)"/g), ([, name]) => name ?? ""))
  // a set that grows is gone through to its end
  for (const name of found) {
    if (!name.endsWith(".js")) continue
    for (
      const [, imported] of read(name).matchAll(/\bfrom\s*["'`]\.\/([^"'`]+)["'`]|\bimport\s*["'`]\.\/([^"'`]+)["'`]/g)
    ) {
      if (imported !== undefined) found.add(`assets/${imported}`)
    }
  }
  return found
}

describe("the app as it is built", () => {
  it("loads no more than 150 KiB before the verifier", () => {
    const first = [...loadedFirst()]
    assert.isTrue(first.some((name) => name.endsWith(".js")) && first.some((name) => name.endsWith(".css")))
    assert.isFalse(first.some((name) => name.includes("Worker") || name.includes("LockKeeper")))
    const bytes = first.reduce((sum, name) => sum + sizeOf(name), 0)
    assert.isBelow(bytes, 150 * 1024, first.join(" "))
  })

  it("has a service worker that knows every file of it", () => {
    const worker = read("sw.js")
    for (const name of loadedFirst()) assert.include(worker, name)
    assert.notMatch(worker, /__[A-Z]+__/)
    assert.notMatch(worker, /^import|\bimport\(/m, "it is a script, not a module")
  })
})
