import * as Provision from "@ddd/adapters-pg/database/Provision"
import { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { urlOf } from "../support/DatabaseUrl.ts"
import { dataFolder, ddd, type Ended, type Env } from "../support/Ddd.ts"
import { productionSettings, secret } from "../support/ProductionSettings.ts"
import { Site } from "../support/Site.ts"

const production = (): Env => ({
  ...productionSettings(),
  PUBLIC_URL: "https://127.0.0.1:1",
  TRUSTED_PROXIES: "127.0.0.1"
})

interface Told {
  readonly holds: boolean
  readonly findings: ReadonlyArray<{ readonly check: string; readonly status: string; readonly message: string }>
}

const told = ({ stderr, stdout }: Ended): Told => {
  assert.strictEqual(stderr, "")
  const read: Told = JSON.parse(stdout)
  return read
}

const named = ({ findings }: Told, name: string) => findings.find(({ check }) => check === name)
const having = ({ findings }: Told, status: string) =>
  findings.filter((finding) => finding.status === status).map(({ check }) => check)

/** A server that takes connections and says nothing; the scope ends it. */
const silent = Effect.gen(function*() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket))
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      })
  )
  const bound = server.address()
  return typeof bound === "object" && bound !== null ? bound.port : 0
})

describe("ddd doctor", () => {
  it.live(
    "finds nothing wrong beside a server that runs, changes nothing, and tells secrets that are others, and what was lost",
    () =>
      Effect.gen(function*() {
        const { buy, dataDir, ddd, deposit, newPlayer, sql } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        assert.strictEqual((yield* buy(player.accessToken)).status, 201)
        const [identity = ""] = readdirSync(join(dataDir, "proof"))
        const kept = () => sql`SELECT name, key_id FROM secret_checks ORDER BY 1, 2`
        const before = [yield* kept(), readdirSync(dataDir), readdirSync(join(dataDir, "proof", identity))]
        const sound = yield* ddd(["doctor", "--json"])
        assert.strictEqual(sound.code, 0, sound.stdout)
        const all = told(sound)
        assert.isTrue(all.holds)
        assert.deepStrictEqual(having(all, "skipped"), ["certificate", "places"])
        for (
          const name of [
            "database",
            "durability",
            "schema",
            "clock",
            "secrets",
            "withdrawals",
            "remembered",
            "draws",
            "mail"
          ]
        ) {
          assert.strictEqual(named(all, name)?.status, "ok", named(all, name)?.message)
        }
        const plain = yield* ddd(["doctor"])
        assert.strictEqual(plain.code, 0)
        assert.match(plain.stdout, /^✓ {2}settings .*\n(?:.*\n)*Nothing failed(?:; \d+ to see to)?\.\n$/)

        const other = told(yield* ddd(["doctor", "--json"], undefined, { SEED_KEY: secret() }))
        assert.deepStrictEqual(having(other, "failed"), ["secrets"])
        assert.match(named(other, "secrets")?.message ?? "", /^SEED_KEY is not what this database was used with/)

        assert.deepStrictEqual(
          [yield* kept(), readdirSync(dataDir), readdirSync(join(dataDir, "proof", identity))],
          before
        )

        // as another server remembers it, which sold one ticket more than the database holds
        const [file = ""] = readdirSync(join(dataDir, "proof", identity))
        const lines = readFileSync(join(dataDir, "proof", identity, file), "utf8").trim().split("\n")
        const sold: Record<string, unknown> = JSON.parse(lines.findLast((line) => line.includes("\"entries\"")) ?? "{}")
        // without the sum, which is of another text
        const more = `${JSON.stringify({ ...sold, entries: Number(sold["entries"]) + 1, sum: undefined })}\n`
        writeFileSync(join(dataDir, "proof", identity, "00000000-0000-4000-8000-000000000000.jsonl"), more)
        const lost = yield* ddd(["doctor", "--json"])
        assert.strictEqual(lost.code, 1)
        assert.deepStrictEqual(having(told(lost), "failed"), ["remembered"])
        assert.match(named(told(lost), "remembered")?.message ?? "", /ddd -- restored.* lacks: /)
      }).pipe(Effect.provide(Site.layer({}))),
    240_000
  )

  it.live(
    "makes nothing where nothing is, looks at all that can be, and ends within its time where the database is away",
    () =>
      Effect.gen(function*() {
        const folder = yield* dataFolder
        const DATA_DIR = join(folder, "none")
        const empty = yield* ddd(["doctor", "--json"], { DATA_DIR })
        assert.strictEqual(empty.code, 0, empty.stdout)
        assert.include(having(told(empty), "skipped"), "schema")
        assert.isFalse(existsSync(DATA_DIR))

        const away = yield* ddd(["doctor", "--json"], {
          DATA_DIR,
          DATABASE_URL: "postgres://nobody:hidden-away@127.0.0.1:9/none",
          SMTP_HOST_OF_OTHERS: "",
          SEED_KEYS: "a slip"
        })
        assert.strictEqual(away.code, 1)
        assert.deepStrictEqual(having(told(away), "failed"), ["settings", "database"])
        assert.match(named(told(away), "settings")?.message ?? "", /Did you mean SEED_KEY\?/)
        assert.match(named(told(away), "database")?.message ?? "", /cannot be reached/)
        assert.notInclude(away.stdout, "hidden-away")

        const port = yield* silent
        const still = yield* ddd(["doctor", "--json"], {
          DATA_DIR,
          DATABASE_URL: `postgres://nobody:nothing@127.0.0.1:${port}/none`,
          SMTP_URL: `smtp://127.0.0.1:${port}`
        })
        assert.deepStrictEqual(having(told(still), "failed"), ["database", "mail"])
        assert.isFalse(existsSync(DATA_DIR))
      }),
    120_000
  )

  it.live(
    "fails production for what serve refuses to start for, in the same words: no schema, and commits that are not waited for",
    () =>
      Effect.gen(function*() {
        const { admin, app, name, owner } = yield* TestDatabase.make
        const DATA_DIR = yield* dataFolder
        const env = { ...production(), DATA_DIR, DATABASE_URL: urlOf(app) }
        const both = Effect.all([ddd(["doctor", "--json"], env), ddd(["serve"], { ...env, PORT: "0" })], {
          concurrency: 2
        })
        const [unmigrated, refused] = yield* both
        assert.strictEqual(refused.code, 2)
        const schema = named(told(unmigrated), "schema")
        assert.strictEqual(schema?.status, "failed")
        assert.include(refused.stderr, schema?.message ?? "?")
        const willBe = told(yield* ddd(["doctor", "--json"], { ...env, DATABASE_OWNER_URL: urlOf(owner) }))
        assert.strictEqual(named(willBe, "schema")?.status, "warning")

        assert.strictEqual((yield* ddd(["migrate"], { ...env, DATABASE_OWNER_URL: urlOf(owner) })).code, 0)
        const sql = yield* Provision.session(admin)
        yield* sql.unsafe(`ALTER ROLE "${app.username}" IN DATABASE "${name}" SET synchronous_commit = off`)
        const [loose, stopped] = yield* both
        assert.strictEqual(stopped.code, 2, stopped.stderr)
        const durability = named(told(loose), "durability")
        assert.strictEqual(durability?.status, "failed")
        assert.match(durability?.message ?? "", /^synchronous_commit is off/)
        assert.include(stopped.stderr.toLowerCase(), (durability?.message ?? "?").toLowerCase())
        assert.deepStrictEqual(having(told(loose), "failed"), ["durability", "mail"])
        assert.include(having(told(loose), "warning"), "payouts")
        assert.match(
          named(told(loose), "operator")?.message ?? "",
          /set OPERATOR_NAME, OPERATOR_URL, TERMS_URL, HELP_URL\.$/
        )
        assert.include(having(told(loose), "warning"), "operator")

        const owning = told(yield* ddd(["doctor", "--json"], { ...env, DATABASE_URL: urlOf(owner) }))
        assert.match(named(owning, "role")?.message ?? "", /which owns the tables/)
      }),
    240_000
  )
})
