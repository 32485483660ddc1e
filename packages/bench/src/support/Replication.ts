/**
 * A primary and its standby, each a PostgreSQL of a show's own: cut off from each other, killed as by a power cut, promoted, made anew.
 *
 * The programs that are there are `initdb` and `postgres` alone, so a standby is made as `pg_basebackup` makes one: by the low-level API of
 * base backups, with a slot that keeps the log from the backup on.
 */
import { type PgConnection, session } from "@ddd/adapters-pg/database/Provision"
import { defaults } from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import { giveToServer } from "@ddd/adapters-pg/embedded/EmbeddedPostgresAccount"
import { type Cluster, openCluster, superuser } from "@ddd/adapters-pg/embedded/EmbeddedPostgresCluster"
import { launchOnce, type Running } from "@ddd/adapters-pg/embedded/EmbeddedPostgresProcess"
import { programs } from "@ddd/adapters-pg/embedded/EmbeddedPostgresPrograms"
import { killAll } from "@ddd/adapters-pg/testing/PostgresSignals"
import { Effect, Redacted, Schedule } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { copyDataFolder } from "./DataFolderCopy.ts"
import { temporaryDataDir } from "./TemporaryFolder.ts"

/** What the standby calls itself where it asks for the log, and its slot. */
const standbyName = "standby"

/** A server that runs, as a primary or as a standby. */
export interface Node {
  /** The superuser, at the maintenance database; only while it is a primary. */
  readonly admin: PgConnection
  /** The folder of its socket. */
  readonly host: string
  readonly cluster: Cluster
  readonly running: Running
}

/** Two places for servers, and the password of the superuser in both, which a standby has from its primary. */
export interface Places {
  readonly bin: string
  readonly clusters: readonly [Cluster, Cluster]
  readonly password: Redacted.Redacted
}

const settings = { ...defaults, max_connections: "100", shared_buffers: "64MB", max_wal_size: "1GB" }

/** Two clusters in folders of their own, which the scope removes. Neither runs. */
export const makePlaces = Effect.gen(function*() {
  const bin = yield* programs
  const first = yield* openCluster(bin, yield* temporaryDataDir)
  const second = yield* openCluster(bin, yield* temporaryDataDir)
  const places: Places = { bin, clusters: [first, second], password: first.password }
  return places
})

/** Runs the server of a cluster until it is killed, or the scope stops it. One that ends stays so. */
export const run = Effect.fnUntraced(function*({ bin, password }: Places, cluster: Cluster) {
  const running = yield* launchOnce(bin, cluster, settings)
  const host = running.tenant.socketFolder
  const node: Node = { admin: { host, username: superuser, password, database: "postgres" }, host, cluster, running }
  return node
})

/** Ends all processes of a server at the same moment, and waits until they are gone. */
export const cutPower = ({ cluster, running }: Node) =>
  Effect.andThen(Effect.sync(() => killAll(cluster.folder)), running.ended)

/** The superuser at a server that may be a standby. */
const anyhow = ({ admin: { database, password, username }, host }: Node): PgConnection => {
  const secret = password === undefined ? "" : encodeURIComponent(Redacted.value(password))
  const url = `postgres://${username}:${secret}@localhost/${database}?host=${encodeURIComponent(host)}`
  return { url: Redacted.make(`${url}&target_session_attrs=any`), username, database }
}

/** Waits until a server says yes; for a minute at most. */
const until = (node: Node, what: string, question: string) =>
  Effect.gen(function*() {
    const sql = yield* session(anyhow(node))
    yield* sql.unsafe<{ readonly yes: boolean }>(question).pipe(
      Effect.repeat({ until: ([row]) => row?.yes === true, schedule: Schedule.spaced("50 millis") }),
      Effect.timeoutOrElse({ duration: "60 seconds", orElse: () => Effect.die(new Error(`${what}: not in a minute`)) })
    )
  }).pipe(Effect.scoped)

/** Sets what a running server takes up without a restart. */
const set = (node: Node, name: string, value: string) =>
  Effect.gen(function*() {
    const sql = yield* session(anyhow(node))
    yield* sql.unsafe(`ALTER SYSTEM SET ${name} = '${value}'`)
    yield* sql`SELECT pg_reload_conf()`
  }).pipe(Effect.scoped)

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** How a standby reaches its primary, as `postgresql.auto.conf` has it. */
const following = ({ admin: { password, username }, host }: Node): string => {
  const secret = password === undefined ? "" : Redacted.value(password)
  const conninfo = `host=${host} user=${username} password=${secret} application_name=${standbyName}`
  return `primary_conninfo = ${quoted(conninfo)}\nprimary_slot_name = '${standbyName}'\n`
}

/** Makes a cluster whose server does not run the standby of a primary, whatever it was, and waits until it has all that the primary has. */
export const makeStandby = Effect.fnUntraced(function*(places: Places, primary: Node, cluster: Cluster) {
  yield* Effect.scoped(Effect.gen(function*() {
    const sql = yield* session(primary.admin)
    yield* sql.unsafe(`SELECT 1 FROM pg_create_physical_replication_slot('${standbyName}', true)`)
    // a backup is of the session that began it
    yield* sql.unsafe(`SELECT 1 FROM pg_backup_start('${standbyName}', true)`)
    yield* Effect.promise(() => copyDataFolder(primary.cluster.data, cluster.data))
    const [backup] = yield* sql.unsafe<{ readonly labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)")
    yield* Effect.sync(() => {
      for (
        const [name, text] of [
          ["backup_label", backup?.labelfile ?? ""],
          ["standby.signal", ""],
          ["postgresql.auto.conf", following(primary)]
        ] as const
      ) {
        writeFileSync(join(cluster.data, name), text, { mode: 0o600 })
        giveToServer(join(cluster.data, name))
      }
    })
  }))
  const standby = yield* run(places, cluster)
  yield* until(
    primary,
    "the standby follows",
    "SELECT count(*) > 0 AS yes FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn IS NOT NULL"
  )
  return standby
})

/** From now on no commit of the primary is answered before its standby has it on disk. */
export const requireStandby = Effect.fnUntraced(function*(primary: Node) {
  yield* set(primary, "synchronous_standby_names", standbyName)
  yield* until(
    primary,
    "the standby is synchronous",
    "SELECT count(*) > 0 AS yes FROM pg_stat_replication WHERE sync_state = 'sync'"
  )
})

/** The standby follows no more, as where the network between the two is cut. */
export const cutOff = Effect.fnUntraced(function*(primary: Node, standby: Node) {
  yield* set(standby, "primary_conninfo", "")
  yield* until(primary, "the standby is cut off", "SELECT count(*) = 0 AS yes FROM pg_stat_replication")
})

/** Makes a standby the primary, and waits until it takes writes. */
export const promote = (standby: Node) =>
  Effect.gen(function*() {
    const sql = yield* session(anyhow(standby))
    yield* sql`SELECT pg_promote(true, 60)`
  }).pipe(Effect.scoped)
