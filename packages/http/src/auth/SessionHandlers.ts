/** Handlers of open sessions: refresh, list, end. */
import { sessionId } from "@ddd/core/accounts/Session"
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { Sessions } from "@ddd/core/ports/Sessions"
import { isUuid } from "@ddd/core/values/Ids"
import { Effect, Redacted } from "effect"
import { refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser } from "../requests/Authentication.ts"
import type { Call } from "../requests/Call.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { Refresh } from "./AuthBodies.ts"
import { makeSessionTokens } from "./SessionTokens.ts"

const refreshBody = jsonBody(Refresh)

/** Handlers that take the session's refresh token. */
export const makeRefreshTokenHandlers = Effect.gen(function*() {
  const refreshTokens = yield* RefreshTokens
  const sessions = yield* Sessions
  const { tokensOf } = yield* makeSessionTokens

  return {
    refresh: ({ request }: Call) =>
      Effect.gen(function*() {
        const { refreshToken } = (yield* refreshBody(request)).value
        const shown = refreshTokens.read(Redacted.make(refreshToken))
        if (shown === null) return yield* refuseRefreshToken
        const { hash, successor } = shown
        const refreshed = yield* sessions.refresh(hash, successor.hash, requestOrigin(request))
        switch (refreshed._tag) {
          case "Refreshed":
            return { tokens: yield* tokensOf(refreshed.userId, refreshed.sessionId, successor.token) }
          case "Reused":
            return yield* refuse(
              "token_reused",
              "This refresh token was used before. Somebody may have copied it, so its session has ended: sign in again."
            )
          case "Unknown":
            return yield* refuseRefreshToken
        }
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

    signOut: ({ request }: Call) =>
      Effect.gen(function*() {
        const { refreshToken } = (yield* refreshBody(request)).value
        const shown = refreshTokens.read(Redacted.make(refreshToken))
        if (shown !== null) yield* sessions.endByToken(shown.hash, requestOrigin(request))
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
  }
})

/** Handlers that take an access token: they list and end the player's own sessions. */
export const makeOwnSessionHandlers = Effect.gen(function*() {
  const sessions = yield* Sessions

  return {
    list: () =>
      Effect.gen(function*() {
        const { sessionId, userId } = yield* CurrentUser
        const living = yield* sessions.list(userId)
        return { items: living.map((session) => ({ ...session, current: session.id === sessionId })) }
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

    endOne: ({ params: { id }, request }: Call & { readonly params: { readonly id: string } }) =>
      Effect.gen(function*() {
        const { userId } = yield* CurrentUser
        const ended = isUuid(id) && (yield* sessions.end(userId, sessionId(id), requestOrigin(request)))
        if (!ended) return yield* refuse("not_found", "You have no session with this id.")
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

    endAll: ({ request }: Call) =>
      Effect.gen(function*() {
        const { userId } = yield* CurrentUser
        yield* sessions.endAll(userId, "everywhere", requestOrigin(request))
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
  }
})

const refuseRefreshToken = refuse(
  "unauthenticated",
  "This refresh token is not good, or its session is over: sign in again."
)
