/** Checks a property in the world of one contract test. */
import { Effect } from "effect"
import * as fc from "fast-check"

/**
 * Checks `runs` values of `arbitrary`. All runs share the world: what one makes it names by its `run`, which no other has.
 *
 * A failure prints the smallest value that was found, and a seed.
 */
export const property = <A, R>(
  runs: number,
  arbitrary: fc.Arbitrary<A>,
  check: (value: A, run: string) => Effect.Effect<void, unknown, R>
): Effect.Effect<void, never, R> =>
  Effect.flatMap(Effect.context<R>(), (context) =>
    Effect.promise(() => {
      let count = 0
      const checked = fc.asyncProperty(arbitrary, (value) =>
        Effect.runPromiseWith(context)(check(value, `run${count++}`)))
      return fc.assert(checked, { numRuns: runs })
    }))
