import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { dataFolder, ddd } from "../support/Ddd.ts"

describe("ddd mail preview", () => {
  it.live("writes every mail to where it says, and needs no database", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const { code, stdout } = yield* ddd(["mail", "preview"], { DATA_DIR: folder })
      assert.strictEqual(code, 0)
      const preview = join(folder, "mail", "preview")
      assert.include(stdout, preview)
      assert.deepStrictEqual(readdirSync(folder), ["mail"])
      const files = readdirSync(preview)
      const templates = files.filter((name) => name.endsWith(".html")).map((name) => name.replace(".html", ""))
      assert.include(templates, "winner")
      assert.deepStrictEqual(files, templates.flatMap((name) => [`${name}.eml`, `${name}.html`, `${name}.txt`]).sort())
      assert.include(readFileSync(join(preview, "winner.eml"), "utf8"), "Subject: You won")
    }), 180_000)

  it.live("writes one mail where one is asked for, to the folder that is given", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const { code, stdout } = yield* ddd(["mail", "preview", "winner", "--out", join(folder, "here")])
      assert.strictEqual(code, 0)
      assert.include(stdout, join(folder, "here"))
      assert.deepStrictEqual(readdirSync(join(folder, "here")), ["winner.eml", "winner.html", "winner.txt"])
    }), 180_000)

  it.live("names the templates where there is none of the name", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const { code, stderr, stdout } = yield* ddd(["mail", "preview", "toString", "--out", folder])
      assert.deepStrictEqual([code, stdout], [2, ""])
      assert.match(stderr, /no template toString.*welcome.*winner.*withdrawal-paid/)
      assert.deepStrictEqual(readdirSync(folder), [])
    }), 180_000)

  it.live("says where it cannot write", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* ddd(["mail", "preview", "winner", "--out", "/dev/null/here"])
      assert.strictEqual(code, 2)
      assert.match(stderr, /winner\.html cannot be written/)
    }), 180_000)
})
