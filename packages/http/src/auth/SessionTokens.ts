/** Makes the access and refresh tokens of sessions. */
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { NewSession, SessionId } from "@ddd/core/accounts/Session"
import { AccessTokens, accessTokenSeconds } from "@ddd/core/ports/AccessTokens"
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect, Redacted } from "effect"
import type { TokensBody } from "./AuthBodies.ts"

export const makeSessionTokens = Effect.gen(function*() {
  const accessTokens = yield* AccessTokens
  const refreshTokens = yield* RefreshTokens
  return {
    /** A first refresh token, and the session to be opened by it. */
    newSession: (origin: RequestOrigin) =>
      Effect.map(refreshTokens.issue, ({ hash, token }) => ({
        refreshToken: token,
        session: { refreshTokenHash: hash, userAgent: origin.userAgent } satisfies NewSession
      })),

    /** The tokens as they are answered, with a new access token. */
    tokensOf: (
      user: UserId,
      session: SessionId,
      refreshToken: Redacted.Redacted
    ): Effect.Effect<typeof TokensBody.Type> =>
      Effect.map(accessTokens.issue(user, session), ({ accessToken }) => ({
        accessToken: Redacted.value(accessToken),
        refreshToken: Redacted.value(refreshToken),
        tokenType: "Bearer",
        expiresIn: accessTokenSeconds
      }))
  }
})
