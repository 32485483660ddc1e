/** Port: what happened to identities, append-only. */
import { Context, type Effect } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { Unavailable } from "./Unavailable.ts"

export const securityEventTypes = [
  "signed_up",
  "signed_in",
  "sign_in_failed",
  "sign_in_throttled",
  "refresh_reused",
  "signed_out",
  "session_ended",
  "sessions_ended",
  "password_reset_asked",
  "password_reset",
  "password_changed",
  "email_change_asked",
  "email_verified",
  "username_changed",
  "frozen",
  "unfrozen",
  "exported",
  "erased"
] as const
export type SecurityEventType = typeof securityEventTypes[number]

/** Where a request came from. Personal data: stored encrypted under its player's key, which erasing the player destroys. */
export interface RequestOrigin {
  /** The client's address; null where an operator acts. */
  readonly ip: string | null
  readonly userAgent: string | null
}

export const operatorOrigin: RequestOrigin = { ip: null, userAgent: null }

export interface SecurityEvent {
  readonly id: string
  readonly at: Instant
  readonly type: SecurityEventType
  readonly userId: UserId | null
  /** Null once the player is erased. */
  readonly origin: RequestOrigin | null
}

export class SecurityLog extends Context.Service<SecurityLog, {
  /**
   * Appends an event that has no transaction of its own to stand in (a failed sign-in). Without a user nothing personal is
   * kept: `subject` is hashed under a secret. What changes an identity writes its event in its own transaction.
   */
  readonly append: (
    type: SecurityEventType,
    who: { readonly userId: UserId } | { readonly subject: string },
    origin: RequestOrigin
  ) => Effect.Effect<void, Unavailable>
  /** A player's events, newest first, at most `limit`. */
  readonly of: (userId: UserId, limit: number) => Effect.Effect<ReadonlyArray<SecurityEvent>, Unavailable>
}>()("@ddd/core/ports/SecurityLog") {}
