/** Lines of the log for what happens thousands of times when it happens: told at once, then once a minute. */
import { Cause, Effect } from "effect"
import { Unavailable } from "../ports/Unavailable.ts"
import { type LogThrottle, makeLogThrottle } from "./LogThrottle.ts"

/** What says a line of a kind, unless one of that kind was said within the last minute. There must be few kinds. */
export const makeSeldomLog = (level: "Warn" | "Error"): (kind: string, line: string) => Effect.Effect<void> => {
  const kinds = new Map<string, LogThrottle>()
  return (kind, line) =>
    Effect.suspend(() => {
      const throttle = kinds.get(kind) ?? makeLogThrottle()
      kinds.set(kind, throttle)
      return throttle.failed(Effect.logWithLevel(level)(line))
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

/** The same where the caller sees to it that it is said seldom: of a store that is out of reach in one line, with no stack. */
export const sayFailure = (line: string, cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  const error = Cause.squash(cause)
  return error instanceof Unavailable ? Effect.logWarning(`${line}: ${error.message}`) : Effect.logError(line, cause)
}
