/**
 * Access tokens: what a signed-in player shows with each request for a quarter of an hour.
 *
 * They are verified without asking the database; whether the session they name has ended since is another question.
 */
import { Context, Data, type Effect, type Redacted } from "effect"
import type { SessionId } from "../accounts/Session.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"

/** How long an access token lives, in seconds. */
export const accessTokenSeconds = 900

/** Who the bearer is, and for how long the token says so. */
export interface AccessClaims {
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly issuedAt: Instant
  readonly expiresAt: Instant
}

export interface IssuedAccessToken {
  readonly accessToken: Redacted.Redacted
  readonly expiresAt: Instant
}

/** A public key that verifies access tokens (RFC 7517, RFC 8037). */
export interface PublicJwk {
  readonly kty: "OKP"
  readonly crv: "Ed25519"
  readonly x: string
  readonly kid: string
  readonly alg: "EdDSA"
  readonly use: "sig"
}

/** The token was good and its time has passed: the client refreshes. API code `token_expired`. */
export class TokenExpired extends Data.TaggedError("TokenExpired") {
  override get message() {
    return "The access token has expired"
  }
}

/** The token is none of ours. API code `unauthenticated`; `reason` is for the log alone and holds nothing of the token. */
export class Unauthenticated extends Data.TaggedError("Unauthenticated")<{ readonly reason: string }> {
  override get message() {
    return `The access token is not valid: ${this.reason}`
  }
}

export class AccessTokens extends Context.Service<AccessTokens, {
  readonly issue: (userId: UserId, sessionId: SessionId) => Effect.Effect<IssuedAccessToken>
  readonly verify: (token: Redacted.Redacted) => Effect.Effect<AccessClaims, TokenExpired | Unauthenticated>
  /** The public half of every living key, as `/.well-known/jwks.json` shows it. */
  readonly jwks: { readonly keys: ReadonlyArray<PublicJwk> }
}>()("@ddd/core/ports/AccessTokens") {}
