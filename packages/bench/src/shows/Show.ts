/** A show: something that the design promises, done for real, with findings to read, and a failure where it did not hold. */
import { Data, Effect, type Scope } from "effect"

/** Where the clock of a show begins that wants no midnight in its middle. */
export const morning = "2026-02-03T06:00:00.000Z"

/** As large as promised, or the same code in seconds. */
export type Size = "full" | "small"

export interface Show {
  readonly name: string
  /** One line: what it shows. */
  readonly promise: string
  readonly run: (size: Size) => Effect.Effect<ReadonlyArray<string>, unknown, Scope.Scope>
}

/** What was promised did not hold. */
export class Refuted extends Data.TaggedError("Refuted")<{ readonly message: string }> {}

/** Fails with the sentence unless it holds. */
export const must = (holds: boolean, orElse: () => string): Effect.Effect<void, Refuted> =>
  holds ? Effect.void : Effect.fail(new Refuted({ message: orElse() }))
