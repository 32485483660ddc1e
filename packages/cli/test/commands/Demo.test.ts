import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { dataFolder, ddd } from "../support/Ddd.ts"

it.live(
  "a small day of the demo holds, and leaves nothing behind",
  () =>
    Effect.gen(function*() {
      const TMPDIR = yield* dataFolder
      const { code, stderr, stdout } = yield* ddd(["demo", "--players", "12", "--purchases", "72"], { TMPDIR })
      assert.strictEqual(code, 0, `${stdout}\n${stderr}`)
      assert.include(stdout, "VALID BEACON")
      assert.include(stdout, "Everything held")
      assert.deepStrictEqual(fs.readdirSync(join(TMPDIR)), [])
    }),
  180_000
)
