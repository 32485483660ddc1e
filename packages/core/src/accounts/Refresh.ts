/**
 * What becomes of a refresh token that is shown.
 *
 * A token that comes back after its use was copied by somebody: its session ends. But a client on a bad network may have lost the
 * answer, and may repeat its last refresh for a few seconds, as long as nobody has used the successor (RFC 9700, 4.14.2; docs/api.md,
 * "Auth").
 */
import type { Instant } from "../values/Instant.ts"

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
