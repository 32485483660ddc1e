/** Work that a process does over and over. */
import { Duration, Effect } from "effect"
import { logFailure } from "./SeldomLog.ts"

/**
 * Does it until it is interrupted, with a pause after each time. Never fails: what could not be done is logged, as `failure` says, and tried
 * again.
 */
export const repeated =
  (pauseMillis: number, failure: string) => <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<never, never, R> =>
    work.pipe(
      Effect.catchCause((cause) => logFailure(failure, cause)),
      Effect.andThen(Effect.sleep(Duration.millis(pauseMillis))),
      Effect.forever
    )
