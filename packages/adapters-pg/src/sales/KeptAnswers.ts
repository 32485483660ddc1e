/** Answers that are kept under their requests' keys. Read and written under the lock of the player's wallet. */
import type { KeptBody } from "@ddd/core/draws/KeptAnswers"
import type { Room } from "@ddd/core/rooms/Room"
import { toHex } from "@ddd/core/values/Bytes"
import { answerKeyOf, type Idempotency, type KeptAnswer } from "@ddd/core/values/Idempotency"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { decodeKept, encodeKept } from "./KeptAnswerText.ts"

/** A request that may have a key. */
export interface Keyed {
  readonly userId: UserId
  readonly idempotency: Idempotency | null
}

interface KeptRow {
  readonly user_id: string
  readonly key: string
  readonly fingerprint: Uint8Array
  readonly body: string
}

/** What was kept under the keys of `requests`, by `answerKeyOf`. An answer that cannot be read repeats nothing, as one of another kind. */
export const readKept = Effect.fnUntraced(function*(sql: PgClient.PgClient, requests: ReadonlyArray<Keyed>) {
  const keyed = requests.filter(({ idempotency }) => idempotency !== null)
  const kept = new Map<string, KeptAnswer<KeptBody<Room>>>()
  if (keyed.length === 0) return kept
  const rows = yield* sql<KeptRow>`
    SELECT k.user_id, k.key, k.fingerprint, k.body
    FROM unnest(${keyed.map((request) => request.userId)}::uuid[],
      ${keyed.map((request) => request.idempotency?.key)}::text[]) AS asked (user_id, key)
    JOIN idempotency_keys k ON k.user_id = asked.user_id AND k.key = asked.key`
  for (const row of rows) {
    const body = decodeKept(row.body)
    kept.set(answerKeyOf(userId(row.user_id), row.key), {
      fingerprint: toHex(row.fingerprint),
      answer: body === "other" || body === "spoilt" ? null : body
    })
  }
  return kept
})

/** The HTTP status that a kept answer was given with. */
const statusOf = ({ _tag }: KeptBody<Room>): number => _tag === "Withdrawal" ? 202 : 201

/** Keeps answers, but for those of requests without a key. A key that is there already is a defect: it was looked for under the lock. */
export const keepAnswers = (
  sql: PgClient.PgClient,
  granted: ReadonlyArray<{ readonly request: Keyed; readonly answer: KeptBody<Room> }>,
  at: Instant
) => {
  const kept = granted.flatMap(({ answer, request: { idempotency, userId } }) =>
    idempotency === null ? [] : [{ answer, idempotency, userId }]
  )
  if (kept.length === 0) return Effect.void
  return sql`
    INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
    SELECT k.user_id, k.key, decode(k.fingerprint, 'hex'), k.status, k.body, ${formatInstant(at)}::timestamptz
    FROM unnest(${kept.map(({ userId }) => userId)}::uuid[], ${kept.map(({ idempotency }) => idempotency.key)}::text[],
      ${kept.map(({ idempotency }) => idempotency.fingerprint)}::text[],
      ${kept.map(({ answer }) => statusOf(answer))}::int[], ${kept.map(({ answer }) => encodeKept(answer))}::text[])
      AS k (user_id, key, fingerprint, status, body)`
}
