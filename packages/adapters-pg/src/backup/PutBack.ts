/**
 * Puts a backup back into a database that is empty: all of it, or nothing, in one transaction.
 *
 * Whether what stands there then is what was backed up is told by its counts, and by the audit, which the caller runs.
 */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { longWaits } from "../database/Client.ts"
import { type PgConnection, session } from "../database/Provision.ts"
import { readServerKind } from "../database/ServerKind.ts"
import type { AllServers } from "../database/Servers.ts"
import { BackupUnusable, type Manifest } from "./Manifest.ts"
import { findTool, runTool } from "./PgTools.ts"

export interface PutBackOptions {
  /** Who makes the tables, and owns them from then on. */
  readonly owner: PgConnection
  readonly servers: AllServers
  readonly dump: string
  readonly manifest: Manifest
  /** Whether it is to be served from: rights are given as they were, to roles of the same names, and it waits for `ddd restored`. */
  readonly served: boolean
}

interface Counts {
  readonly identity: string
  readonly users: number
  readonly draws: number
  readonly tickets: number
  readonly transactions: number
}

/** Leaves the mark by which servers wait for `ddd restored`; the table as migration 0041 has it, which the backup may be older than. */
const markPutBack = Effect.fnUntraced(function*(sql: PgClient.PgClient, madeAt: string) {
  yield* sql`
    CREATE TABLE IF NOT EXISTS put_back (made_at timestamptz NOT NULL, epoch integer NOT NULL CHECK (epoch >= 0))`
  yield* sql`INSERT INTO put_back SELECT ${madeAt}::timestamptz, coalesce(max(number), 0) FROM epochs`
})

/** Puts it back, has PostgreSQL look through the tables so that indexes are used, and fails where a row is missing. */
export const putBack = Effect.fn("PutBack.putBack")(function*(
  { dump, manifest, owner, served, servers }: PutBackOptions
) {
  const sql = yield* session(owner, { waits: longWaits, servers })
  const { major } = yield* readServerKind(sql)
  const [standing] = yield* sql<{ readonly count: number }>`
    SELECT count(*)::int AS count FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`
  if (standing === undefined || standing.count > 0) {
    return yield* new BackupUnusable({
      message: `The database ${owner.database} is not empty, and nothing in it is overwritten. ` +
        "Make an empty one, for the same two roles, and name it in DATABASE_URL and DATABASE_OWNER_URL. Nothing was changed."
    })
  }
  if (major < manifest.server) {
    return yield* new BackupUnusable({
      message: `The backup is of PostgreSQL ${manifest.server}, and this server is ${major}: ` +
        "use one of that version or later. Nothing was changed."
    })
  }
  const tool = yield* findTool("pg_restore", Math.max(manifest.tool, major))
  const restoring = runTool(
    tool,
    [
      "--single-transaction",
      "--exit-on-error",
      "--no-owner",
      ...served ? [] : ["--no-acl"],
      "--no-password",
      // a name would be read as more than a name where it has a "=": it comes from the environment, as all else
      "--dbname=application_name=ddd",
      dump
    ],
    owner
  )
  yield* Effect.uninterruptibleMask((restore) =>
    served ? Effect.andThen(restore(restoring), markPutBack(sql, manifest.madeAt)) : restore(restoring)
  )
  yield* sql`ANALYZE`
  const [counts] = yield* sql<Counts>`
    SELECT (SELECT id::text FROM database_identity) AS identity, (SELECT count(*) FROM users)::float8 AS users,
      (SELECT count(*) FROM draws)::float8 AS draws, (SELECT count(*) FROM tickets)::float8 AS tickets,
      (SELECT count(*) FROM transactions)::float8 AS transactions`
  const { draws, tickets, transactions, users } = manifest.counts
  const isWhole = counts?.identity === manifest.identity && counts.users === users && counts.draws === draws &&
    counts.tickets === tickets && counts.transactions === transactions
  if (isWhole) return
  return yield* new BackupUnusable({
    message:
      "What was put back is not what was counted when the backup was made. Do not use this database; take another backup."
  })
}, Effect.scoped)
