/** The one error of every port that holds state: it cannot do its work now. */
import { Data } from "effect"

/** The store did not answer or is overloaded. Nothing was changed, unless `mayHaveHappened`; the same call may be made again. */
export class Unavailable extends Data.TaggedError("Unavailable")<{
  readonly message: string
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter: number
  /** The store was lost at the very end: the call may have been carried out all the same. */
  readonly mayHaveHappened?: boolean
  readonly cause?: unknown
}> {}
