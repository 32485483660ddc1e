/** How long an operation may take, however many requests it is of. */
import { Effect } from "effect"

/** An operation is given up after so many silences: all of it stays well within a turn (`turnMillis`). */
const patience = 3

/** Gives an operation up in the end, whatever Stripe's answers drag on for; `late` says what it comes to then. */
export type TimeLimit = <A, E, E2>(
  effect: Effect.Effect<A, E>,
  late: () => Effect.Effect<A, E2>
) => Effect.Effect<A, E | E2>

/** `timeoutMillis`: how long Stripe may be silent. */
export const timeLimit = (timeoutMillis: number): TimeLimit => (effect, late) =>
  Effect.timeoutOrElse(effect, { duration: patience * timeoutMillis, orElse: late })
