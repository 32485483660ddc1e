/**
 * Puts a backup back into a database that is empty: all of it with its mark, or nothing, in one transaction (docs/decisions/0114).
 *
 * Whether what stands there then is what was backed up is told by its counts, and by the audit, which the caller runs.
 */
import { formatInstant, type Instant, parseInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { longWaits } from "../database/Client.ts"
import { type PgConnection, session } from "../database/Provision.ts"
import { readServerKind } from "../database/ServerKind.ts"
import type { AllServers } from "../database/Servers.ts"
import { BackupUnusable, type Manifest } from "./Manifest.ts"
import { findTool, runScript } from "./PgTools.ts"

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
const markText = (madeAt: Instant): string =>
  `CREATE TABLE IF NOT EXISTS public.put_back (made_at timestamptz NOT NULL, epoch integer NOT NULL CHECK (epoch >= 0));
INSERT INTO public.put_back SELECT '${formatInstant(madeAt)}', coalesce(max(number), 0) FROM public.epochs;`

/** Serialises putting a backup back into a database. */
const turn = "ddd restore"

/** Puts it back, has PostgreSQL look through the tables so that indexes are used, and fails where a row is missing. */
export const putBack = Effect.fn("PutBack.putBack")(function*(
  { dump, manifest, owner, served, servers }: PutBackOptions
) {
  const sql = yield* session(owner, { waits: longWaits, servers })
  const { major } = yield* readServerKind(sql)
  const [lock] = yield* sql<{ readonly taken: boolean }>`
    SELECT pg_try_advisory_lock(hashtextextended(${turn}, 0)) AS taken`
  if (lock?.taken !== true) {
    return yield* new BackupUnusable({
      message: `Another \`ddd restore\` is at the database ${owner.database}. Nothing was changed by this one.`
    })
  }
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
  const madeAt = parseInstant(manifest.madeAt)
  if (madeAt === undefined) {
    return yield* new BackupUnusable({ message: "The backup does not say when it was made. Nothing was changed." })
  }
  const versionMin = Math.max(manifest.tool, major)
  const tool = yield* findTool("pg_restore", versionMin)
  const psql = yield* findTool("psql", versionMin)
  yield* runScript(
    psql,
    { tool, args: ["--exit-on-error", "--no-owner", ...served ? [] : ["--no-acl"], "--file=-", dump] },
    served ? markText(madeAt) : "",
    owner
  )
  // the first may have been idle for longer than its server allows
  const after = yield* session(owner, { waits: longWaits, servers })
  yield* after`ANALYZE`
  const [counts] = yield* after<Counts>`
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
