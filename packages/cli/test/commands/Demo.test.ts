import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { arrayAt, textAt } from "../../src/demo/Client.ts"
import { call } from "../support/Call.ts"
import { dataFolder, ddd, leftRunning } from "../support/Ddd.ts"

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
  300_000
)

it.live(
  "a demo that is left open is played as the player it names, until Ctrl-C, which leaves nothing behind",
  () =>
    Effect.gen(function*() {
      const TMPDIR = yield* dataFolder
      const asked = ["demo", "--open", "--players", "12", "--purchases", "72"]
      const demo = yield* leftRunning(asked, { TMPDIR })
      const text = yield* demo.said("Ctrl-C")
      assert.include(text, "Everything held")
      const [, url = ""] = /at (http:\/\/localhost:\d+)\/play/.exec(text) ?? []
      const [, email = ""] = /sign in as +(\S+)/.exec(text) ?? []
      const [, password = ""] = /password +(\S+)/.exec(text) ?? []
      const signedIn = yield* call(url, "POST", "/auth/sign-in", { body: { email, password } })
      assert.strictEqual(signedIn.status, 200, signedIn.text)
      const token = textAt(signedIn.json, "tokens", "accessToken")
      const won = yield* call(url, "GET", "/lottery/tickets?status=won", { token })
      assert.lengthOf(arrayAt(won.json, "items"), 1)
      const credited = yield* call(url, "POST", "/dev/credit", { token, body: { amount: "5.00" } })
      assert.strictEqual(credited.status, 201, credited.text)
      assert.strictEqual(yield* demo.stop("SIGINT"), 0)
      assert.include(demo.stdout(), "Stopped. What the demo made is gone.")
      assert.deepStrictEqual(fs.readdirSync(join(TMPDIR)), [])
    }),
  300_000
)
