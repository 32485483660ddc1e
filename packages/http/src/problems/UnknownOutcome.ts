/** The problem of a request that may have been done, or not. */
import { Problem } from "./Problem.ts"

/**
 * Says how to find out. Only an idempotency key makes it safe to send the request again. Without one it might be done twice, so there is no
 * `Retry-After`, which clients obey without asking anyone.
 *
 * `what` is the sentence that says what is not known; `look`, the one that says where to look, for requests without a key.
 */
export const unknownOutcome = (hasKey: boolean, what: string, look: string): Problem<"outcome_unknown"> =>
  hasKey
    ? new Problem(
      "outcome_unknown",
      `${what} Send the same request under the same idempotency key to find out.`,
      { retryAfter: 1 }
    )
    : new Problem("outcome_unknown", `${what} ${look}`)
