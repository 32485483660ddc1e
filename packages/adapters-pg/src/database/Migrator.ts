/**
 * Brings a database to the newest schema.
 *
 * Migrations are the numbered SQL files in `migrations/`, applied in order, forward only, all in one transaction under one
 * advisory lock: nodes that start together migrate once. What was applied is kept with its checksum, so that a file changed
 * afterwards, or a database that is ahead of this program, is refused and not guessed at.
 *
 * Each file is the body of one `DO` block: plain statements, no top-level SELECT.
 */
import { Data, Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** A migration as it stands in this program. */
export interface Migration {
  readonly number: number
  readonly name: string
  /** Hex SHA-256 of the file. */
  readonly checksum: string
  readonly body: string
}

/** The database and the program do not fit. Nothing was changed. */
export class MigrationError extends Data.TaggedError("MigrationError")<{ readonly message: string }> {}

const folder = join(import.meta.dirname, "../migrations")

const fileForm = /^(\d{4})_([a-z0-9_]+)\.sql$/

/** The migrations in `path`, in order. Throws unless they are numbered 1, 2, 3 … without a gap. */
export const readMigrations = (path: string = folder): ReadonlyArray<Migration> =>
  readdirSync(path).sort().map((file, index) => {
    const match = fileForm.exec(file)
    if (match === null) throw new Error(`${file}: a migration is called 0001_name.sql`)
    const number = Number(match[1])
    if (number !== index + 1) throw new Error(`${file}: expected number ${index + 1}`)
    const body = readFileSync(join(path, file), "utf8")
    return { number, name: match[2]!, checksum: createHash("sha256").update(body).digest("hex"), body }
  })

// any constant will do, as long as every node takes the same one
const migrationLock = 4_702_331_890_115

interface Applied {
  readonly number: number
  readonly name: string
  readonly checksum: string
}

const check = (migrations: ReadonlyArray<Migration>, applied: ReadonlyArray<Applied>): MigrationError | undefined => {
  for (const row of applied) {
    const known = migrations[row.number - 1]
    if (known === undefined) {
      return new MigrationError({
        message: `the database is newer than this program: it has migration ${row.number} (${row.name}). ` +
          "Run the newer program; a schema never goes back."
      })
    }
    if (known.checksum !== row.checksum) {
      return new MigrationError({
        message: `migration ${row.number} (${row.name}) was changed after it had been applied. ` +
          "Restore the file, and make the change in a new migration."
      })
    }
  }
  return undefined
}

/**
 * Applies what is missing and gives its names. Runs as the tables' owner; `appRole` is the role that the application runs
 * as, which is granted what it needs.
 */
export const migrate = Effect.fn("Migrator.migrate")(function*(
  appRole: string,
  migrations: ReadonlyArray<Migration> = readMigrations()
) {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.gen(function*() {
    yield* sql`SELECT 1 FROM pg_advisory_xact_lock(${migrationLock})`
    yield* sql`SELECT set_config('client_min_messages', 'warning', true), set_config('ddd.app_role', ${appRole}, true)`
    yield* sql`CREATE TABLE IF NOT EXISTS schema_migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`
    const applied = yield* sql<Applied>`SELECT number, name, checksum FROM schema_migrations ORDER BY number`
    const problem = check(migrations, applied)
    if (problem !== undefined) return yield* problem
    const missing = migrations.slice(applied.length)
    for (const migration of missing) {
      yield* sql.unsafe(`DO $migration$ BEGIN\n${migration.body}\nEND $migration$`)
      yield* sql`INSERT INTO schema_migrations (number, name, checksum)
        VALUES (${migration.number}, ${migration.name}, ${migration.checksum})`
    }
    return missing.map((migration) => migration.name)
  }).pipe(sql.withTransaction)
})

/** Whether the database is at exactly this program's schema; else the reason in words. */
export const schemaProblem = Effect.fn("Migrator.schemaProblem")(
  function*(): Effect.fn.Return<string | null, SqlError.SqlError, SqlClient.SqlClient> {
    const sql = yield* SqlClient.SqlClient
    const [table] = yield* sql<{ readonly present: boolean }>`
      SELECT to_regclass('schema_migrations') IS NOT NULL AS present`
    if (table?.present !== true) return "the database has no schema yet: run `ddd migrate`"
    const applied = yield* sql<Applied>`SELECT number, name, checksum FROM schema_migrations ORDER BY number`
    const migrations = readMigrations()
    const problem = check(migrations, applied)
    if (problem !== undefined) return problem.message
    const missing = migrations.length - applied.length
    return missing === 0 ? null : `${missing} migration(s) are missing: run \`ddd migrate\``
  }
)
