/** The problems of a port that cannot do its work now. */
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { Effect } from "effect"
import { type Problem, refuse } from "./Problem.ts"

/** Logs why the store does not answer, and fails with `unavailable`, which does not say it. */
export const refuseUnavailable = (unavailable: Unavailable): Effect.Effect<never, Problem<"unavailable">> =>
  Effect.andThen(
    Effect.logWarning(unavailable.message, unavailable.cause),
    refuse("unavailable", "The service cannot answer now. Nothing was changed; try again.", {
      retryAfter: unavailable.retryAfter
    })
  )

/** Answers `unavailable` where as many passwords are being hashed as may be. */
export const refuseBusy = refuse("unavailable", "Too many people are signing in; try again in a moment.", {
  retryAfter: 1
})
