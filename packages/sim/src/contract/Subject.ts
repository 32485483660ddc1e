/**
 * Contract tests: what every adapter of a port must do, whatever it is made of.
 *
 * Each `…Contract` function registers its tests for one adapter. Each test runs in a world of its own.
 */
import { describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import type { Services } from "../scenario/Services.ts"

/** Adapters under test. There is no beacon in their world. */
export interface Subject {
  /** As it stands in the names of the tests: `"memory"`. */
  readonly name: string
  /** Makes an empty world each time it is built: no player but the house, no draw, and midnight hours away. */
  readonly layer: Layer.Layer<Services, unknown>
}

/** Registers a test. */
export type ContractTest = (name: string, test: Effect.Effect<void, unknown, Services | Scope.Scope>) => void

/** Milliseconds: a real database on a busy machine takes its time to be made. */
const timeout = 300_000

/** How long what must happen is waited for: nearly as long as a test may take. */
export const patience = "50 seconds"

/** Registers `tests` of `port` for a subject. They run in real time. */
export const contract = (port: string, subject: Subject, tests: (it: ContractTest) => void): void => {
  describe(`${port} in ${subject.name}`, () =>
    tests((name, test) => it.live(name, () => Effect.provide(test, Layer.fresh(subject.layer)), timeout)))
}
