import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { ddd, type Ended } from "../support/Ddd.ts"

const vectors = join(import.meta.dirname, "../../../core/test/vectors/draws")
const bundle = (name: string): string => join(vectors, `${name}.ndjson`)
const vkey = "draws.example.com+2a03c5d8+Aawnxtg4B75l7Z0nkdNbY7nQNvxZ/ad+/DFKV5jBaV9n"
/** The first ticket of daily-7, and whose it is (expected.json). */
const held = {
  ticket: "DDL-20260203-DEE7E",
  salt: "45fbb799decedd8f9df247f77b3fb2e551ca3c94eecb4ba3c969013fe1a550ab",
  user: "019a0000-0000-7000-9000-0a041b9462ca"
}

const lastLine = ({ stdout }: Ended): string => stdout.trimEnd().split("\n").at(-1) ?? ""

const says = (ended: Ended, code: number, verdict: string): void => {
  assert.strictEqual(lastLine(ended), verdict, `${ended.stdout}\n${ended.stderr}`)
  assert.strictEqual(ended.code, code)
  assert.notInclude(ended.stdout, "\u001b[", "no colours in a pipe")
}

describe("ddd verify", () => {
  it.live("prints a line a check, and the verdict last", () =>
    Effect.gen(function*() {
      const ended = yield* ddd(["verify", bundle("daily-7"), "--vkey", vkey])
      says(ended, 0, "VALID SIGNED")
      const lines = ended.stdout.split("\n")
      assert.match(lines[3] ?? "", /^✓ +4 {2}the commitment opens to the seed +rules out a swapped seed$/)
      assert.match(lines[6] ?? "", /^– +7 {2}/)
      assert.strictEqual(lines.filter((line) => /^[✓✗–] +\d+ /.test(line)).length, 12)
    }))

  it.live("says ARITHMETIC where no key is pinned, BEACON where the draw has one", () =>
    Effect.gen(function*() {
      says(yield* ddd(["verify", bundle("daily-0")]), 0, "VALID ARITHMETIC")
      says(yield* ddd(["verify", bundle("room-quicknet-50"), "--vkey", vkey]), 0, "VALID BEACON")
    }))

  it.live("finds an altered ticket, from stdin", () =>
    Effect.gen(function*() {
      const text = readFileSync(bundle("daily-7"), "utf8")
      says(yield* ddd(["verify", "-"], {}, text), 0, "VALID ARITHMETIC")
      const altered = text.replace(/"([0-9a-f])([0-9a-f]{63}","[0-9a-f]{64}","[^"]*"\]\n)$/, "\"0$2")
      assert.notStrictEqual(altered, text)
      const ended = yield* ddd(["verify", "-"], {}, altered)
      says(ended, 1, "INVALID 5")
      assert.match(ended.stdout, /^✗ +5 /m)
    }))

  it.live("reads a URL, and says so where there is nothing", () =>
    Effect.gen(function*() {
      const url = yield* Effect.acquireRelease(
        Effect.callback<{ readonly text: string; readonly close: () => void }>((resume) => {
          const server = createServer((request, response) => {
            if (request.url !== "/proof") response.statusCode = 404
            response.end(readFileSync(bundle("daily-2")))
          })
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            resume(Effect.succeed({ text: `http://127.0.0.1:${port}`, close: () => server.close() }))
          })
        }),
        ({ close }) => Effect.sync(close)
      )
      says(yield* ddd(["verify", `${url.text}/proof`, "--vkey", vkey]), 0, "VALID SIGNED")
      const missing = yield* ddd(["verify", `${url.text}/other`])
      says(missing, 2, "UNREADABLE")
      assert.include(missing.stdout, "404")
    }))

  it.live("shows the holder that their ticket took part, and whose it is", () =>
    Effect.gen(function*() {
      const { salt, ticket, user } = held
      const ask = (theirSalt: string) =>
        ddd(["verify", bundle("daily-7"), "--ticket", ticket.toLowerCase(), "--salt", theirSalt, "--user", user])
      says(yield* ask(salt), 0, "VALID ARITHMETIC")
      says(yield* ask("00".repeat(32)), 1, "INVALID 11")
    }))

  it.live("gives machines the whole verdict", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* ddd(["verify", bundle("daily-7"), "--terms", "100/90", "--json"])
      const verdict: { readonly verdict: string; readonly checks: ReadonlyArray<object> } = JSON.parse(stdout)
      assert.strictEqual(verdict.verdict, "INVALID 10")
      assert.strictEqual(verdict.checks.length, 12)
      assert.strictEqual(code, 1)
    }))

  it.live(
    "ends with 2, and no stack, where nothing can be read or the options are wrong",
    () =>
      Effect.gen(function*() {
        says(yield* ddd(["verify", "no-such-file"]), 2, "UNREADABLE")
        says(yield* ddd(["verify", "-"], {}, ""), 2, "UNREADABLE")
        says(yield* ddd(["verify", "-"], {}, "hello\n"), 1, "INVALID 1")
        const wrong = [
          ["verify"],
          ["verify", "x", "--chain", "52DB"],
          ["verify", "x", "--vkey", "not-a-key"],
          ["verify", "x", "--salt", held.salt],
          ["verify", "x", "--seen", "lock.txt"]
        ]
        const ended = yield* Effect.forEach(wrong, (args) => ddd(args), { concurrency: 2 })
        for (const { code, stderr, stdout } of ended) {
          assert.strictEqual(code, 2)
          assert.strictEqual(stdout, "")
          assert.notMatch(stderr, /^\s+at /m)
          assert.isBelow(stderr.split("\n").length, 5, stderr)
        }
      }),
    180_000
  )
})
