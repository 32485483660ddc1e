/** How sessions end: which, why, and what is told of it. */
import type { UserId } from "../values/Ids.ts"
import type { NewSecurityEvent, RequestOrigin } from "./SecurityEvent.ts"
import type { SessionEndReason, SessionId, WhichSessions } from "./Session.ts"

/** Sessions of a player to be ended. */
export interface SessionsEnding {
  readonly userId: UserId
  readonly which: WhichSessions
  readonly reason: SessionEndReason
  /** Written where a living session was ended by it, and not where all had ended before. */
  readonly event: NewSecurityEvent
}

/** Whose session it is. */
export interface SessionOwner {
  readonly userId: UserId
  readonly sessionId: SessionId
}

const endingOne = (
  owner: SessionOwner,
  reason: SessionEndReason,
  event: Pick<NewSecurityEvent, "id" | "type" | "origin">
): SessionsEnding => ({
  userId: owner.userId,
  which: { only: [owner.sessionId] },
  reason,
  event: { ...event, ...owner, details: {} }
})

/** The player signs out. */
export const signOut = (owner: SessionOwner, eventId: string, origin: RequestOrigin): SessionsEnding =>
  endingOne(owner, "signed_out", { id: eventId, type: "signed_out", origin })

/** The player ends one of their sessions from another. */
export const endSession = (owner: SessionOwner, eventId: string, origin: RequestOrigin): SessionsEnding =>
  endingOne(owner, "ended", { id: eventId, type: "session_ended", origin })

/** A refresh token came back after its use (`refresh`). */
export const endReusedSession = (owner: SessionOwner, eventId: string, origin: RequestOrigin): SessionsEnding =>
  endingOne(owner, "reused", { id: eventId, type: "refresh_reused", origin })

/** All living sessions of a player end. */
export const endAllSessions = (
  userId: UserId,
  reason: SessionEndReason,
  eventId: string,
  origin: RequestOrigin
): SessionsEnding => ({
  userId,
  which: { except: null },
  reason,
  event: { id: eventId, type: "sessions_ended", userId, sessionId: null, origin, details: {} }
})
