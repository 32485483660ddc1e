/** Lines of the log for what happens thousands of times when it happens: told at once, then once a minute, with how often it was. */
import { Cause, Clock, Effect } from "effect"
import { Unavailable } from "../ports/Unavailable.ts"

const pauseMillis = 60_000

interface Kind {
  readonly toldAt: number
  /** How often it happened since. */
  untold: number
}

/** What says a line of a kind, unless one of that kind was said within the last minute. There must be few kinds. */
export const makeSeldomLog = (level: "Warn" | "Error"): (kind: string, line: string) => Effect.Effect<void> => {
  const kinds = new Map<string, Kind>()
  return (kind, line) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const before = kinds.get(kind)
      // a clock that was set back does not keep it silent
      if (before !== undefined && Math.abs(now - before.toldAt) < pauseMillis) {
        before.untold++
        return Effect.void
      }
      kinds.set(kind, { toldAt: now, untold: 0 })
      const more = before === undefined || before.untold === 0
        ? ""
        : ` (${before.untold} times more since it was last told)`
      return Effect.logWithLevel(level)(`${line}${more}`)
    })
}

const isUnavailable = (error: unknown): boolean => error instanceof Unavailable

/**
 * Logs why a round of work failed. That a store is out of reach is told by its adapter, once a minute: here that is for whoever debugs.
 * `isTold`: which errors are such.
 */
export const logFailure = (
  line: string,
  cause: Cause.Cause<unknown>,
  isTold: (error: unknown) => boolean = isUnavailable
): Effect.Effect<void> =>
  cause.reasons.length > 0 && cause.reasons.every((reason) => Cause.isFailReason(reason) && isTold(reason.error))
    ? Effect.logDebug(line, cause)
    : Effect.logError(line, cause)
