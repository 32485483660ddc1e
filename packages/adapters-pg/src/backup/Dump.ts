/**
 * Makes a backup: a folder with the dump of one snapshot, and what it says of itself.
 *
 * What is counted is counted in the snapshot that is dumped (`pg_export_snapshot`). The folder appears under its name once it is whole and on
 * the disk; until then it ends in `.part`, which the next backup leaves alone.
 */
import { visible, visibleError } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { longWaits } from "../database/Client.ts"
import { type PgConnection, session } from "../database/Provision.ts"
import type { AllServers } from "../database/Servers.ts"
import { BackupUnusable, dumpName, type Manifest, manifestName, sha256Of } from "./Manifest.ts"
import { findTool, runTool } from "./PgTools.ts"

export interface DumpOptions {
  /** As the role that owns the tables. */
  readonly owner: PgConnection
  /** The name of the application's role. */
  readonly app: string
  readonly servers: AllServers
  /** The folder that the backup becomes: not there yet. */
  readonly folder: string
  /** The program's version, and the time, as the manifest tells them. */
  readonly program: string
  readonly madeAt: string
}

/** Waits of `pg_dump` for a table that a migration holds. */
const lockWait = "60s"

const fsyncPath = (path: string): void => {
  const descriptor = fs.openSync(path, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

const onDisk = <A>(folder: string, act: () => A | Promise<A>) =>
  Effect.tryPromise({
    try: async () => await act(),
    catch: (error) =>
      new BackupUnusable({
        message: `The folder ${visible(folder)} cannot be written: ${visibleError(error)}. No backup was made.`
      })
  })

interface Facts extends Pick<Manifest, "identity" | "migration" | "epoch" | "server"> {
  readonly snapshot: string
  readonly users: number
  readonly draws: number
  readonly tickets: number
  readonly transactions: number
}

/** Makes it, and gives what it says of itself. Fails with nothing left behind. */
export const dump = Effect.fn("Dump.dump")(function*(
  { app, folder, madeAt, owner, program, servers }: DumpOptions
) {
  const part = `${folder}.part`
  const sql = yield* session(owner, { waits: longWaits, servers })
  return yield* Effect.gen(function*() {
    yield* sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
    yield* sql`SELECT set_config('idle_in_transaction_session_timeout', '0', true), set_config('statement_timeout', '0', true)`
    const [facts] = yield* sql<Facts>`
      SELECT pg_export_snapshot() AS snapshot, (SELECT id::text FROM database_identity) AS identity,
        (SELECT max(number) FROM schema_migrations) AS migration, (SELECT coalesce(max(number), 0) FROM epochs) AS epoch,
        current_setting('server_version_num')::int / 10000 AS server, (SELECT count(*) FROM users)::float8 AS users,
        (SELECT count(*) FROM draws)::float8 AS draws, (SELECT count(*) FROM tickets)::float8 AS tickets,
        (SELECT count(*) FROM transactions)::float8 AS transactions`
    if (facts === undefined) return yield* Effect.die(new Error("what is counted gives one row"))
    const { draws, epoch, identity, migration, server, snapshot, tickets, transactions, users } = facts
    const tool = yield* findTool("pg_dump", server)
    yield* onDisk(part, () => {
      if (fs.existsSync(folder)) throw new Error("it is there already")
      fs.mkdirSync(part, { mode: 0o700 })
    })
    return yield* Effect.gen(function*() {
      const file = join(part, dumpName)
      yield* runTool(
        tool,
        [
          "--format=custom",
          `--snapshot=${snapshot}`,
          `--lock-wait-timeout=${lockWait}`,
          "--no-password",
          `--file=${file}`
        ],
        owner
      )
      const sha256 = yield* onDisk(part, () => sha256Of(file))
      const bytes = yield* onDisk(part, () => fs.statSync(file).size)
      const manifest: Manifest = {
        format: 1,
        program,
        madeAt,
        identity,
        database: owner.database,
        owner: owner.username,
        app,
        migration,
        epoch,
        server,
        tool: tool.major,
        counts: { users, draws, tickets, transactions },
        bytes,
        sha256
      }
      yield* onDisk(part, () => {
        fs.chmodSync(file, 0o600)
        fs.writeFileSync(join(part, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
          mode: 0o600,
          flush: true
        })
        for (const path of [file, part]) fsyncPath(path)
        fs.renameSync(part, folder)
        fsyncPath(dirname(folder))
      })
      return manifest
    }).pipe(Effect.onError(() => Effect.sync(() => fs.rmSync(part, { recursive: true, force: true }))))
  }).pipe(sql.withTransaction)
}, Effect.scoped)
