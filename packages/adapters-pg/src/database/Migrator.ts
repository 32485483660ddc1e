/**
 * Brings a database to the newest schema.
 *
 * Migrations are the numbered SQL files in `migrations/`, applied in order, forward only, under one advisory lock: nodes that start
 * together migrate once. What was applied is kept with its checksum, so that a file changed afterwards is refused and not guessed at.
 *
 * Servers of the release before go on working on the schema of the next: a deployment has both. So a database that is ahead of this
 * program is one to work on, unless a migration that this program does not know says at its head `-- ends older servers`; then it is
 * refused, and a server on it is not ready any more.
 *
 * Each file is the body of one `DO` block: plain statements, no top-level SELECT. Files that follow each other are one transaction, all or
 * none. A file that changes tables which programs use meanwhile begins with `-- commits by itself` and says where (`COMMIT`): a table at a
 * time, and rows in portions. It must be safe to run again from its beginning, which is done where it stopped in the middle; it is
 * recorded at the end.
 *
 * A file that begins with `-- builds indexes` is no block: it makes and drops indexes on large tables (`CONCURRENTLY`), which keeps nobody
 * from writing them and cannot be part of a transaction. One that was stopped in the middle is begun again: what stands is left, and an
 * index that did not get ready is made anew. It waits for every transaction that began before it, so a node that waits for another to
 * migrate asks from time to time, and waits in no statement.
 *
 * Whoever waits for a table's lock has everybody wait who comes after. So no statement waits for longer than `lockMillisMax`: what could
 * not be locked by then, or was a deadlock's victim, is tried again.
 */
import { Data, Effect, Latch, Schedule } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { mayRunAgain } from "./Failure.ts"

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
  /** Whether programs that do not know it must not work on the database any more. */
  readonly breaking: boolean
}

/** Whether a file says so of itself, in the comments at its head. */
const isBreaking = ({ body }: Migration): boolean => /^(?:--[^\n]*\n)*-- ends older servers\n/.test(body)

