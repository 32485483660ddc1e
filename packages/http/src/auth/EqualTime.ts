/** Hides from whoever waits for an answer what was found on the way to it. */
import { Effect } from "effect"

/** Longer than the store takes for any row that one answer writes and another does not. */
const hiddenMillis = 50

/** Does `effect`, and succeeds 50 ms from now at the earliest. A failure is told at once. */
export const inEqualTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.map(Effect.all([effect, Effect.sleep(hiddenMillis)], { concurrency: "unbounded" }), ([done]) => done)
