/**
 * Removes old rows on PostgreSQL, each step one short transaction.
 *
 * The oldest are found by an index, and removed by where they stand. One node at a time is at a kind, so none waits for another; what
 * others may lock is passed over. Rows that must stay the triggers keep, whoever asks.
 */
import { type Pruned, Retention } from "@ddd/core/ports/Retention"
import { formatInstant, type Instant, instant } from "@ddd/core/values/Instant"
import { oldAt, type RetainedKind, retainedKinds } from "@ddd/core/values/Retention"
import { PgClient } from "@effect/sql-pg"
import { Clock, Effect, Layer } from "effect"
import type { SqlError, Statement } from "effect/sql"
import { clockOf } from "../database/ClockCheck.ts"
import { transact } from "../database/Transaction.ts"
import { smallestIdAt } from "../database/UuidTimes.ts"

// any constants will do, as long as every node takes the same ones
const pruneLock = 4_702_331_890_200

type Prune = (before: Instant, limit: number) => Effect.Effect<Pruned, SqlError.SqlError>

/** Of an ended session that was used day and night there are some thousand tokens. */
const sessionsShare = 10

const makePrunes = (sql: PgClient.PgClient): Record<RetainedKind, Prune> => {
  const countOf = (statement: Statement.Statement<object>) => Effect.map(statement, (rows) => rows.length)
  const removed = (limit: number, statement: Statement.Statement<object>) =>
    Effect.map(countOf(statement), (rows): Pruned => ({ rows, isMore: rows >= limit }))

  /** Removes the rows of a table that are the oldest by a column; `lock` passes over those that somebody else has locked. */
  const oldest = (table: string, column: string, lock = ""): Prune => (before, limit) =>
    removed(
      limit,
      sql`
      DELETE FROM ${sql.literal(table)} WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM ${sql.literal(table)} WHERE ${sql.literal(column)} <= ${formatInstant(before)}::timestamptz
        ORDER BY ${sql.literal(column)} LIMIT ${limit} ${sql.literal(lock)}))
      RETURNING 1 AS gone`
    )

  /** Ends what is left of sessions that have ended long ago: some of their tokens, and those sessions that have none any more. */
  const endedSessions: Prune = Effect.fnUntraced(function*(before, limit) {
    const rows = yield* sql<{ readonly id: string }>`
      SELECT id FROM sessions WHERE ended_at <= ${formatInstant(before)}::timestamptz ORDER BY ended_at
      LIMIT ${Math.ceil(limit / sessionsShare)}`
    const ids = rows.map(({ id }) => id)
    if (ids.length === 0) return { rows: 0, isMore: false }
    const tokens = yield* countOf(sql`
      DELETE FROM refresh_tokens WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM refresh_tokens WHERE session_id = ANY (${ids}::uuid[]) LIMIT ${limit}))
      RETURNING 1 AS gone`)
    const sessions = yield* countOf(sql`
      DELETE FROM sessions s WHERE id = ANY (${ids}::uuid[])
        AND (SELECT true FROM refresh_tokens t WHERE t.session_id = s.id LIMIT 1) IS NULL
      RETURNING 1 AS gone`)
    return { rows: tokens + sessions, isMore: tokens >= limit || ids.length >= limit / sessionsShare }
  })

  /** Old tokens, and the sessions that have none any more: the newest of a living one is as old as its last use. */
  const refreshTokens: Prune = Effect.fnUntraced(function*(before, limit) {
    const rows = yield* sql<{ readonly session_id: string }>`
      DELETE FROM refresh_tokens WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM refresh_tokens WHERE created_at <= ${
      formatInstant(before)
    }::timestamptz ORDER BY created_at LIMIT ${limit}))
      RETURNING session_id`
    if (rows.length > 0) {
      yield* sql`
        DELETE FROM sessions s
        WHERE id = ANY (${[...new Set(rows.map((row) => row.session_id))]}::uuid[]) AND last_used_at <= ${
        formatInstant(before)
      }::timestamptz
          AND (SELECT true FROM refresh_tokens t WHERE t.session_id = s.id LIMIT 1) IS NULL`
    }
    return { rows: rows.length, isMore: rows.length >= limit }
  })

  return {
    "kept answers": oldest("idempotency_keys", "created_at"),

    // by their ids, which are those of their times: a process's may be a little ahead of the clock, never behind it
    "sale batches": (before, limit) =>
      removed(
        limit,
        sql`
        DELETE FROM sale_batches WHERE id = ANY (ARRAY (
          SELECT id FROM sale_batches WHERE id < ${smallestIdAt(before)}::uuid AND created_at <= ${
          formatInstant(before)
        }::timestamptz
          ORDER BY id LIMIT ${limit}))
        RETURNING 1 AS gone`
      ),

    "refresh tokens": refreshTokens,
    "ended sessions": endedSessions,

    "mailed tokens": oldest("mailed_tokens", "used_at"),
    throttles: oldest("throttles", "failed_at", "FOR UPDATE SKIP LOCKED"),
    "known networks": oldest("known_networks", "seen_at", "FOR UPDATE SKIP LOCKED"),

    // what failed, or waits, a person may want to have acted on again
    "webhook bodies": (before, limit) =>
      removed(
        limit,
        sql`
        UPDATE webhook_events SET body = '' WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM webhook_events
          WHERE state IN ('done', 'ignored') AND body <> '' AND handled_at <= ${formatInstant(before)}::timestamptz
          ORDER BY handled_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED))
        RETURNING 1 AS gone`
      ),

    // windows end by the clocks of the processes that began them, whatever the database's says
    "request counts": (_, limit) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        removed(
          limit,
          sql`
        DELETE FROM request_counts WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM request_counts WHERE expire <= ${oldAt("request counts", instant(now))}::bigint
          ORDER BY expire LIMIT ${limit} FOR UPDATE SKIP LOCKED))
        RETURNING 1 AS gone`
        )),

    "excluded names": oldest("excluded_names", "until"),
    devices: oldest("devices", "put_at", "FOR UPDATE SKIP LOCKED"),
    "push messages": oldest("push_messages", "until", "FOR UPDATE SKIP LOCKED")
  }
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const prunes = makePrunes(sql)

  const prune = Effect.fn("RetentionPg.prune")(function*(kind: RetainedKind, limit: number) {
    const [row] = yield* sql<{ readonly free: boolean }>`
      SELECT pg_try_advisory_xact_lock(${pruneLock + retainedKinds.indexOf(kind)}) AS free`
    if (row?.free !== true) return { rows: 0, isMore: false }
    return yield* prunes[kind](oldAt(kind, yield* clockOf(sql)), limit)
  }, transact(sql))

  return Retention.of({ prune })
})

export const layer = Layer.effect(Retention, make)
