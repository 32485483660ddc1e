/** Refresh tokens from the system's secure random numbers. */
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { Effect, Layer } from "effect"
import { newRefreshToken, refreshTokenHash } from "./RefreshTokens.ts"

export const layer = Layer.succeed(
  RefreshTokens,
  RefreshTokens.of({
    issue: Effect.sync(() => {
      const token = newRefreshToken()
      return { token, hash: refreshTokenHash(token) }
    })
  })
)
