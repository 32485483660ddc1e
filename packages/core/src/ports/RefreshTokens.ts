/** Port: refresh tokens, which keep a player signed in. The store holds their hashes alone. */
import { Context, type Effect, type Redacted } from "effect"

export interface IssuedRefreshToken {
  /** 256 secure random bits, base64url: what the client is given. */
  readonly token: Redacted.Redacted
  /** Hex SHA-256 of the token: what is stored. */
  readonly hash: string
}

export class RefreshTokens extends Context.Service<RefreshTokens, {
  readonly issue: Effect.Effect<IssuedRefreshToken>
}>()("@ddd/core/ports/RefreshTokens") {}
