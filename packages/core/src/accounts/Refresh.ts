/**
 * What becomes of a refresh token that is shown.
 *
 * A token that comes back after its use was copied by somebody: its session ends. But a client on a bad network may have lost the
 * answer, and may repeat its last refresh for a few seconds, as long as nobody has used the successor (RFC 9700, 4.14.2; docs/api.md,
 * "Auth").
 */
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"
import type { SessionId } from "./Session.ts"
import { endReusedSession, type SessionOwner, type SessionsEnding } from "./SessionEnding.ts"

/** How long a client may repeat its last refresh. */
export const repeatMillis = 10_000
/** How long a refresh token lives unused: 60 days. */
export const refreshTokenMillis = 60 * 86_400_000

/** A refresh token as it is stored. */
export interface StoredRefreshToken {
  readonly issuedAt: Instant
  readonly usedAt: Instant | null
  /** Whether the token that followed it was used; false where there is none yet. */
  readonly successorUsed: boolean
  readonly sessionEnded: boolean
}

/**
 * - `rotate`: its first use; the successor is issued.
 * - `repeat`: the client lost the answer; it is given the same successor again.
 * - `reused`: it was copied; its session ends.
 * - `over`: its session has ended, or it was never used and is too old.
 */
export type RefreshDecision = "rotate" | "repeat" | "reused" | "over"

export const decideRefresh = (token: StoredRefreshToken, now: Instant): RefreshDecision => {
  if (token.sessionEnded) return "over"
  if (token.usedAt === null) return now - token.issuedAt < refreshTokenMillis ? "rotate" : "over"
  return now - token.usedAt <= repeatMillis && !token.successorUsed ? "repeat" : "reused"
}

/** What became of a refresh. `Reused`: the whole session has ended by it. `Unknown`: no such token, or its session is over. */
export type Refreshed =
  | { readonly _tag: "Refreshed"; readonly userId: UserId; readonly sessionId: SessionId }
  | { readonly _tag: "Reused" }
  | { readonly _tag: "Unknown" }

export interface RefreshFacts {
  readonly now: Instant
  /** Whose session the shown token belongs to; that never changes. */
  readonly owner: SessionOwner
  /** Under the lock on the session's row, as the next. */
  readonly token: Pick<StoredRefreshToken, "issuedAt" | "usedAt" | "sessionEnded">
  /** Whether the token that follows it is stored and was not used. */
  readonly successorUnused: boolean
  readonly newIds: { readonly event: string }
}

/** What a refresh writes, and answers. */
export interface RefreshChange {
  readonly answer: Refreshed
  /** The shown token was used at this instant, its successor issued, the session used last; null: none of that. */
  readonly rotateAt: Instant | null
  readonly end: SessionsEnding | null
}

const nothingWritten: Pick<RefreshChange, "rotateAt" | "end"> = { rotateAt: null, end: null }

/** Uses a refresh token that is shown and stored. */
export const refresh = (
  { newIds, now, owner, successorUnused, token }: RefreshFacts,
  origin: RequestOrigin
): RefreshChange => {
  // a successor that is not stored was made under another REFRESH_KEY: there is nothing to repeat
  const successorUsed = token.usedAt !== null && !successorUnused
  switch (decideRefresh({ ...token, successorUsed }, now)) {
    case "over":
      return { ...nothingWritten, answer: { _tag: "Unknown" } }
    case "reused":
      return { rotateAt: null, end: endReusedSession(owner, newIds.event, origin), answer: { _tag: "Reused" } }
    case "rotate":
      return { rotateAt: now, end: null, answer: { _tag: "Refreshed", ...owner } }
    case "repeat":
      return { ...nothingWritten, answer: { _tag: "Refreshed", ...owner } }
  }
}
