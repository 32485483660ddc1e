import { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { urlOf } from "../support/DatabaseUrl.ts"
import { dataFolder, ddd, type Env } from "../support/Ddd.ts"
import { secret } from "../support/ProductionSettings.ts"
import { Site } from "../support/Site.ts"

const ourSecrets = (): Record<string, string> => ({
  TICKET_SEAL_SECRET: secret(),
  SEED_KEY: secret(),
  LOG_SIGNING_KEYS: secret(),
  JWT_PRIVATE_KEYS: `1:${secret()}`,
  REFRESH_KEY: secret()
})

/** Every secret that lasts is another, and so is the log's name. */
const others = (): Env => ({ ...ourSecrets(), LOG_ORIGIN: "other.example.com" })

/** As a database is that was used before there was anything to keep what is known of secrets in. */
const forgetSecrets = Effect.fnUntraced(function*(sql: SqlClient.SqlClient) {
  yield* sql`ALTER TABLE secret_checks DISABLE TRIGGER USER`
  yield* sql`DELETE FROM secret_checks`
  yield* sql`ALTER TABLE secret_checks ENABLE TRIGGER USER`
})

const counts = Effect.fnUntraced(function*(sql: SqlClient.SqlClient) {
  const [row] = yield* sql<{ readonly draws: number; readonly kept: number }>`
    SELECT (SELECT count(*)::int FROM draws) AS draws, (SELECT count(*)::int FROM secret_checks) AS kept`
  return row
})

describe("secrets that are not those of the database", () => {
  it.live(
    "start nothing, whether or not it was kept what the right ones are, and each variable is named",
    () =>
      Effect.gen(function*() {
        const site = yield* Site
        const player = yield* site.newPlayer
        yield* site.deposit(player, "5.00")
        assert.strictEqual((yield* site.buy(player.accessToken)).status, 201)
        for (const { stop } of site.servers) yield* stop()
        const refusal = (name: string) => `${name} is not what this database was used with`

        const known = yield* site.ddd(["serve"], undefined, { PORT: "0", ...others() })
        assert.strictEqual(known.code, 2)
        for (const name of [...Object.keys(ourSecrets()), "LOG_ORIGIN"]) assert.include(known.stderr, refusal(name))

        // then what was made with them is asked; nothing made with JWT_PRIVATE_KEYS, or by the name of the log, is stored
        yield* forgetSecrets(site.sql)
        const before = yield* counts(site.sql)
        const asked = yield* Effect.forEach([["serve"], ["draw", "run"]], (args) => site.ddd(args, undefined, others()))
        for (const { code, stderr } of asked) {
          assert.strictEqual(code, 2)
          for (const name of ["TICKET_SEAL_SECRET", "SEED_KEY", "LOG_SIGNING_KEYS"]) {
            assert.include(stderr, refusal(name))
          }
        }
        assert.include(asked[0]?.stderr ?? "", refusal("REFRESH_KEY"))
        assert.strictEqual((yield* site.ddd(["draw", "list"])).code, 0)
        assert.deepStrictEqual(
          yield* counts(site.sql),
          before,
          "neither the wrong ones are kept, nor those of who looks"
        )

        yield* site.serve()
        const run = yield* site.ddd(["draw", "run"], undefined, others())
        assert.include(run.stderr, refusal("SEED_KEY"))
      }).pipe(Effect.provide(Site.layer({}))),
    480_000
  )

  it.live(
    "of two that come at once to a new database, each with its own secrets, exactly one goes on",
    () =>
      Effect.gen(function*() {
        const { app, owner } = yield* TestDatabase.make
        const env = {
          DATA_DIR: yield* dataFolder,
          DATABASE_URL: urlOf(app),
          DATABASE_OWNER_URL: urlOf(owner)
        }
        assert.strictEqual((yield* ddd(["migrate"], env)).code, 0)
        const run = ddd(["draw", "run"], { ...env, ...ourSecrets() })
        const ended = yield* Effect.all([run, ddd(["draw", "run"], { ...env, ...ourSecrets() })], { concurrency: 2 })
        const codes = ended.map(({ code }) => code)
        assert.sameMembers(codes, [0, 2], ended.map(({ stderr }) => stderr).join("\n"))
      }),
    480_000
  )
})
