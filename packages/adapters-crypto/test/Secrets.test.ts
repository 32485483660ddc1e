import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { addLogSigningKey, loadOrCreate, type Secrets } from "../src/Secrets.ts"

const dataDir = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "ddd-secrets-"))),
  (path) => Effect.sync(() => fs.rmSync(path, { recursive: true, force: true }))
)

const plain = (secrets: Secrets) => Object.values<Redacted.Redacted>({ ...secrets }).map(Redacted.value)
const modeOf = (file: string) => fs.statSync(file).mode & 0o777

describe("Secrets", () => {
  it.effect("are made once, each its own, for the owner's eyes alone", () =>
    Effect.gen(function*() {
      const folder = join(yield* dataDir, "new", "folder")
      const made = yield* loadOrCreate(folder)
      assert.deepStrictEqual(plain(yield* loadOrCreate(folder)), plain(made))
      assert.deepStrictEqual(fs.readdirSync(folder), ["secrets.json"])
      assert.strictEqual(modeOf(join(folder, "secrets.json")), 0o600)
      const values = plain(made)
      assert.strictEqual(new Set(values).size, 6)
      assert.isTrue(values.every((value) => /^(1:)?[A-Za-z0-9_-]{43}$/.test(value)))
      assert.notInclude(JSON.stringify(made), Redacted.value(made.SEED_KEY))
    }))

  it.effect("are the same for processes that start at once", () =>
    Effect.gen(function*() {
      const folder = join(yield* dataDir, "shared")
      const program = `
        import { loadOrCreate } from ${JSON.stringify(new URL("../src/Secrets.ts", import.meta.url).href)}
        import { Effect, Redacted } from "effect"
        const secrets = await Effect.runPromise(loadOrCreate(process.argv[1]))
        process.stdout.write(Object.values(secrets).map(Redacted.value).join())`
      const run = () =>
        promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, folder], {
          cwd: import.meta.dirname
        })
      const outputs = yield* Effect.promise(() => Promise.all([run(), run(), run()]))
      assert.strictEqual(new Set(outputs.map(({ stdout }) => stdout)).size, 1)
      assert.deepStrictEqual(fs.readdirSync(folder), ["secrets.json"])
    }))

  it.effect("that others could read are narrowed", () =>
    Effect.gen(function*() {
      const folder = yield* dataDir
      const file = join(folder, "secrets.json")
      const made = yield* loadOrCreate(folder)
      fs.chmodSync(file, 0o644)
      assert.deepStrictEqual(plain(yield* loadOrCreate(folder)), plain(made))
      assert.strictEqual(modeOf(file), 0o600)
    }))

  it.effect("take one more key for the log, and nothing else changes", () =>
    Effect.gen(function*() {
      const folder = yield* dataDir
      const made = yield* loadOrCreate(folder)
      const added = Redacted.value(yield* addLogSigningKey(folder))
      const [first, second = "", ...others] = added.split(",")
      assert.strictEqual(first, Redacted.value(made.LOG_SIGNING_KEYS))
      assert.match(second, /^[A-Za-z0-9_-]{43}$/)
      assert.lengthOf(others, 0)
      const after = yield* loadOrCreate(folder)
      assert.strictEqual(Redacted.value(after.LOG_SIGNING_KEYS), added)
      assert.deepStrictEqual(plain({ ...after, LOG_SIGNING_KEYS: made.LOG_SIGNING_KEYS }), plain(made))
      assert.deepStrictEqual(fs.readdirSync(folder), ["secrets.json"])
      assert.strictEqual(modeOf(join(folder, "secrets.json")), 0o600)
    }))

  it.effect("take no key beside another rotation, and stay as they were where one broke off", () =>
    Effect.gen(function*() {
      const folder = yield* dataDir
      const made = yield* loadOrCreate(folder)
      const half = join(folder, "secrets.json.new")
      fs.writeFileSync(half, "{")
      assert.include((yield* Effect.flip(addLogSigningKey(folder))).message, `${half} is there`)
      assert.deepStrictEqual(plain(yield* loadOrCreate(folder)), plain(made))
      fs.rmSync(half)
      yield* addLogSigningKey(folder)
    }))

  it.effect("that are damaged are refused with their name and never replaced", () =>
    Effect.gen(function*() {
      const folder = yield* dataDir
      const file = join(folder, "secrets.json")
      yield* loadOrCreate(folder)
      const good = fs.readFileSync(file, "utf8")
      const cases = [
        ["not JSON", good.slice(0, -4)],
        ["not JSON", ""],
        ["SEED_KEY is missing", good.replace("SEED_KEY", "SEED")],
        ["TICKET_SEAL_SECRET is missing", "null"],
        ["REFRESH_KEY is missing", good.replace(/("REFRESH_KEY": )"[^"]*"/, "$1\"\"")]
      ] as const
      for (const [reason, text] of cases) {
        fs.writeFileSync(file, text)
        const error = yield* Effect.flip(loadOrCreate(folder))
        assert.include(error.message, reason)
        assert.strictEqual(fs.readFileSync(file, "utf8"), text)
      }
    }))

  it.effect("are not read through a link", () =>
    Effect.gen(function*() {
      const folder = yield* dataDir
      yield* loadOrCreate(join(folder, "elsewhere"))
      fs.symlinkSync(join(folder, "elsewhere", "secrets.json"), join(folder, "secrets.json"))
      assert.strictEqual((yield* Effect.flip(loadOrCreate(folder)))._tag, "SecretsUnusable")
    }))
})
