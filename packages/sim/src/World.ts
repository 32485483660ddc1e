/** What a test may do to the world around the ports: move its clock, and act as its operator. */
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { Job } from "@ddd/core/values/Job"
import { Context, type Effect } from "effect"

export class World extends Context.Service<World, {
  /** The time by the clock that the ports decide by. It may tick by itself. */
  readonly now: Effect.Effect<Instant>
  /** Moves that clock forward by whole milliseconds, zero or more. */
  readonly advance: (millis: number) => Effect.Effect<void>
  /** Freezes a player's account: it signs in and buys no more. */
  readonly freeze: (userId: UserId) => Effect.Effect<void>
  /** Has a player verify the address, as by the mailed link. */
  readonly verify: (userId: UserId) => Effect.Effect<void>
  /** Has the seed of a draw be lost: it can no longer be opened. */
  readonly loseSeed: (drawId: DrawId) => Effect.Effect<void>
  /** Every job that was added to the outbox, oldest first. Nobody does them here. */
  readonly jobs: Effect.Effect<ReadonlyArray<Job>>
}>()("@ddd/sim/World") {}
