/** Makes answers take a minimum time, so that it does not tell whether an account was found. */
import { Effect } from "effect"

/** More than the store takes for the rows that it writes only where an account was found. */
const answerMillisMin = 50

/** Runs `effect` and succeeds with its result, after 50 ms at the earliest. A failure is not delayed. */
export const inEqualTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.map(Effect.all([effect, Effect.sleep(answerMillisMin)], { concurrency: "unbounded" }), ([done]) => done)
