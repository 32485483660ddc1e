/** Refresh tokens from the system's secure random numbers, and their successors under REFRESH_KEY. */
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { Effect, Layer, Redacted } from "effect"
import type { KeysUnusable } from "./KeysUnusable.ts"
import { readRefreshKey } from "./RefreshKey.ts"
import { isRefreshToken, newRefreshToken, refreshTokenHash, refreshTokenSuccessor } from "./RefreshTokens.ts"

const issued = (token: Redacted.Redacted) => ({ token, hash: refreshTokenHash(token) })

/** `secret` is REFRESH_KEY. */
export const layer = (secret: Redacted.Redacted): Layer.Layer<RefreshTokens, KeysUnusable> =>
  Layer.effect(
    RefreshTokens,
    Effect.map(Effect.fromResult(readRefreshKey(secret)), (key) =>
      RefreshTokens.of({
        issue: Effect.sync(() => issued(newRefreshToken())),
        read: (token) =>
          isRefreshToken(Redacted.value(token))
            ? { hash: refreshTokenHash(token), successor: issued(refreshTokenSuccessor(key, token)) }
            : null
      }))
  )
