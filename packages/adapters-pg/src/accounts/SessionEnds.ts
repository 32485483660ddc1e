/**
 * How sessions end on PostgreSQL, and how every process knows.
 *
 * An end is written and told (NOTIFY) in one transaction. Each process remembers the sessions that ended lately: it reads them
 * when it begins to listen, and is told of each from then on, so that asking costs no query. While it does not listen it asks the
 * database. A connection that is dead without saying so would tell nothing: what ended in the last minute is read every few
 * seconds.
 */
import {
  type EndedSession,
  type SessionEndReason,
  type SessionId,
  sessionId,
  type WhichSessions
} from "@ddd/core/accounts/Session"
import { Now } from "@ddd/core/ports/Now"
import { isUuid, type UserId, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, PubSub, Schedule, Stream } from "effect"
import type { SqlError } from "effect/sql"
import { Listener } from "../database/Listener.ts"
import { instantOf } from "../database/Rows.ts"
import { makeEndedSessions, rememberedMillis } from "./EndedSessions.ts"

const channel = "ddd_sessions"

export class SessionEnds extends Context.Service<SessionEnds, {
  /** Ends living sessions in the caller's transaction, and gives their ids; this process knows as soon as it has committed. */
  readonly end: (
    userId: UserId,
    which: WhichSessions,
    reason: SessionEndReason
  ) => Effect.Effect<ReadonlyArray<SessionId>, SqlError.SqlError>
  readonly hasEnded: (sessionId: SessionId) => Effect.Effect<boolean, SqlError.SqlError>
  readonly ended: Stream.Stream<EndedSession>
}>()("@ddd/adapters-pg/SessionEnds") {}

/** About 50 MB. Nobody ends so many in twenty minutes; were it so, the database is asked meanwhile. */
const sessionsMax = 500_000
// whoever is slower than that misses one; access is refused all the same
const bufferedMax = 65_536
const readAgainMillis = 5_000
const readBackMillis = 60_000

interface EndedRow {
  readonly id: string
  readonly user_id: string
  readonly ended_at: Date
}

/** `<session> <user>`; undefined for what another version of this program may say. */
export const endedOf = (payload: string): EndedSession | undefined => {
  const [session = "", user = ""] = payload.split(" ")
  return isUuid(session) && isUuid(user) ? { sessionId: sessionId(session), userId: userId(user) } : undefined
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { now } = yield* Now
  const sessions = makeEndedSessions(sessionsMax)
  const ended = yield* Effect.acquireRelease(PubSub.sliding<EndedSession>(bufferedMax), PubSub.shutdown)
  let listening = false

  const remember = (session: EndedSession, endedAt: Instant): void => {
    if (sessions.add(session.sessionId, endedAt)) PubSub.publishUnsafe(ended, session)
  }
  /** What ended in the last `millis`. */
  const read = Effect.fnUntraced(function*(millis: number) {
    const rows = yield* sql<EndedRow>`
      SELECT id, user_id, ended_at FROM sessions
      WHERE ended_at > (SELECT app_now() - ${millis}::float8 * interval '1 millisecond')
        -- of a range whose bound it does not know, a planner expects few rows; of one side alone, a third of the table
        AND ended_at <= 'infinity'
      ORDER BY ended_at`
    for (const row of rows) {
      remember({ sessionId: sessionId(row.id), userId: userId(row.user_id) }, instantOf(row.ended_at))
    }
    sessions.prune(yield* now)
  })

  yield* (yield* Listener).listen(channel, {
    listening: Effect.andThen(
      read(rememberedMillis),
      Effect.sync(() => {
        listening = true
      })
    ),
    heard: (payload) => {
      const session = endedOf(payload)
      return session === undefined ? Effect.void : Effect.map(now, (at) => remember(session, at))
    },
    lost: Effect.sync(() => {
      listening = false
    })
  })
  yield* Effect.suspend(() => listening ? read(readBackMillis) : Effect.void).pipe(
    Effect.tapError((error) => Effect.logDebug("the sessions that ended lately could not be read", error)),
    Effect.ignore,
    Effect.schedule(Schedule.spaced(readAgainMillis)),
    Effect.forkScoped
  )

  const askDatabase = (session: SessionId) =>
    Effect.map(
      sql`SELECT 1 FROM sessions WHERE id = ${session}::uuid AND ended_at IS NOT NULL`,
      (rows) => rows.length > 0
    )

  return SessionEnds.of({
    end: Effect.fnUntraced(function*(user, which, reason) {
      const only = "only" in which ? which.only : null
      const except = "except" in which ? which.except : null
      // locks the sessions' rows
      const rows = yield* sql<EndedRow>`
        UPDATE sessions SET ended_at = app_now(), end_reason = ${reason}
        WHERE user_id = ${user}::uuid AND ended_at IS NULL
          AND (${only}::uuid[] IS NULL OR id = ANY (${only}::uuid[])) AND (${except}::uuid IS NULL OR id <> ${except}::uuid)
        RETURNING id, user_id, ended_at`
      if (rows.length === 0) return []
      const ids = rows.map((row) => row.id)
      yield* sql`
        SELECT 1 FROM unnest(${ids}::uuid[]) AS ended (id), pg_notify(${channel}, ended.id || ' ' || ${user}::uuid)`
      yield* sql.afterCommit(Effect.sync(() => {
        for (const row of rows) remember({ sessionId: sessionId(row.id), userId: user }, instantOf(row.ended_at))
      }))
      return ids.map(sessionId)
    }),

    hasEnded: (session) =>
      Effect.suspend(() =>
        listening
          ? Effect.flatMap(now, (at) => {
            const known = sessions.has(session, at)
            return known === undefined ? askDatabase(session) : Effect.succeed(known)
          })
          : askDatabase(session)
      ),

    ended: Stream.fromPubSub(ended)
  })
})

export const layer = Layer.effect(SessionEnds, make)
