/**
 * The only clock of the program.
 *
 * Everything that decides by time asks here, so that all nodes agree whatever their own clocks say (docs/design.md, "Time").
 */
import { Context, type Effect } from "effect"
import type { Instant } from "../values/Instant.ts"

export class Now extends Context.Service<Now, {
  /** The current time. Cheap enough to be asked several times a request; never runs backwards within a process. */
  readonly now: Effect.Effect<Instant>
}>()("@ddd/core/ports/Now") {}
