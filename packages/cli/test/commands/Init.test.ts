import { drop, session } from "@ddd/adapters-pg/database/Provision"
import { injectedAdmin, injectedPrefix } from "@ddd/adapters-pg/testing/ProvidedPostgres"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { urlOf } from "../support/DatabaseUrl.ts"
import { dataFolder, ddd, type Env, get, serve } from "../support/Ddd.ts"

/** The settings of a file, as a server is given them. */
const settingsIn = (path: string): Env =>
  Object.fromEntries(
    Object.entries(parseEnv(readFileSync(path, "utf8"))).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]]
    )
  )

const secretsIn = (path: string): ReadonlyArray<string> =>
  Object.values(settingsIn(path)).filter((value) => value.length >= 43)

/** A database that is not there yet, by its name and its URL without a role; dropped with the scope, with its roles. */
const toBe = Effect.acquireRelease(
  Effect.sync(() => {
    const name = `${injectedPrefix()}i${randomBytes(5).toString("hex")}`
    const url = new URL(urlOf({ ...injectedAdmin(), database: name }))
    url.username = ""
    url.password = ""
    return { name, url: decodeURIComponent(url.href) }
  }),
  ({ name }) => Effect.orDie(drop(injectedAdmin(), name))
)

const publicUrl = ["--public-url", "https://lottery.example.com"]

