/** What goes on failing is said when it begins, and then once a minute: a log tells that it goes on, and is not filled by it. */
import { Clock, Effect } from "effect"

const againMillis = 60_000

export interface LogThrottle {
  /** Runs `say` unless the same was said less than a minute ago, and not ended since. */
  readonly failed: (say: Effect.Effect<void>) => Effect.Effect<void>
  /** It has ended; gives whether it had been said. */
  readonly ended: () => boolean
}

export const makeLogThrottle = (): LogThrottle => {
  let saidAt: number | undefined
  return {
    failed: (say) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => {
        if (saidAt !== undefined && at - saidAt < againMillis) return Effect.void
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
