/** The problems of a port that cannot do its work now. */
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { Effect } from "effect"
import { Problem, refuse } from "./Problem.ts"
import { unknownOutcome } from "./UnknownOutcome.ts"

/**
 * Fails with `unavailable`, which does not say why the store does not answer: its adapter tells the log. Where the store was lost at the
 * very end: with `outcome_unknown`, since what was asked may have been done. `hasKey`: the request has an idempotency key.
 */
export const refuseUnavailable = (
  { cause, mayHaveHappened, message, retryAfter }: Unavailable,
  hasKey = false
): Effect.Effect<never, Problem<"unavailable" | "outcome_unknown">> =>
  Effect.andThen(
    Effect.logDebug(message, cause),
    Effect.fail<Problem<"unavailable" | "outcome_unknown">>(
      mayHaveHappened === true
        ? unknownOutcome(
          hasKey,
          "The service was lost while it did this: whether it was done is not known.",
          "Look at what this request was to change before you send it again."
        )
        : notNow(retryAfter)
    )
  )

/** The same of what only reads, which leaves no doubt: fails with `unavailable`. */
export const refuseUnread = (
  { cause, message, retryAfter }: Unavailable
): Effect.Effect<never, Problem<"unavailable">> =>
  Effect.andThen(Effect.logDebug(message, cause), Effect.fail(notNow(retryAfter)))

const notNow = (retryAfter: number) =>
  new Problem("unavailable", "The service cannot answer now. Nothing was changed; try again.", { retryAfter })

/** Answers `unavailable` where as many passwords are being hashed as may be. */
export const refuseBusy = refuse("unavailable", "Too many people are signing in; try again in a moment.", {
  retryAfter: 1
})
