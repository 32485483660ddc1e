/** What happened to identities, as rows: where a request came from is sealed under its player's key. */
import type { RequestOrigin, SecurityEvent, SecurityEventType } from "@ddd/core/accounts/SecurityEvent"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { type UserId, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { instantOf } from "../Rows.ts"

export interface Happening {
  readonly type: SecurityEventType
  readonly userId: UserId
  /** The one session that it is about. */
  readonly sessionId?: string
  /** Null: nothing personal is kept. */
  readonly origin: RequestOrigin | null
  /** What was changed, where that is personal: sealed with the origin. */
  readonly details?: Readonly<Record<string, string>>
}

/** An event as it is held, all that was sealed with it open. */
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

const textOrNull = (value: unknown): string | null => typeof value === "string" ? value : null

export interface SecurityEvents {
  /** Writes an event on the caller's connection; gives its id. */
  readonly record: (at: Instant, happening: Happening) => Effect.Effect<string, SqlError.SqlError>
  /** Writes an event that no player is known for. `subject` is kept as a pseudonym, the rest not at all. */
  readonly recordOfStranger: (
    at: Instant,
    type: SecurityEventType,
    subject: string
  ) => Effect.Effect<void, SqlError.SqlError>
  /** A player's events, newest first. */
  readonly read: (userId: UserId, limit: number) => Effect.Effect<ReadonlyArray<OpenedEvent>, SqlError.SqlError>
}

export const makeSecurityEvents = (
  sql: PgClient.PgClient,
  newId: Identifiers["Service"]["newId"],
  seal: PersonalSeal["Service"]
): SecurityEvents => ({
  record: Effect.fnUntraced(function*(at, { details, origin, sessionId, type, userId }) {
    const id = newId(at)
    const [row] = origin === null ? [] : yield* sql<{ readonly key: Uint8Array }>`
      SELECT key FROM user_keys WHERE user_id = ${userId}::uuid`
    const sealed = row === undefined ? null : yield* seal.seal(row.key, id, JSON.stringify({ ...origin, ...details }))
    yield* sql`
      INSERT INTO security_events (id, type, user_id, session_id, sealed)
      VALUES (${id}::uuid, ${type}, ${userId}::uuid, ${sessionId ?? null}::uuid, ${sealed}::bytea)`
    return id
  }),

  recordOfStranger: (at, type, subject) =>
    Effect.asVoid(sql`
      INSERT INTO security_events (id, type, subject)
      VALUES (${newId(at)}::uuid, ${type}, ${seal.pseudonym(`subject\n${subject}`)})`),

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
          origin: details === null
            ? null
            : { ip: textOrNull(details["ip"]), userAgent: textOrNull(details["userAgent"]) },
          sessionId: row.session_id,
          details
        }
      }))
  })
})
