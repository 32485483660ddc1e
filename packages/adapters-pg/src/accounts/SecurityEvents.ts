/** What happened to identities, as rows: where a request came from is sealed under its player's key. */
import {
  type NewSecurityEvent,
  originOf,
  type SecurityEvent,
  type SecurityEventType,
  type StrangerEvent
} from "@ddd/core/accounts/SecurityEvent"
import {
  changesADay,
  type CountedChange,
  countedSince,
  isByStrangers,
  mayRecord,
  strangersEventsMax
} from "@ddd/core/accounts/SecurityLogLimit"
import type { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError, Statement } from "effect/sql"
import { instantOf } from "../database/Rows.ts"
import { millisOfId, smallestIdAt } from "../database/UuidTimes.ts"

/** An event as it is stored, with what was encrypted of it. */
export interface OpenedEvent extends SecurityEvent {
  readonly sessionId: string | null
  readonly details: Readonly<Record<string, unknown>> | null
}

interface EventRow {
  readonly id: string
  readonly at: Date
  readonly type: SecurityEventType
  readonly user_id: string | null
  readonly session_id: string | null
  readonly sealed: Uint8Array | null
  readonly key: Uint8Array | null
}

export interface SecurityEvents {
  /** Writes an event on the caller's connection. */
  readonly record: (event: NewSecurityEvent) => Effect.Effect<void, SqlError.SqlError>
  /** Writes an event that no player is known for. `subject` is kept as a pseudonym. */
  readonly recordOfStranger: (event: StrangerEvent) => Effect.Effect<void, SqlError.SqlError>
  /** A player's events, newest first. */
  readonly read: (userId: UserId, limit: number) => Effect.Effect<ReadonlyArray<OpenedEvent>, SqlError.SqlError>
  /** Those after one of them, oldest first. */
  readonly readAfter: (
    userId: UserId,
    id: string,
    limit: number
  ) => Effect.Effect<ReadonlyArray<OpenedEvent>, SqlError.SqlError>
  /** How often a player has done it in the UTC day of `at`, as far as that matters (`changesADay`). */
  readonly doneOnDayOf: (userId: UserId, type: CountedChange, at: Instant) => Effect.Effect<number, SqlError.SqlError>
}

/** Events of a kind, of one player or stranger, are counted as far as `most`, by an index. */
const count = (
  sql: PgClient.PgClient,
  about: Statement.Fragment,
  type: SecurityEventType,
  since: Instant,
  most: number
) =>
  Effect.map(
    sql<{ readonly counted: number }>`
      SELECT count(*)::int AS counted FROM (
        SELECT 1 FROM security_events WHERE ${about} AND type = ${type} AND id >= ${
      smallestIdAt(since)
    }::uuid LIMIT ${most}
      ) counted`,
    ([row]) => row?.counted ?? 0
  )

/** Whether an event is written: of what strangers can cause, those of the day are counted. */
const isRecorded = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  { id, type }: Pick<NewSecurityEvent, "id" | "type">,
  about: Statement.Fragment
) {
  if (!isByStrangers(type)) return mayRecord(type, 0)
  const since = countedSince(instant(millisOfId(id)))
  return mayRecord(type, yield* count(sql, about, type, since, strangersEventsMax))
})

export const makeSecurityEvents = (sql: PgClient.PgClient, seal: PersonalSeal["Service"]): SecurityEvents => ({
  record: Effect.fnUntraced(function*(event) {
    const { details, id, origin, sessionId, type, userId } = event
    if (!(yield* isRecorded(sql, event, sql`user_id = ${userId}::uuid`))) return
    const [row] = origin === null ? [] : yield* sql<{ readonly key: Uint8Array }>`
      SELECT key FROM user_keys WHERE user_id = ${userId}::uuid`
    const sealed = row === undefined ? null : yield* seal.seal(row.key, id, JSON.stringify({ ...origin, ...details }))
    yield* sql`
      INSERT INTO security_events (id, type, user_id, session_id, sealed)
      VALUES (${id}::uuid, ${type}, ${userId}::uuid, ${sessionId}::uuid, ${sealed}::bytea)`
  }),

  recordOfStranger: Effect.fnUntraced(function*(event) {
    const { id, type } = event
    const subject = seal.pseudonym(`subject\n${event.subject}`)
    if (!(yield* isRecorded(sql, event, sql`subject = ${subject}`))) return
    yield* sql`INSERT INTO security_events (id, type, subject) VALUES (${id}::uuid, ${type}, ${subject})`
  }),

  read: (user, limit) =>
    Effect.flatMap(
      sql<EventRow>`
        SELECT e.id, e.at, e.type, e.user_id, e.session_id, e.sealed, k.key
        FROM security_events e LEFT JOIN user_keys k ON k.user_id = e.user_id
        WHERE e.user_id = ${user}::uuid ORDER BY e.id DESC LIMIT ${limit}`,
      Effect.forEach((row) => opened(seal, row))
    ),

  readAfter: (user, id, limit) =>
    Effect.flatMap(
      sql<EventRow>`
        SELECT e.id, e.at, e.type, e.user_id, e.session_id, e.sealed, k.key
        FROM security_events e LEFT JOIN user_keys k ON k.user_id = e.user_id
        WHERE e.user_id = ${user}::uuid AND e.id > ${id}::uuid ORDER BY e.id LIMIT ${limit}`,
      Effect.forEach((row) => opened(seal, row))
    ),

  doneOnDayOf: (user, type, at) => count(sql, sql`user_id = ${user}::uuid`, type, countedSince(at), changesADay[type])
})

/** An event with what was encrypted of it. */
const opened = Effect.fnUntraced(function*(seal: PersonalSeal["Service"], row: EventRow) {
  const text = row.sealed === null || row.key === null ? null : yield* seal.open(row.key, row.id, row.sealed)
  const details: Readonly<Record<string, unknown>> | null = text === null ? null : { ...JSON.parse(text) }
  return {
    id: row.id,
    at: instantOf(row.at),
    type: row.type,
    userId: row.user_id === null ? null : userId(row.user_id),
    origin: originOf(details),
    sessionId: row.session_id,
    details
  }
})
