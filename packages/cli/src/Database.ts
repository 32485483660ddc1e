/**
 * The database that a command works on: that of DATABASE_URL, else the embedded one of the data folder.
 *
 * The server owns its embedded PostgreSQL; other commands use the one that a server runs, or start it for as long as they
 * need it.
 */
import { longWaits, requestWaits } from "@ddd/adapters-pg/database/Client"
import { awaitAgreement } from "@ddd/adapters-pg/database/ClockCheck"
import { portDefault, readConnectionUrl } from "@ddd/adapters-pg/database/ConnectionUrl"
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import { readDurability } from "@ddd/adapters-pg/database/DurabilityCheck"
import { failureText, isStarting, isUnavailable } from "@ddd/adapters-pg/database/Failure"
import * as Migrator from "@ddd/adapters-pg/database/Migrator"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { AllServers } from "@ddd/adapters-pg/database/Servers"
import { keepsSession } from "@ddd/adapters-pg/database/SessionCheck"
import * as Behind from "@ddd/adapters-pg/draws/Behind"
import * as Restored from "@ddd/adapters-pg/draws/Restored"
import * as EmbeddedPostgres from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import { isThere } from "@ddd/adapters-pg/embedded/EmbeddedPostgresCluster"
import { type AcknowledgedService, nothingAcknowledged } from "@ddd/core/ports/Acknowledged"
import { Data, Effect, type Redacted, Schedule } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { join } from "node:path"
import * as AcknowledgedFiles from "./AcknowledgedFiles.ts"
import type { Settings } from "./config/Variables.ts"
import { dataDirOf, proofDirOf } from "./DataDir.ts"

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
  /** Its servers, as every client of this process knows them. */
  readonly servers: AllServers
  /** What is remembered outside it of what was acknowledged; nothing until `remembering`. */
  readonly acknowledged: AcknowledgedService
}

/** The database cannot be used as it is. The message says what to do. */
export class DatabaseUnusable extends Data.TaggedError("DatabaseUnusable")<{ readonly message: string }> {}

/** The embedded PostgreSQL's one database. */
const embeddedName = "ddd"

const hostsOf = (url: Redacted.Redacted): string =>
  (readConnectionUrl(url)?.servers ?? [])
    .map(({ host, port }) => host.startsWith("/") || port === portDefault ? host : `${host}:${port}`).join(",")

/** How long a server waits for a database that is not there yet, or still recovers. */
const patience = "60 seconds"

/**
 * Waits until the database takes connections and writes, and says that it does. A server waits in any case: both may have been started
 * together. A command waits for a database that says that it is about to be ready, and fails at once where there is none.
 */
const untilReady = Effect.fnUntraced(function*(app: Provision.PgConnection, servers: AllServers, isServer: boolean) {
  let isTold = false
  const mayBeReadySoon = (error: SqlError.SqlError) =>
    isServer ? isUnavailable(error) && error.reason._tag !== "AuthenticationError" : isStarting(error)
  yield* Effect.flatMap(
    Provision.session(app, { waits: requestWaits, servers }),
    (sql) => sql`SELECT 1`
  ).pipe(
    Effect.scoped,
    Effect.tapError((error) => {
      if (isTold || !mayBeReadySoon(error)) return Effect.void
      isTold = true
      return Effect.logWarning(
        `The database is not ready; waiting for it for up to a minute. It said: ${failureText(error)}.`
      )
    }),
    Effect.retry({
      while: mayBeReadySoon,
      schedule: Schedule.spaced("500 millis").pipe(Schedule.upTo({ duration: patience }))
    })
  )
})

/** The database of DATABASE_URL; null where that is not set. Asks nobody. */
const ofUrls = Effect.fnUntraced(function*(settings: Settings) {
  const { DATABASE_DIRECT_URL, DATABASE_OWNER_URL, DATABASE_URL, NODE_ENV } = settings
  if (DATABASE_URL === undefined) return null
  const app = yield* Provision.fromUrl(DATABASE_URL)
  const ownerUrl = DATABASE_OWNER_URL ?? (NODE_ENV === "production" ? undefined : DATABASE_URL)
  const database: Database = {
    app,
    owner: ownerUrl === undefined ? null : yield* Provision.fromUrl(ownerUrl),
    direct: DATABASE_DIRECT_URL === undefined ? app : yield* Provision.fromUrl(DATABASE_DIRECT_URL),
    place: `${hostsOf(DATABASE_URL)}/${app.database}`,
    embedded: false,
    servers: new AllServers(),
    acknowledged: nothingAcknowledged
  }
  return database
})

const ofEmbedded = (dataDir: string, app: Provision.PgConnection, owner: Provision.PgConnection | null): Database => ({
  app,
  owner,
  direct: app,
  place: join(dataDir, "postgres"),
  embedded: true,
  servers: new AllServers(),
  acknowledged: nothingAcknowledged
})

/** `own`: be the server, the one process that runs the embedded PostgreSQL. Otherwise another's is as good. */
export const open = Effect.fn("Database.open")(function*(settings: Settings, { own }: { readonly own: boolean }) {
  const named = yield* ofUrls(settings)
  if (named !== null) {
    yield* untilReady(named.app, named.servers, own)
    return named
  }
  const dataDir = dataDirOf(settings)
  const { admin } = yield* own ? EmbeddedPostgres.start(dataDir) : EmbeddedPostgres.acquire(dataDir)
  const { app, owner } = yield* Provision.provision(admin, embeddedName)
  return ofEmbedded(dataDir, app, owner)
})

