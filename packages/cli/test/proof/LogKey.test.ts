import { dayMillis } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { dataFolder, ddd, type Ended, eventually, get } from "../support/Ddd.ts"
import { at, Site } from "../support/Site.ts"

const verdictIn = ({ stdout }: Ended): string => stdout.trimEnd().split("\n").at(-1) ?? ""

describe("ddd log-key rotate", () => {
  it.live(
    "adds a key that signs beside the old one from the next start on; what was signed before stays valid under the old",
    () =>
      Effect.gen(function*() {
        const site = yield* Site
        const [server] = site.servers
        assert(server !== undefined)
        const before = (yield* get(`${server.url}/log/vkey`)).text.trim()
        assert.strictEqual((yield* site.ddd(["log-key", "list"])).stdout.trim(), before)

        const drawnAt = (url: string, day: string) =>
          eventually(
            `the draw of ${day}`,
            site.ask("GET", `/lottery/draws/${day}`, { at: url }),
            ({ json }) => at(json, "status") === "drawn"
          )
        yield* site.advance(dayMillis)
        yield* drawnAt(server.url, "2026-02-03")

        const rotated = yield* site.ddd(["log-key", "rotate"])
        assert.strictEqual(rotated.code, 0, rotated.stderr)
        const listed = (yield* site.ddd(["log-key", "list", "--json"])).stdout
        const vkeys: ReadonlyArray<string> = JSON.parse(listed)
        assert.lengthOf(vkeys, 2)
        const [old = "", fresh = ""] = vkeys
        assert.strictEqual(old, before)
        assert.include(rotated.stdout, fresh)
        assert.strictEqual((yield* get(`${server.url}/log/vkey`)).text.trim(), before, "not before the next start")
        yield* server.stop()

        const again = yield* site.serve()
        assert.strictEqual((yield* get(`${again.url}/log/vkey`)).text, `${old}\n${fresh}\n`)
        assert.include(again.stdout(), old)
        assert.include(again.stdout(), fresh)

        // opened under the old key, drawn under both
        yield* site.advance(dayMillis)
        yield* drawnAt(again.url, "2026-02-04")
        // opened and drawn under both: published a week ahead, after the rotation
        yield* site.advance(6 * dayMillis)
        yield* drawnAt(again.url, "2026-02-10")
        yield* site.advance(3 * dayMillis)
        yield* drawnAt(again.url, "2026-02-13")

        const verify = (day: string, ...vkeys: ReadonlyArray<string>) =>
          Effect.map(
            ddd(["verify", `${again.url}/lottery/draws/${day}/proof`, ...vkeys.flatMap((vkey) => ["--vkey", vkey])]),
            verdictIn
          )
        const found = yield* Effect.forEach(["2026-02-03", "2026-02-04", "2026-02-13"], (day) =>
          Effect.all([verify(day, old), verify(day, fresh), verify(day, old, fresh), verify(day)], { concurrency: 2 }))
        assert.deepStrictEqual(found, [
          ["VALID SIGNED", "INVALID 2", "VALID SIGNED", "VALID ARITHMETIC"],
          ["VALID SIGNED", "INVALID 2", "VALID SIGNED", "VALID ARITHMETIC"],
          ["VALID SIGNED", "VALID SIGNED", "VALID SIGNED", "VALID ARITHMETIC"]
        ])
        const headers = yield* Effect.forEach(["2026-02-04", "2026-02-13"], (day) =>
          Effect.map(get(`${again.url}/lottery/draws/${day}/proof`), ({ text }) =>
            at(JSON.parse(text.split("\n")[0] ?? ""), "vkey")))
        assert.deepStrictEqual(headers, [old, old], "the oldest that signed all notes")
      }).pipe(Effect.provide(Site.layer())),
    180_000
  )

  it.live(
    "keeps the development's keys for the owner's eyes alone, and its other secrets as they were",
    () =>
      Effect.gen(function*() {
        const DATA_DIR = yield* dataFolder
        const file = join(DATA_DIR, "secrets.json")
        yield* ddd(["log-key", "list"], { DATA_DIR })
        const before: Record<string, string> = JSON.parse(fs.readFileSync(file, "utf8"))
        const { code, stdout } = yield* ddd(["log-key", "rotate"], { DATA_DIR })
        assert.strictEqual(code, 0)
        const after: Record<string, string> = JSON.parse(fs.readFileSync(file, "utf8"))
        const [first = "", second = ""] = (after["LOG_SIGNING_KEYS"] ?? "").split(",")
        assert.strictEqual(first, before["LOG_SIGNING_KEYS"])
        assert.match(second, /^[\w-]{43}$/)
        assert.deepStrictEqual({ ...after, LOG_SIGNING_KEYS: first }, before)
        assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
        assert.notInclude(stdout, second)
        assert.deepStrictEqual(fs.readdirSync(DATA_DIR), ["secrets.json"])
        assert.strictEqual((yield* ddd(["log-key", "rotate", "--print"], { DATA_DIR })).code, 2)
      }),
    180_000
  )

  it.live(
    "hands over keys of the environment to a file or to the terminal, only as it is told to",
    () =>
      Effect.gen(function*() {
        const DATA_DIR = yield* dataFolder
        const key = Buffer.alloc(32, 1).toString("base64url")
        const env = { DATA_DIR, LOG_SIGNING_KEYS: key, LOG_ORIGIN: "draws.example.com" }
        const out = join(DATA_DIR, "keys")
        const [untold, toFile, printed] = yield* Effect.all([
          ddd(["log-key", "rotate"], env),
          ddd(["log-key", "rotate", "--out", out], env),
          ddd(["log-key", "rotate", "--print"], env)
        ], { concurrency: 2 })
        assert.strictEqual(untold.code, 2)
        assert.include(untold.stderr, "--out <file>")
        assert.strictEqual(toFile.code, 0, toFile.stderr)
        const [kept, added = ""] = fs.readFileSync(out, "utf8").trim().split(",")
        assert.strictEqual(kept, key)
        assert.notInclude(toFile.stdout + toFile.stderr + untold.stdout, added)
        assert.strictEqual(fs.statSync(out).mode & 0o777, 0o600)
        assert.match(printed.stdout, new RegExp(`^LOG_SIGNING_KEYS=${key},[\\w-]{43}\n$`))
        assert.include(printed.stderr, "This is secret")
        const again = yield* ddd(["log-key", "rotate", "--out", out], env)
        assert.strictEqual(again.code, 2, "a file that is there is not written over")
        const listed = yield* ddd(["log-key", "list"], {
          DATA_DIR,
          LOG_SIGNING_KEYS_FILE: out,
          LOG_ORIGIN: "draws.example.com"
        })
        assert.lengthOf(listed.stdout.trim().split("\n"), 2)
        assert.match(listed.stdout, /^draws\.example\.com\+/)
      }),
    180_000
  )
})
