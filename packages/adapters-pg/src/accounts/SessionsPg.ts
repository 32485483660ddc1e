/** Sessions on PostgreSQL: families of refresh tokens, of which only hashes are stored. */
import { refresh } from "@ddd/core/accounts/Refresh"
import { openSessionsMax, sessionId } from "@ddd/core/accounts/Session"
import { endAllSessions, endSession, type SessionsEnding, signOut } from "@ddd/core/accounts/SessionEnding"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Now } from "@ddd/core/ports/Now"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { Sessions } from "@ddd/core/ports/Sessions"
import { userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { requireAgreement, wallClockColumn, type WallClockRow } from "../database/ClockCheck.ts"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { makeSecurityEvents } from "./SecurityEvents.ts"
import { SessionEnds } from "./SessionEnds.ts"

interface TokenRow {
  readonly session_id: string
  readonly user_id: string
  readonly ended_at: Date | null
  readonly created_at: Date
  readonly used_at: Date | null
  readonly successor_unused: boolean
  readonly clock: Date
}

interface SessionRow {
  readonly id: string
  readonly created_at: Date
  readonly last_used_at: Date
  readonly user_agent: string | null
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const { now } = yield* Now
  const ends = yield* SessionEnds
  const events = makeSecurityEvents(sql, yield* PersonalSeal)

  /** The session that a token belongs to, whatever became of it. Sessions of tokens never change. */
  const ownerOf = Effect.fnUntraced(function*(tokenHash: string) {
    const [row] = yield* sql<{ readonly id: string; readonly user_id: string }>`
      SELECT s.id, s.user_id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = ${tokenHash}`
    return row === undefined ? undefined : { sessionId: sessionId(row.id), userId: userId(row.user_id) }
  })

  /** Ends sessions as was decided; whether any was living. */
  const writeEnding = Effect.fnUntraced(function*({ event, reason, userId, which }: SessionsEnding) {
    const ended = yield* ends.end(userId, which, reason)
    if (ended.length > 0) yield* events.record(event)
    return ended.length > 0
  })

  return Sessions.of({
    refresh: Effect.fn("SessionsPg.refresh")(function*(tokenHash, successorHash, origin) {
      const owner = yield* ownerOf(tokenHash)
      if (owner === undefined) return { _tag: "Unknown" } as const
      // locks the session; what its tokens say is read after the wait
      yield* sql`SELECT 1 FROM sessions WHERE id = ${owner.sessionId}::uuid FOR NO KEY UPDATE`
      const [row] = yield* sql<TokenRow & WallClockRow>`
        SELECT t.session_id, s.user_id, s.ended_at, t.created_at, t.used_at, app_now() AS clock, ${
        wallClockColumn(sql)
      },
          EXISTS (SELECT 1 FROM refresh_tokens n WHERE n.token_hash = ${successorHash} AND n.used_at IS NULL)
            AS successor_unused
        FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = ${tokenHash}`.pipe(
        Effect.flatMap(requireAgreement)
      )
      // old enough to be removed meanwhile
      if (row === undefined) return { _tag: "Unknown" } as const
      const now = instantOf(row.clock)
      const { answer, end, rotateAt } = refresh({
        now,
        owner,
        token: {
          issuedAt: instantOf(row.created_at),
          usedAt: instantOrNull(row.used_at),
          sessionEnded: row.ended_at !== null
        },
        successorUnused: row.successor_unused,
        newIds: { event: newId(now) }
      }, origin)
      if (end !== null) yield* writeEnding(end)
      if (rotateAt !== null) {
        const at = formatInstant(rotateAt)
        yield* sql`UPDATE refresh_tokens SET used_at = ${at}::timestamptz WHERE token_hash = ${tokenHash}`
        yield* sql`
          INSERT INTO refresh_tokens (token_hash, session_id, created_at)
          VALUES (${successorHash}, ${owner.sessionId}::uuid, ${at}::timestamptz)`
        yield* sql`UPDATE sessions SET last_used_at = ${at}::timestamptz WHERE id = ${owner.sessionId}::uuid`
      }
      return answer
    }, transact(sql)),

    endByToken: Effect.fn("SessionsPg.endByToken")(function*(tokenHash, origin) {
      const owner = yield* ownerOf(tokenHash)
      if (owner === undefined) return
      yield* writeEnding(signOut(owner, newId(yield* now), origin))
    }, transact(sql)),

    end: Effect.fn("SessionsPg.end")(function*(userId, sessionId, origin) {
      return yield* writeEnding(endSession({ userId, sessionId }, newId(yield* now), origin))
    }, transact(sql)),

    endAll: Effect.fn("SessionsPg.endAll")(function*(userId, reason, origin) {
      yield* writeEnding(endAllSessions(userId, reason, newId(yield* now), origin))
    }, transact(sql)),

    list: Effect.fn("SessionsPg.list")(function*(user) {
      const rows = yield* sql<SessionRow>`
        SELECT id, created_at, last_used_at, user_agent FROM sessions
        WHERE user_id = ${user}::uuid AND ended_at IS NULL ORDER BY id DESC LIMIT ${openSessionsMax}`
      return rows.map((row) => ({
        id: sessionId(row.id),
        createdAt: instantOf(row.created_at),
        lastUsedAt: instantOf(row.last_used_at),
        userAgent: row.user_agent
      }))
    }, orUnavailable),

    hasEnded: (session) => orUnavailable(ends.hasEnded(session)),
    ended: ends.ended
  })
})

export const layer = Layer.effect(Sessions, make)