/** Opens the one that is there. A folder in which there is none was named by mistake, and is left as it is. */
export const openExisting = Effect.fn("Database.openExisting")(function*(settings: Settings) {
  const dataDir = dataDirOf(settings)
  if (settings.DATABASE_URL === undefined && !isThere(dataDir)) {
    return yield* new DatabaseUnusable({
      message:
        `There is no database in ${dataDir}: set DATA_DIR or DATABASE_URL as the server has it, or start a server ` +
        "there first (`ddd serve`). Nothing was made."
    })
  }
  return yield* open(settings, { own: false })
})

/**
 * The database, for who only looks: nothing is made, started or waited for. Null where it would be the embedded one, and no process runs
 * that.
 */
export const find = Effect.fn("Database.find")(function*(settings: Settings) {
  const named = yield* ofUrls(settings)
  if (named !== null) return named
  const dataDir = dataDirOf(settings)
  const found = yield* EmbeddedPostgres.running(dataDir)
  return found === null ? null : ofEmbedded(dataDir, Provision.appOf(found.admin, embeddedName), null)
})

/** Migrates, and gives the names of the migrations that were applied. */
export const migrate = Effect.fn("Database.migrate")(function*({ app, owner, servers }: Database) {
  if (owner === null) {
    return yield* new DatabaseUnusable({
      message:
        "DATABASE_OWNER_URL is missing, without which nothing can be migrated: set it to the role that owns the tables."
    })
  }
  return yield* Migrator.migrate(app.username).pipe(
    Effect.provide(Provision.layer(owner, { ...twoConnections, servers }))
  )
})

const oneConnection = { maxConnections: 1, applicationName: "ddd" }
// one keeps other nodes from migrating meanwhile
const twoConnections = { ...oneConnection, maxConnections: 2, waits: longWaits }

/** Fails where the schema is not this program's, with what to do. */
export const requireSchema = Effect.fn("Database.requireSchema")(function*({ app, servers }: Database) {
  const problem = yield* Migrator.schemaProblem().pipe(
    Effect.provide(Provision.layer(app, { ...oneConnection, servers }))
  )
  if (problem !== null) return yield* new DatabaseUnusable({ message: `The database does not fit: ${problem}.` })
})

/** Makes the database ready to be served from: migrated where that is ours to do, the clock as it is asked for, the role harmless. */
export const prepare = Effect.fn("Database.prepare")(function*(database: Database, settings: Settings) {
  if (!database.embedded) yield* refuse(sessionProblem(database))
  const one = { ...oneConnection, servers: database.servers }
  const applied = database.owner === null ? [] : yield* migrate(database)
  yield* requireSchema(database)
  yield* DevClock.ensure(settings.DEV_CLOCK_START ?? null).pipe(
    Effect.provide(Provision.layer(database.owner ?? database.app, one))
  )
  yield* awaitAgreement.pipe(Effect.provide(Provision.layer(database.app, one)))
  if (settings.NODE_ENV === "production") {
    yield* Effect.andThen(refuse(roleProblem), requireDurability).pipe(
      Effect.provide(Provision.layer(database.app, one))
    )
  }
  return applied
})

/**
 * The database, with what is remembered of it in PROOF_DIR, compared with what it holds: where it lacks something, that is in the log (unless
 * `isTold` otherwise), and nothing is sold, signed or paid out on it. Its schema is this program's.
 */
export const remembering = Effect.fn("Database.remembering")(function*(
  database: Database,
  settings: Settings,
  { isServer, isTold = false }: { readonly isServer: boolean; readonly isTold?: boolean }
) {
  return yield* Effect.gen(function*() {
    const folder = join(proofDirOf(settings), yield* Restored.readIdentity)
    const acknowledged = yield* AcknowledgedFiles.open(folder, { isServer })
    const lost = yield* Behind.compare(acknowledged, isTold)
    if (lost.length === 0 && isServer) yield* Restored.rememberStanding(acknowledged)
    const remembered: Database = { ...database, acknowledged }
    return remembered
  }).pipe(Effect.provide(Provision.layer(database.app, { ...oneConnection, servers: database.servers })))
})

/** Fails with what is wrong, where something is. */
const refuse = <E, R>(problem: Effect.Effect<string | null, E, R>) =>
  Effect.flatMap(
    problem,
    (message) => message === null ? Effect.void : Effect.fail(new DatabaseUnusable({ message }))
  )

/** That a pooler exchanges sessions between transactions, and what to do; null where none does. */
export const sessionProblem = Effect.fnUntraced(function*({ app, direct }: Database) {
  for (const [name, connection] of [["DATABASE_URL", app], ["DATABASE_DIRECT_URL", direct]] as const) {
    if (yield* keepsSession(connection)) continue
    return `${name} leads through a pooler that exchanges sessions between transactions: set its pool_mode to session ` +
      "(docs/operations/pooler.md)."
  }
  return null
})

/** Fails where production would lose what it acknowledged (decision 86), and warns where it might. */
const requireDurability = Effect.gen(function*() {
  const problems = yield* readDurability
  const [refused] = problems.filter(({ isRefused }) => isRefused)
  if (refused !== undefined) return yield* new DatabaseUnusable({ message: refused.message })
  for (const { message } of problems) yield* Effect.logWarning(message)
})

/**
 * That the application's role could switch off what the database refuses (docs/design.md, "Configuration"), and what to do; null where it
 * could not.
 */
export const roleProblem = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [role] = yield* sql<{ readonly name: string; readonly owns: boolean }>`
    SELECT current_user::text AS name, bool_or(pg_has_role(current_user, relowner, 'USAGE')) AS owns
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`
  if (role?.owns !== true) return null
  return `DATABASE_URL connects as ${role.name}, which owns the tables or is a superuser: it could switch off every refusal ` +
    "of the database. Use a role that owns nothing there, and keep the owner for DATABASE_OWNER_URL."
})
