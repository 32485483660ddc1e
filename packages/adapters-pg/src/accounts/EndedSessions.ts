/**
 * The sessions that ended lately, as one process remembers them: until the last access token of each has surely expired.
 *
 * Bounded: past `sessionsMax` the oldest are forgotten, and for as long as one of those might matter, a session that is not
 * found here may have ended all the same.
 */
import { accessTokenSeconds } from "@ddd/core/ports/AccessTokens"
import type { Instant } from "@ddd/core/values/Instant"

/** How long an ended session is remembered: a token's life, and time for a refresh that was under way as it ended. */
export const rememberedMillis = (accessTokenSeconds + 300) * 1000

export interface EndedSessions {
  /** Remembers a session that ended at `endedAt`; false where it is remembered already. */
  readonly add: (sessionId: string, endedAt: Instant) => boolean
  /** Whether a session has ended; undefined where it may be one of those that were forgotten too soon. */
  readonly has: (sessionId: string, now: Instant) => boolean | undefined
  /** Forgets what no token can name any more. */
  readonly prune: (now: Instant) => void
  readonly size: () => number
}

export const makeEndedSessions = (sessionsMax: number): EndedSessions => {
  // in the order in which they were heard of, which is nearly that in which they ended
  const endedAt = new Map<string, Instant>()
  let incompleteUntil = 0
  return {
    add: (sessionId, at) => {
      if (endedAt.has(sessionId)) return false
      endedAt.set(sessionId, at)
      if (endedAt.size > sessionsMax) {
        for (const [oldest, oldestAt] of endedAt) {
          endedAt.delete(oldest)
          incompleteUntil = Math.max(incompleteUntil, oldestAt + rememberedMillis)
          break
        }
      }
      return true
    },
    has: (sessionId, now) => endedAt.has(sessionId) ? true : now < incompleteUntil ? undefined : false,
    prune: (now) => {
      for (const [sessionId, at] of endedAt) {
        if (now - at >= rememberedMillis) endedAt.delete(sessionId)
      }
    },
    size: () => endedAt.size
  }
}
