import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isLeftOut } from "../../src/boundary/WithoutPorts.ts"

const folder = join(import.meta.dirname, "../../../core/src/ports")
const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))
const keysBy = (form: RegExp): ReadonlyArray<string> =>
  sources.flatMap((source) => Array.from(source.matchAll(form), ([, key = ""]) => key))

describe("what requests carry along", () => {
  it("is no port, but for those that have a default, which nobody would miss", () => {
    const withDefault = keysBy(/Context\.Reference<.*>\(\s*"([^"]+)"/g)
    const others = keysBy(/>\(\)\("(@ddd\/core\/ports\/[^"]+)"/g)
    assert.isNotEmpty(withDefault)
    assert.isNotEmpty(others)
    assert.deepStrictEqual(withDefault.filter(isLeftOut), [])
    assert.deepStrictEqual(others.filter((key) => !isLeftOut(key)), [])
  })
})
