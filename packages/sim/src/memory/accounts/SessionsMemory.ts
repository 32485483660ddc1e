/** Sessions and their refresh tokens, in memory. */
import { refresh, type Refreshed } from "@ddd/core/accounts/Refresh"
import { openSessionsMax, type Session } from "@ddd/core/accounts/Session"
import { endAllSessions, endSession, signOut } from "@ddd/core/accounts/SessionEnding"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Effect, Layer, Stream } from "effect"
import { Store } from "../Store.ts"
import type { SessionRow } from "../StoredRows.ts"
import { writeEnding } from "./AccountWrites.ts"

export const layer: Layer.Layer<Sessions, never, Store> = Layer.effect(
  Sessions,
  Effect.gen(function*() {
    const store = yield* Store

    /** A refresh token, and the session that it belongs to. */
    const shown = (tokenHash: string) => {
      const token = store.refreshTokens.get(tokenHash)
      const session = token === undefined ? undefined : store.sessions.get(token.sessionId)
      return token === undefined || session === undefined ? undefined : { token, session }
    }
    return Sessions.of({
      refresh: (tokenHash, successorHash, origin) =>
        store.exclusive(Effect.sync((): Refreshed => {
          const found = shown(tokenHash)
          if (found === undefined) return { _tag: "Unknown" }
          const { session, token } = found
          const { answer, end, rotateAt } = refresh({
            now: store.now(),
            owner: { userId: session.userId, sessionId: session.id },
            token: { ...token, sessionEnded: session.endedAt !== null },
            successorUnused: store.refreshTokens.get(successorHash)?.usedAt === null,
            newIds: { event: store.newId() }
          }, origin)
          if (end !== null) writeEnding(store, end)
          if (rotateAt !== null) {
            store.refreshTokens.set(tokenHash, { ...token, usedAt: rotateAt })
            store.refreshTokens.set(successorHash, { sessionId: session.id, issuedAt: rotateAt, usedAt: null })
            store.sessions.set(session.id, { ...session, lastUsedAt: rotateAt })
          }
          return answer
        })),

      endByToken: (tokenHash, origin) =>
        store.exclusive(Effect.sync(() => {
          const found = shown(tokenHash)
          if (found === undefined) return
          const { id: sessionId, userId } = found.session
          writeEnding(store, signOut({ userId, sessionId }, store.newId(), origin))
        })),

      end: (userId, sessionId, origin) =>
        store.exclusive(
          Effect.sync(() => writeEnding(store, endSession({ userId, sessionId }, store.newId(), origin)))
        ),

      endAll: (userId, reason, origin) =>
        store.exclusive(Effect.sync(() => {
          writeEnding(store, endAllSessions(userId, reason, store.newId(), origin))
        })),

      list: (userId) =>
        Effect.sync(() =>
          [...store.sessions.values()].filter((row) => row.userId === userId && row.endedAt === null).toReversed()
            .slice(0, openSessionsMax).map(asSession)
        ),

      hasEnded: (sessionId) =>
        Effect.sync(() => {
          const row = store.sessions.get(sessionId)
          return row !== undefined && row.endedAt !== null
        }),

      ended: Stream.fromPubSub(store.endedSessions)
    })
  })
)

const asSession = ({ createdAt, id, lastUsedAt, userAgent }: SessionRow): Session => ({
  id,
  createdAt,
  lastUsedAt,
  userAgent
})
