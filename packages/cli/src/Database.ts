/**
 * The database that a command works on: that of DATABASE_URL, else the embedded one of the data folder.
 *
 * The server owns its embedded PostgreSQL; other commands use the one that a server runs, or start it for as long as they
 * need it.
 */
import { awaitAgreement } from "@ddd/adapters-pg/database/ClockCheck"
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import * as Migrator from "@ddd/adapters-pg/database/Migrator"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as EmbeddedPostgres from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import { Data, Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { join } from "node:path"
import type { Settings } from "./config/Variables.ts"
import { dataDirOf } from "./DataDir.ts"

export interface Database {
  /** As the role that owns the tables; null where production migrates by another hand. */
  readonly owner: Provision.PgConnection | null
  /** As the role of the application. */
  readonly app: Provision.PgConnection
  /** The same with no pooler between: a session of one's own, for LISTEN. */
  readonly direct: Provision.PgConnection
  /** Where it is, for people; no password. */
  readonly place: string
  readonly embedded: boolean
}

/** The database cannot be used as it is. The message says what to do. */
export class DatabaseUnusable extends Data.TaggedError("DatabaseUnusable")<{ readonly message: string }> {}

/** The embedded PostgreSQL's one database. */
const embeddedName = "ddd"

const hostOf = (url: Redacted.Redacted): string => {
  const { host, searchParams } = new URL(Redacted.value(url))
  return searchParams.get("host") ?? host
}

/** `own`: be the one process that runs the embedded server. Otherwise another's is as good. */
export const open = Effect.fn("Database.open")(function*(settings: Settings, { own }: { readonly own: boolean }) {
  const { DATABASE_DIRECT_URL, DATABASE_OWNER_URL, DATABASE_URL, NODE_ENV } = settings
  if (DATABASE_URL !== undefined) {
    const app = yield* Provision.fromUrl(DATABASE_URL)
    const ownerUrl = DATABASE_OWNER_URL ?? (NODE_ENV === "production" ? undefined : DATABASE_URL)
    const database: Database = {
      app,
      owner: ownerUrl === undefined ? null : yield* Provision.fromUrl(ownerUrl),
      direct: DATABASE_DIRECT_URL === undefined ? app : yield* Provision.fromUrl(DATABASE_DIRECT_URL),
      place: `${hostOf(DATABASE_URL)}/${app.database}`,
      embedded: false
    }
    return database
  }
  const dataDir = dataDirOf(settings)
  const { admin } = yield* own ? EmbeddedPostgres.start(dataDir) : EmbeddedPostgres.acquire(dataDir)
  const { app, owner } = yield* Provision.provision(admin, embeddedName)
  const database: Database = { app, owner, direct: app, place: join(dataDir, "postgres"), embedded: true }
  return database
})

/** Migrates, and gives the names of the migrations that were applied. */
export const migrate = Effect.fn("Database.migrate")(function*({ app, owner }: Database) {
  if (owner === null) {
    return yield* new DatabaseUnusable({
      message:
        "DATABASE_OWNER_URL is missing, without which nothing can be migrated: set it to the role that owns the tables."
    })
  }
  return yield* Migrator.migrate(app.username).pipe(Effect.provide(Provision.layer(owner, twoConnections)))
})

const oneConnection = { maxConnections: 1, applicationName: "ddd" }
// one keeps other nodes from migrating meanwhile
const twoConnections = { ...oneConnection, maxConnections: 2 }

/** Fails where the schema is not this program's, with what to do. */
export const requireSchema = Effect.fn("Database.requireSchema")(function*({ app }: Database) {
  const problem = yield* Migrator.schemaProblem().pipe(Effect.provide(Provision.layer(app, oneConnection)))
  if (problem !== null) return yield* new DatabaseUnusable({ message: `The database does not fit: ${problem}.` })
})

/** Makes the database ready to be served from: migrated where that is ours to do, the clock as it is asked for, the role harmless. */
export const prepare = Effect.fn("Database.prepare")(function*(database: Database, settings: Settings) {
  const applied = database.owner === null ? [] : yield* migrate(database)
  yield* requireSchema(database)
  yield* DevClock.ensure(settings.DEV_CLOCK_START ?? null).pipe(
    Effect.provide(Provision.layer(database.owner ?? database.app, oneConnection))
  )
  yield* awaitAgreement.pipe(Effect.provide(Provision.layer(database.app, oneConnection)))
  if (settings.NODE_ENV === "production") {
    yield* requireUnprivilegedRole.pipe(Effect.provide(Provision.layer(database.app, oneConnection)))
  }
  return applied
})

/** Fails where the application's role could switch off what the database refuses (docs/design.md, "Configuration"). */
const requireUnprivilegedRole = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [role] = yield* sql<{ readonly name: string; readonly owns: boolean }>`
    SELECT current_user::text AS name, bool_or(pg_has_role(current_user, relowner, 'USAGE')) AS owns
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`
  if (role?.owns !== true) return
  return yield* new DatabaseUnusable({
    message:
      `DATABASE_URL connects as ${role.name}, which owns the tables or is a superuser: it could switch off every refusal ` +
      "of the database. Use a role that owns nothing there, and keep the owner for DATABASE_OWNER_URL."
  })
})
