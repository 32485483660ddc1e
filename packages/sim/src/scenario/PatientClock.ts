/** Tests by a clock that is moved by hand, on machines of any speed: as those of core have, which imports nothing. */
import { it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { TestClock } from "effect/testing"

/**
 * `it.effect` whose clock goes on only once all that it woke sleeps again. Effect's own waits for that one second of real time: on a busy
 * machine it then moves hours while a loop is still at its first round, which so has no others.
 */
export const patiently = <A, E>(name: string, test: () => Effect.Effect<A, E, Scope.Scope>): void =>
  it.effect(name, () => Effect.provide(test(), TestClock.layer({ warningDelay: "1 minute" })), 120_000)
