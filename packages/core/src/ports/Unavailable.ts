/** The one error of every port that holds state: it cannot be reached now, and nothing was changed. */
import { Data } from "effect"

/** The store did not answer or is overloaded. Nothing was changed; the same call may be made again. */
export class Unavailable extends Data.TaggedError("Unavailable")<{
  readonly message: string
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter: number
  readonly cause?: unknown
}> {}
