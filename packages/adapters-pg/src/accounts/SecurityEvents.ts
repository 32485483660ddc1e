/** What happened to identities, as rows: where a request came from is sealed under its player's key. */
import {
  type NewSecurityEvent,
  originOf,
  type SecurityEvent,
  type SecurityEventType,
  type StrangerEvent
} from "@ddd/core/accounts/SecurityEvent"
import type { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { type UserId, userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { instantOf } from "../database/Rows.ts"

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
}

export const makeSecurityEvents = (sql: PgClient.PgClient, seal: PersonalSeal["Service"]): SecurityEvents => ({
  record: Effect.fnUntraced(function*({ details, id, origin, sessionId, type, userId }) {
    const [row] = origin === null ? [] : yield* sql<{ readonly key: Uint8Array }>`
      SELECT key FROM user_keys WHERE user_id = ${userId}::uuid`
    const sealed = row === undefined ? null : yield* seal.seal(row.key, id, JSON.stringify({ ...origin, ...details }))
    yield* sql`
      INSERT INTO security_events (id, type, user_id, session_id, sealed)
      VALUES (${id}::uuid, ${type}, ${userId}::uuid, ${sessionId}::uuid, ${sealed}::bytea)`
  }),

  recordOfStranger: ({ id, subject, type }) =>
    Effect.asVoid(sql`
      INSERT INTO security_events (id, type, subject)
      VALUES (${id}::uuid, ${type}, ${seal.pseudonym(`subject\n${subject}`)})`),

  read: Effect.fnUntraced(function*(user, limit) {
    const rows = yield* sql<EventRow>`
      SELECT e.id, e.at, e.type, e.user_id, e.session_id, e.sealed, k.key
      FROM security_events e LEFT JOIN user_keys k ON k.user_id = e.user_id
      WHERE e.user_id = ${user}::uuid ORDER BY e.id DESC LIMIT ${limit}`
    return yield* Effect.forEach(rows, (row) =>
      Effect.gen(function*() {
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
      }))
  })
})
