/**
 * A real PostgreSQL inside the project: nothing to install, nothing to configure, gone with the process that started it.
 *
 * **When to use**: development, tests, a trial. Production has a PostgreSQL of its own, with a replica and backups.
 *
 * **Details**: a Unix socket only, behind a password, so there is no port to collide or to reach from outside. What is
 * committed is on disk: `fsync` and `synchronous_commit` stay on. One process at a time owns the server of a data folder;
 * others may use it through `acquire`, and find it again by PostgreSQL's own lock file.
 *
 * **Gotchas**: waits in real time; under a test clock that nobody moves it does not come back.
 */
import { Duration, Effect, Schedule, Scope } from "effect"
import { type PgConnection, session } from "../database/Provision.ts"
import { type Cluster, findCluster, openCluster, superuser } from "./EmbeddedPostgresCluster.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import { evict, launch, Taken, type Tenant, tenantOf } from "./EmbeddedPostgresProcess.ts"
import { programs } from "./EmbeddedPostgresPrograms.ts"

/** A server that takes connections. */
export interface EmbeddedPostgres {
  /** The superuser, at the maintenance database. */
  readonly admin: PgConnection
  /** Where all of it is on disk, symbolic links resolved. */
  readonly folder: string
}

/** Settings of PostgreSQL beside the defaults below, for a server that this process starts. */
export type Settings = Readonly<Record<string, string>>

/** What a server is told unless it is told otherwise. */
export const defaults: Settings = {
  listen_addresses: "",
  fsync: "on",
  synchronous_commit: "on",
  max_connections: "200",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "log", // errors of statements are the client's; their text may hold personal data
  log_checkpoints: "off"
}

/** How long we wait for the process before us to leave the data folder. */
const patience = Duration.seconds(60)

/** Held shared by whoever uses another process's server, so that a short-lived owner waits for its guests. */
const guestLock = 0x64_64_64

const inUse = (cluster: Cluster, { owner }: Tenant): EmbeddedPostgresError =>
  new EmbeddedPostgresError({
    reason: "in-use",
    message:
      `The database in ${cluster.folder} is in use by process ${owner}. Stop that process first, or set DATA_DIR to another folder.`
  })

const connectionTo = (cluster: Cluster, tenant: Tenant): EmbeddedPostgres => ({
  admin: { host: tenant.socketFolder, username: superuser, password: cluster.password, database: "postgres" },
  folder: cluster.folder
})

/** Looks again while another process comes or goes. */
const settle = <A, E, R>(attempt: Effect.Effect<A, E | Taken, R>) =>
  attempt.pipe(
    Effect.retry({
      while: (error: E | Taken) => error instanceof Taken,
      schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ duration: patience }))
    }),
    Effect.catchIf((error) => error instanceof Taken, ({ log }) =>
      Effect.fail(
        new EmbeddedPostgresError({
          reason: "server",
          message:
            `PostgreSQL is not to be had: another process, or what is left of one, stands in the way. The last word was:\n${log.trim()}`
        })
      ))
  )

const startHere = Effect.fnUntraced(function*(bin: string, cluster: Cluster, settings: Settings) {
  const tenant = tenantOf(cluster)
  if (tenant?.ownerLives === true) return yield* inUse(cluster, tenant)
  if (tenant !== undefined) yield* evict(cluster, tenant)
  return connectionTo(cluster, yield* launch(bin, cluster, { ...defaults, ...settings }))
})

/** Uses the server of another process, which waits for us to be done if it can. */
const visit = Effect.fnUntraced(function*(cluster: Cluster, tenant: Tenant) {
  if (!tenant.ready) return yield* new Taken({ log: `The server of process ${tenant.owner} is starting or stopping.` })
  const postgres = connectionTo(cluster, tenant)
  yield* session(postgres.admin).pipe(
    Effect.andThen((sql) => sql`SELECT 1 FROM pg_advisory_lock_shared(${guestLock})`),
    Effect.mapError((error) => new Taken({ log: error.message }))
  )
  return postgres
})

/** Waits until no other process uses our server, and lets none in any more for as long as the scope lives. */
const seeGuestsOff = Effect.fnUntraced(function*({ admin }: EmbeddedPostgres) {
  const sql = yield* session(admin)
  const [alone] = yield* sql<{ readonly yes: boolean }>`SELECT pg_try_advisory_lock(${guestLock}) AS yes`
  if (alone?.yes === true) return
  yield* Effect.logWarning("Another process still uses this database; waiting up to a minute for it to finish.")
  yield* sql`SET lock_timeout = '60s'`
  yield* sql`SELECT 1 FROM pg_advisory_lock(${guestLock})`
}, (wait) => Effect.ignore(wait))

/**
 * Starts the server of a data folder and is its only owner; the scope stops it. For the application itself.
 *
 * The data folder is made where there is none. Fails with `in-use` when a living process runs a server there; a server whose
 * process was killed is stopped first. 0.1 s, the first time 1 s. Call it in the main thread.
 */
export const start = Effect.fn("EmbeddedPostgres.start")(function*(dataDir: string, settings: Settings = {}) {
  const bin = yield* programs
  const cluster = yield* openCluster(bin, dataDir)
  return yield* settle(startHere(bin, cluster, settings))
})

/**
 * The server of a data folder, whoever runs it: that of a living process, else one of our own for as long as the scope
 * lives, longer by up to a minute while other processes that came the same way still use it. For commands.
 */
export const acquire = Effect.fn("EmbeddedPostgres.acquire")(function*(dataDir: string, settings: Settings = {}) {
  const bin = yield* programs
  const cluster = yield* openCluster(bin, dataDir)
  // closed after the server has stopped: until then no guest comes in
  const afterwards = yield* Effect.acquireRelease(Scope.make(), Scope.close)
  const stay = Effect.gen(function*() {
    const postgres = yield* startHere(bin, cluster, settings)
    yield* Effect.addFinalizer(() => Scope.provide(seeGuestsOff(postgres), afterwards))
    return postgres
  })
  return yield* settle(
    Effect.suspend(() => {
      const tenant = tenantOf(cluster)
      return tenant?.ownerLives === true ? visit(cluster, tenant) : stay
    }).pipe(
      Effect.catchIf(
        (error) => error._tag === "EmbeddedPostgresError" && error.reason === "in-use",
        (error) => Effect.fail(new Taken({ log: error.message })) // it came after we looked
      )
    )
  )
})

/**
 * The server that a living process runs in a data folder; null where none does. For whoever only looks: nothing is made, started or kept
 * from stopping.
 */
export const running = Effect.fn("EmbeddedPostgres.running")(function*(dataDir: string) {
  const cluster = yield* findCluster(dataDir)
  const tenant = cluster === null ? undefined : tenantOf(cluster)
  return cluster !== null && tenant?.ownerLives === true && tenant.ready ? connectionTo(cluster, tenant) : null
})
