/** By which names stores know players, and the marks of purchases that wait under names which have become known. */
import type { ExcludedName, NameMatch, SharedNames } from "@ddd/core/money/BuyerNames"
import { isUuid, userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

interface MatchRow {
  readonly name: string
  readonly user_id: string
  readonly is_id: boolean
  readonly is_erased: boolean
}

const matchOf = ({ is_erased, is_id, name, user_id }: MatchRow): NameMatch => ({
  name,
  userId: userId(user_id),
  isId: is_id,
  isErased: is_erased
})

/** The users for whom names stand. */
export const matchesOf = (sql: PgClient.PgClient, names: ReadonlyArray<string>) =>
  names.length === 0 ? Effect.succeed([]) : Effect.map(
    sql<MatchRow>`
      SELECT id::text AS name, id AS user_id, true AS is_id, erased_at IS NOT NULL AS is_erased FROM users
      WHERE id = ANY (${names.filter(isUuid)}::uuid[])
      UNION ALL
      SELECT b.name, b.user_id, false, (SELECT u.erased_at IS NOT NULL FROM users u WHERE u.id = b.user_id)
      FROM buyer_names b WHERE b.name = ANY (${names}::text[])`,
    (rows) => rows.map(matchOf)
  )

/** Those of some names by which a store knows, or knew, a player whose exclusion runs. */
export const excludedNamesOf = (sql: PgClient.PgClient, names: ReadonlyArray<string>) =>
  names.length === 0 ? Effect.succeed([]) : Effect.map(
    sql<{ readonly name: string; readonly user_id: string | null }>`
      SELECT n.name, w.user_id FROM (
        SELECT id::text AS name, id AS user_id FROM users WHERE id = ANY (${names.filter(isUuid)}::uuid[])
        UNION ALL SELECT name, user_id FROM buyer_names WHERE name = ANY (${names}::text[])
      ) n JOIN wallets w ON w.user_id = n.user_id AND w.excluded_until > (SELECT app_now())
      UNION ALL
      SELECT n.name, NULL FROM unnest(${names}::text[]) AS n (name)
      JOIN excluded_names e ON e.digest = excluded_digest('buyer', n.name) AND e.until > (SELECT app_now())`,
    (rows) =>
      rows.map(({ name, user_id }): ExcludedName => ({ name, userId: user_id === null ? null : userId(user_id) }))
  )

/**
 * Keeps by which names a store knows a player; of two who keep one at the same time, the first. The database marks what waits under them.
 * In the order of the names: whoever keeps some of them at the same time waits, and nobody for each other.
 */
export const keepNames = (sql: PgClient.PgClient, { names, userId }: SharedNames) =>
  sql`
    INSERT INTO buyer_names (name, user_id)
    SELECT name, ${userId}::uuid FROM unnest(${names}::text[]) name ORDER BY name ON CONFLICT (name) DO NOTHING`

/** References of purchases that may be credited by now, of the first `limit` marks. */
export const findMarked = (sql: PgClient.PgClient, limit: number) =>
  Effect.map(
    sql<{ readonly reference: string }>`SELECT reference FROM purchases_to_match ORDER BY id LIMIT ${limit}`,
    (rows) => [...new Set(rows.map(({ reference }) => reference))]
  )

/** Removes the marks of a reference. Those that are not seen yet stay. */
export const unmark = (sql: PgClient.PgClient, reference: string) =>
  sql`DELETE FROM purchases_to_match WHERE reference = ${reference}`

/** Puts the marks of a reference behind all others. */
export const markLast = (sql: PgClient.PgClient, reference: string) =>
  sql`
    WITH gone AS (DELETE FROM purchases_to_match WHERE reference = ${reference} RETURNING reference)
    INSERT INTO purchases_to_match (reference) SELECT DISTINCT reference FROM gone`
