/** What makes the figures comparable, and is therefore asserted of each database after the selling, in its own words. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** All tables, constraints, triggers and indexes, as one hash. */
export const schemaDigest = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly digest: string }>`
    SELECT md5(string_agg(line, E'\n' ORDER BY line)) AS digest FROM (
      SELECT concat_ws(' ', oid::regclass, relkind, relpersistence, reloptions) AS line
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'i')
      UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
      UNION ALL SELECT concat_ws(' ', tgrelid::regclass, pg_get_triggerdef(oid), tgenabled, pg_get_functiondef(tgfoid))
        FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') AS schema`
  return row?.digest ?? ""
})

/** What a way of selling is to have kept to. */
export interface Expected {
  readonly schema: string
  /** The tickets that its worker counted. */
  readonly tickets: number
  readonly buyersMin: number
  /** Whether each purchase came under a key of its own. */
  readonly keyed: boolean
}

interface Facts {
  readonly fsync: string
  readonly synchronous_commit: string
  readonly full_page_writes: string
  readonly tickets: number
  readonly buyers: number
  readonly keys: number
  readonly seals: number
}

/** What does not hold, as sentences: none where the play was fair. Seals, positions and money are the audit's. */
export const unfairness = Effect.fn("FairPlay.unfairness")(function*({ buyersMin, keyed, schema, tickets }: Expected) {
  const sql = yield* SqlClient.SqlClient
  const [facts] = yield* sql<Facts>`
    SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
      current_setting('full_page_writes') AS full_page_writes, count(*)::float8 AS tickets,
      count(DISTINCT user_id)::float8 AS buyers, count(DISTINCT ticket_hash)::float8 AS seals,
      (SELECT count(*) FROM idempotency_keys)::float8 AS keys
    FROM tickets`
  if (facts === undefined) return ["the database tells nothing"]
  const digest = yield* schemaDigest
  const rules: ReadonlyArray<readonly [holds: boolean, sentence: string]> = [
    [facts.fsync === "on", "fsync is off"],
    [facts.synchronous_commit === "on", "synchronous_commit is off"],
    [facts.full_page_writes === "on", "full_page_writes is off"],
    [digest === schema, "the schema is not the one that was migrated"],
    [facts.tickets === tickets, `${tickets} tickets were answered, ${facts.tickets} are stored`],
    [facts.seals === tickets, `${facts.tickets} tickets have ${facts.seals} seals`],
    [facts.buyers >= buyersMin, `${facts.buyers} players bought, fewer than ${buyersMin}`],
    [!keyed || facts.keys === tickets, `${facts.tickets} tickets were bought under ${facts.keys} keys`]
  ]
  return rules.flatMap(([holds, sentence]) => holds ? [] : [sentence])
})
