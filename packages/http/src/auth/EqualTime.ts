/** Makes an answer take as long whether something was found or not, so that its time tells nothing. */
import { Effect } from "effect"

/** Longer than the store takes for any row that one answer writes and another does not. */
const answerMillisMin = 50

/** Does `effect`, and succeeds 50 ms from now at the earliest. A failure is told at once. */
export const inEqualTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.map(Effect.all([effect, Effect.sleep(answerMillisMin)], { concurrency: "unbounded" }), ([done]) => done)
