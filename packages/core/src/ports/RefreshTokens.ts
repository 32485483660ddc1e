/** Port: refresh tokens, which keep a player signed in. The store holds their hashes alone. */
import { Context, type Effect, type Redacted } from "effect"

export interface IssuedRefreshToken {
  /** 256 bits, base64url: what the client is given. */
  readonly token: Redacted.Redacted
  /** Hex SHA-256 of the token: what is stored. */
  readonly hash: string
}

/** A token that was shown, and the one that follows it: always the same one, though nobody stored it. */
export interface ShownRefreshToken {
  readonly hash: string
  readonly successor: IssuedRefreshToken
}

export class RefreshTokens extends Context.Service<RefreshTokens, {
  /** A new token, of secure random bits. */
  readonly issue: Effect.Effect<IssuedRefreshToken>
  /** What is looked up for a token that was shown; null where it has no token's form. */
  readonly read: (text: Redacted.Redacted) => ShownRefreshToken | null
}>()("@ddd/core/ports/RefreshTokens") {}
