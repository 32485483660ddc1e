/** What happened to identities: the kinds of events, and what one holds. */
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { SessionId } from "./Session.ts"

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
  "limits_changed",
  "limits_confirmed",
  "timed_out",
  "self_excluded",
  "date_of_birth_said",
  "identity_checked",
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

/** An event as it is read. */
export interface SecurityEvent {
  readonly id: string
  readonly at: Instant
  readonly type: SecurityEventType
  readonly userId: UserId | null
  /** Null once the player is erased. */
  readonly origin: RequestOrigin | null
}

/** An event of a player, to be written with what caused it. */
export interface NewSecurityEvent {
  readonly id: string
  readonly type: SecurityEventType
  readonly userId: UserId
  /** The one session that it is about; null where it is about none, or about several. */
  readonly sessionId: SessionId | null
  /** Null: nothing personal is kept, and no `details`. */
  readonly origin: RequestOrigin | null
  /** What was changed, where that is personal: encrypted with the origin. */
  readonly details: Readonly<Record<string, string>>
}

/** An event that no player is known for, to be written. */
export interface StrangerEvent {
  readonly id: string
  readonly type: SecurityEventType
  /** Whose address it is about (`emailIdentity`): kept as a pseudonym alone. */
  readonly subject: string
}

const textOrNull = (value: unknown): string | null => typeof value === "string" ? value : null

/** The origin among the decrypted members of an event; null where they cannot be read any more. */
export const originOf = (members: Readonly<Record<string, unknown>> | null): RequestOrigin | null =>
  members === null ? null : { ip: textOrNull(members["ip"]), userAgent: textOrNull(members["userAgent"]) }
