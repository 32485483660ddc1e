/** What goes on failing is said when it begins, and then seldom: a log tells that it goes on, and is not filled by it. */
import { Clock, Effect } from "effect"

const minuteMillis = 60_000

export interface LogThrottle {
  /** Runs `say` unless the same was said within the pause, and not ended since. */
  readonly failed: (say: Effect.Effect<void>) => Effect.Effect<void>
  /** It has ended; gives whether it had been said. */
  readonly ended: () => boolean
}

/** `pauseMillis`: how long the same is not said again, a minute unless given. */
export const makeLogThrottle = (pauseMillis = minuteMillis): LogThrottle => {
  let saidAt: number | undefined
  return {
    failed: (say) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => {
        if (saidAt !== undefined && at - saidAt < pauseMillis) return Effect.void
        saidAt = at
        return say
      }),
    ended: () => {
      const said = saidAt !== undefined
      saidAt = undefined
      return said
    }
  }
}