describe("ddd init", () => {
  it.live("prints the SQL for files that are there, where it was lost, and leaves them as they are", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const file = join(folder, "ddd.env")
      const init = (...args: ReadonlyArray<string>) => ddd(["init", file, ...args], {})
      const none = yield* init("--database-only")
      assert.notStrictEqual(none.code, 0)
      assert.match(none.stderr, /cannot be read/)
      const unsaid = yield* init()
      assert.match(unsaid.stderr, /--public-url is missing/)
      const first = yield* init(...publicUrl)
      assert.strictEqual(first.code, 0, first.stderr)
      const refused = yield* init(...publicUrl)
      assert.match(refused.stderr, /is there already.*--database-only/s)
      const text = readFileSync(file, "utf8")
      const again = yield* init("--database-only")
      assert.strictEqual(again.code, 0, again.stderr)
      for (const sql of [first.stdout, again.stdout]) {
        for (
          const made of [/CREATE DATABASE "ddd" OWNER "ddd_owner"/, /CREATE ROLE "ddd_owner"/, /CREATE ROLE "ddd_app"/]
        ) {
          assert.match(sql, made)
        }
        for (const secret of secretsIn(file)) assert.notInclude(sql, secret)
      }
      assert.strictEqual(readFileSync(file, "utf8"), text)
    }))

  it.live(
    "makes a file of settings, a database and its roles, with which production starts; what is there is left as it is",
    () =>
      Effect.gen(function*() {
        const folder = yield* dataFolder
        const database = yield* toBe
        const file = join(folder, "ddd.env")
        const made = (path: string) =>
          ddd(
            [
              "init",
              path,
              ...publicUrl,
              "--beacon",
              "none",
              "--proof",
              join(folder, "proof"),
              "--database",
              database.url,
              "--admin",
              "-"
            ],
            {},
            urlOf(injectedAdmin())
          )
        const first = yield* made(file)
        assert.strictEqual(first.code, 0, first.stderr)
        assert.include(first.stdout, "SMTP_URL is missing")
        const owner = join(folder, "ddd-owner.env")
        for (const path of [file, owner]) assert.strictEqual(statSync(path).mode & 0o777, 0o600, path)
        const text = readFileSync(file, "utf8")
        for (const secret of secretsIn(file)) assert.notInclude(first.stdout + first.stderr, secret)

        appendFileSync(file, "SMTP_URL=smtp://127.0.0.1:1\n")
        const settings = settingsIn(file)
        assert.strictEqual(settings["LOG_ORIGIN"], "lottery.example.com")
        assert.notProperty(settings, "DATABASE_OWNER_URL")
        const migrated = yield* ddd(["migrate"], { ...settings, ...settingsIn(owner) })
        assert.strictEqual(migrated.code, 0, migrated.stderr)
        const server = yield* serve(settings)
        assert.strictEqual((yield* get(`${server.url}/readyz`)).status, 200)
        yield* server.stop()

        const again = yield* made(file)
        assert.strictEqual(again.code, 2)
        assert.match(again.stderr, /is there already, and secrets are never overwritten/)
        const elsewhere = join(folder, "other.env")
        const other = yield* made(elsewhere)
        assert.strictEqual(other.code, 2)
        assert.match(other.stderr, /already: whoever uses them would be locked out.* No file was written/)
        assert.deepStrictEqual(readdirSync(folder).filter((name) => name.startsWith("other")), [])
        assert.isTrue(readFileSync(file, "utf8").startsWith(text))
        // the roles have the passwords of before
        assert.strictEqual((yield* ddd(["audit"], settings)).code, 0)
      }),
    180_000
  )

  it.live(
    "gives the SQL for the roles where it is given no administrator, without a password in it",
    () =>
      Effect.gen(function*() {
        const folder = yield* dataFolder
        const database = yield* toBe
        const file = join(folder, "ddd.env")
        const { code, stderr, stdout } = yield* ddd(["init", file, ...publicUrl, "--database", database.url])
        assert.strictEqual(code, 0, stderr)
        assert.match(stderr, /by psql, as a superuser/)
        const settings = settingsIn(file)
        const { password } = new URL(settings["DATABASE_URL"] ?? "")
        assert.lengthOf(password, 43)
        assert.notInclude(stdout + stderr, password)
        const admin = yield* session(injectedAdmin())
        for (const statement of stdout.split("\n").filter((line) => line.endsWith(";"))) yield* admin.unsafe(statement)
        const env = { ...settings, ...settingsIn(join(folder, "ddd-owner.env")), SMTP_URL: "smtp://127.0.0.1:1" }
        assert.strictEqual((yield* ddd(["migrate"], env)).code, 0)
        const found = yield* ddd(["doctor", "--json"], {
          ...env,
          PROOF_DIR: join(folder, "proof"),
          DATABASE_OWNER_URL: ""
        })
        const findings: ReadonlyArray<{ readonly check: string; readonly status: string }> =
          JSON.parse(found.stdout).findings
        const sound = findings.filter(({ status }) => status === "ok").map(({ check }) => check)
        assert.includeMembers(sound, ["settings", "database", "durability", "schema", "role", "secrets", "edge"])
      }),
    120_000
  )

  it.live(
    "makes the database anew for settings that are there, with those of its roles that are missing, to put a backup back into",
    () =>
      Effect.gen(function*() {
        const folder = yield* dataFolder
        const database = yield* toBe
        const file = join(folder, "ddd.env")
        const asAdmin = ["--admin", "-"]
        const init = (...args: ReadonlyArray<string>) => ddd(["init", file, ...args], {}, urlOf(injectedAdmin()))
        const early = yield* init("--database-only", ...asAdmin)
        assert.strictEqual(early.code, 2)
        assert.match(early.stderr, /ddd\.env cannot be read: .*Nothing was made/)
        assert.strictEqual((yield* init(...publicUrl, "--database", database.url, ...asAdmin)).code, 0)
        const before = readFileSync(file, "utf8")
        const there = yield* init("--database-only", ...asAdmin)
        assert.strictEqual(there.code, 2)
        assert.match(there.stderr, /already, which is left as it is: rename it first, or drop it/)
        const env = {
          ...settingsIn(file),
          ...settingsIn(join(folder, "ddd-owner.env")),
          SMTP_URL: "smtp://127.0.0.1:1"
        }

        // on the same server the roles are there, on a new one they are not
        const admin = yield* session(injectedAdmin())
        for (const roles of [[], [`${database.name}_owner`, `${database.name}_app`]]) {
          yield* admin.unsafe(`DROP DATABASE "${database.name}" WITH (FORCE)`)
          for (const role of roles) yield* admin.unsafe(`DROP ROLE "${role}"`)
          const anew = yield* init("--database-only", ...asAdmin)
          assert.strictEqual(anew.code, 0, anew.stderr)
          assert.match(anew.stdout, /was made\. The settings stay as they are/)
          assert.strictEqual((yield* ddd(["migrate"], env)).code, 0)
        }
        const sql = yield* init("--database-only")
        assert.strictEqual(sql.code, 0, sql.stderr)
        assert.strictEqual(sql.stdout.split("\\gexec").length, 3)
        const { password } = new URL(settingsIn(file)["DATABASE_URL"] ?? "")
        assert.notInclude(sql.stdout + sql.stderr, password)
        assert.strictEqual(readFileSync(file, "utf8"), before)
        const missing = yield* ddd(["init", join(folder, "new.env")])
        assert.strictEqual(missing.code, 2)
        assert.include(missing.stderr, "--public-url is missing")
      }),
    180_000
  )

  it.live("makes nothing of settings that a server would refuse, or that a shell would read otherwise", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const file = join(folder, "ddd.env")
      for (
        const [flags, told] of [
          [["--public-url", "http://lottery.example.com"], /PUBLIC_URL must begin with https/],
          [[...publicUrl, "--trusted-proxies", "everybody"], /TRUSTED_PROXIES must be addresses/],
          [[...publicUrl, "--log-origin", "draws $(reboot)"], /has a character/],
          [[...publicUrl, "--database", "postgres://me@127.0.0.1/ddd"], /without a role/],
          [[...publicUrl, "--database", "postgres://127.0.0.1/1-2"], /cannot be called "1-2"/],
          [[...publicUrl, "--admin", "nowhere"], /--admin: The database URL must read/]
        ] as const
      ) {
        const refused = yield* ddd(["init", file, ...flags])
        assert.strictEqual(refused.code, 2, refused.stderr)
        assert.match(refused.stderr, told)
        assert.isFalse(existsSync(file))
      }
    }))
})
