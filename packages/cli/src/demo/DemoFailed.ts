/** The demo could not go on: something answered otherwise than it must. */
import { Data, Effect } from "effect"

export class DemoFailed extends Data.TaggedError("DemoFailed")<{ readonly message: string }> {}

/** Fails with `DemoFailed` where an effect fails, saying what it was about. */
export const orFail = <A, R>(
  what: string,
  effect: Effect.Effect<A, { readonly message: string }, R>
): Effect.Effect<A, DemoFailed, R> =>
  Effect.mapError(effect, ({ message }) => new DemoFailed({ message: `${what}: ${message}` }))