const check = (migrations: ReadonlyArray<Migration>, applied: ReadonlyArray<Applied>): MigrationError | undefined => {
  for (const row of applied) {
    const known = migrations[row.number - 1]
    if (known === undefined) {
      if (!row.breaking) continue
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

/** What is recorded as applied, in order. */
const readApplied = Effect.fnUntraced(function*(sql: SqlClient.SqlClient) {
  const [table] = yield* sql<{ readonly present: boolean }>`
    SELECT to_regclass('schema_migrations') IS NOT NULL AS present`
  return table?.present === true
    // by way of JSON: the column is there once a program that knows it has migrated
    ? yield* sql<Applied>`
      SELECT number, name, checksum, coalesce((to_jsonb(m) ->> 'breaking')::boolean, false) AS breaking
      FROM schema_migrations m ORDER BY number`
    : null
})

const lockMillisMax = 100

// a long transaction, of an audit or of a draw with a million tickets that is void, is waited for
const patience = Schedule.spaced("1 second").pipe(Schedule.jittered, Schedule.upTo({ duration: "10 minutes" }))

const hadToWait = (error: SqlError.SqlError): boolean => mayRunAgain(error) || error.reason._tag === "LockTimeoutError"

/** Runs a transaction, or a file that commits by itself, again where it had to wait for too long, or was a deadlock's victim. */
const retryConflicts = <A, R>(task: Effect.Effect<A, SqlError.SqlError, R>) =>
  Effect.tapError(
    task,
    (error) => hadToWait(error) ? Effect.logInfo("a migration waits until others are done with a table") : Effect.void
  ).pipe(Effect.retry({ while: hadToWait, schedule: patience }))

/** As SQL writes a text. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const buildsIndexes = ({ body }: Migration): boolean => body.startsWith("-- builds indexes\n")

const commitsItself = (migration: Migration): boolean =>
  migration.body.startsWith("-- commits by itself\n") || buildsIndexes(migration)

/** A statement of a file that builds indexes, and the index that it is about. */
interface IndexStatement {
  readonly text: string
  readonly makes: boolean
  readonly index: string
}

const indexForm = /^(?:(CREATE (?:UNIQUE )?INDEX CONCURRENTLY) |DROP INDEX CONCURRENTLY IF EXISTS )(\w+)/

/** The statements of a file that builds indexes. Throws where one is of another kind. */
export const indexStatements = ({ body, name }: Pick<Migration, "body" | "name">): ReadonlyArray<IndexStatement> =>
  body.replaceAll(/^\s*--.*$/gm, "").split(";").map((text) => text.trim()).filter((text) => text !== "").map((text) => {
    const [, makes, index] = indexForm.exec(text) ?? []
    if (index === undefined) {
      throw new Error(
        `${name}: a file that builds indexes has CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY IF EXISTS alone, not: ${text}`
      )
    }
    return { text, makes: makes !== undefined, index }
  })

/** For how long an index waits for the transactions that began before it: while it does, others go on. */
const indexWait = "5min"

/** Runs a file that builds indexes, a statement at a time, on a connection of its own. */
const buildIndexes = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, file: Migration) {
  const connection = yield* sql.reserve
  const ask = (text: string) => connection.executeUnprepared(text, [], undefined)
  yield* ask(`SET lock_timeout = '${indexWait}'`)
  yield* ask("SET statement_timeout = 0")
  yield* Effect.addFinalizer(() =>
    Effect.ignore(Effect.andThen(ask("RESET lock_timeout"), ask("RESET statement_timeout")))
  )
  for (const { index, makes, text } of indexStatements(file)) {
    const [standing] = yield* ask(
      `SELECT i.indisvalid AS is_ready FROM pg_index i WHERE i.indexrelid = to_regclass(${literal(`public.${index}`)})`
    )
    if (makes && standing !== undefined) {
      if (standing["is_ready"] === true) continue
      yield* ask(`DROP INDEX CONCURRENTLY ${index}`)
    }
    yield* ask(text)
  }
}, Effect.scoped)

/** In the order in which they are applied: files that are one transaction together, and each other one by itself. */
const partsOf = (migrations: ReadonlyArray<Migration>): ReadonlyArray<ReadonlyArray<Migration>> => {
  const parts: Array<Array<Migration>> = []
  for (const migration of migrations) {
    const before = parts.at(-1)
    if (before === undefined || [before[0], migration].some((one) => one !== undefined && commitsItself(one))) {
      parts.push([migration])
    } else before.push(migration)
  }
  return parts
}

/** A file as the statement that runs it. Settings last for its session, since a transaction's would end at the first `COMMIT`. */
const statementOf = (body: string, appRole: string): string =>
  `DO $migration$ BEGIN
PERFORM set_config('client_min_messages', 'warning', false), set_config('lock_timeout', '${lockMillisMax}ms', false),
  set_config('ddd.app_role', ${literal(appRole)}, false);
${body}
END $migration$`

/** Runs `task` while no other node migrates. The lock is that of a transaction which does nothing else, and ends with its connection. */
const exclusively = Effect.fnUntraced(function*<A, E, R>(sql: SqlClient.SqlClient, task: Effect.Effect<A, E, R>) {
  const locked = yield* Latch.make(false)
  // never waited for in a statement: an index that is built waits for all that were begun before it
  const attempt = Effect.gen(function*() {
    const [row] = yield* sql<{ readonly free: boolean }>`SELECT pg_try_advisory_xact_lock(${migrationLock}) AS free`
    if (row?.free !== true) return
    // the last statement, since it needs no snapshot: of a SELECT one is held until the next, and an index would wait for it
    yield* sql`SET LOCAL idle_in_transaction_session_timeout = 0`
    yield* locked.open
    return yield* Effect.never
  }).pipe(sql.withTransaction)
  const hold = attempt.pipe(Effect.andThen(Effect.sleep("100 millis")), Effect.forever)
  return yield* Effect.raceFirst(hold, Effect.andThen(locked.await, task))
})

/**
 * Applies what is missing and gives its names. Runs as the tables' owner, on a client with two connections or more; `appRole` is the role
 * that the application runs as, which is granted what it needs.
 */
export const migrate = Effect.fn("Migrator.migrate")(function*(
  appRole: string,
  migrations: ReadonlyArray<Migration> = readMigrations()
) {
  const sql = yield* SqlClient.SqlClient
  const run = (file: Migration) =>
    buildsIndexes(file) ? buildIndexes(sql, file) : Effect.asVoid(sql.unsafe(statementOf(file.body, appRole)))

  /** Runs files in one transaction, and records them in it. What was run before it, and is not recorded yet, is as well. */
  const runTogether = (files: ReadonlyArray<Migration>, before: ReadonlyArray<Migration>) =>
    Effect.gen(function*() {
      yield* sql`CREATE TABLE IF NOT EXISTS schema_migrations (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`
      yield* sql`ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS breaking boolean NOT NULL DEFAULT false`
      yield* Effect.forEach(files, run, { discard: true })
      for (const file of [...before, ...files]) {
        yield* sql`
          INSERT INTO schema_migrations (number, name, checksum, breaking)
          VALUES (${file.number}, ${file.name}, ${file.checksum}, ${isBreaking(file)})`
      }
    }).pipe(sql.withTransaction, retryConflicts)

  const apply = Effect.gen(function*() {
    const applied = (yield* readApplied(sql)) ?? []
    const problem = check(migrations, applied)
    if (problem !== undefined) return yield* problem
    const missing = migrations.slice(applied.length)
    let unrecorded: ReadonlyArray<Migration> = []
    for (const part of partsOf(missing)) {
      if (part.every(commitsItself)) {
        yield* Effect.forEach(part, run, { discard: true }).pipe(retryConflicts)
        unrecorded = [...unrecorded, ...part]
      } else {
        yield* runTogether(part, unrecorded)
        unrecorded = []
      }
    }
    if (unrecorded.length > 0) yield* runTogether([], unrecorded)
    return missing.map(({ name }) => name)
  })
  return yield* exclusively(sql, apply)
})

/**
 * How a database's schema and this program fit.
 *
 * - `Fits`: `unknown` are the names of migrations of a newer program, with which this one may go on.
 * - `Behind`: migrations are missing, or all of them (`isEmpty`); `problem` says so in words.
 * - `Unfit`: a newer program ended this one, or a migration was changed after it had been applied; `problem` says which, and what to do.
 */
export type SchemaState =
  | { readonly _tag: "Fits"; readonly newest: number; readonly unknown: ReadonlyArray<string> }
  | { readonly _tag: "Behind"; readonly isEmpty: boolean; readonly problem: string }
  | { readonly _tag: "Unfit"; readonly problem: string }

/** How the database's schema and this program fit. */
export const schemaState = Effect.fn("Migrator.schemaState")(
  function*(
    migrations: ReadonlyArray<Migration> = readMigrations()
  ): Effect.fn.Return<SchemaState, SqlError.SqlError, SqlClient.SqlClient> {
    const sql = yield* SqlClient.SqlClient
    const applied = yield* readApplied(sql)
    if (applied === null) {
      return { _tag: "Behind", isEmpty: true, problem: "the database has no schema yet: run `ddd migrate`" }
    }
    const problem = check(migrations, applied)
    if (problem !== undefined) return { _tag: "Unfit", problem: problem.message }
    const missing = migrations.length - applied.length
    if (missing > 0) {
      return { _tag: "Behind", isEmpty: false, problem: `${missing} migration(s) are missing: run \`ddd migrate\`` }
    }
    return { _tag: "Fits", newest: applied.length, unknown: applied.slice(migrations.length).map(({ name }) => name) }
  }
)

/** Whether this program can work on the database's schema; else the reason in words. */
export const schemaProblem = (migrations?: ReadonlyArray<Migration>) =>
  Effect.map(schemaState(migrations), (state) => state._tag === "Fits" ? null : state.problem)
