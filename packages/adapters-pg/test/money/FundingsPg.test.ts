/** What of money in concerns PostgreSQL alone. */
import { Fundings } from "@ddd/core/ports/Fundings"
import { dollars, present, purchaseOf, signUp } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** The instant that a UUID v7 begins with. */
const instantIn = (id: string): number => Number.parseInt(id.replace("-", "").slice(0, 12), 16)

const hourMillis = 3_600_000

describe("a movement of money in", () => {
  it.live("happens when its wallet is had, not when it was first waited for", () =>
    Effect.gen(function*() {
      const fundings = yield* Fundings
      const world = yield* World
      const ada = yield* signUp("ada")
      const { admin, owner } = yield* TestDatabase
      const holder = yield* session(owner)
      const onlooker = yield* session(admin)
      const recording = yield* Effect.gen(function*() {
        yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
        const recording = yield* Effect.forkScoped(fundings.record(purchaseOf(ada, dollars(5), "test:1")), {
          startImmediately: true
        })
        yield* onlooker`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
          Effect.repeat({ until: (rows) => rows.length > 0, schedule: Schedule.spaced("10 millis") }),
          Effect.timeout("10 seconds")
        )
        return recording
      }).pipe(Effect.tap(() => world.advance(hourMillis)), holder.withTransaction)
      const since = (yield* world.now) - hourMillis / 2
      const { transactions } = yield* Fiber.join(recording)
      assert.isAbove(instantIn(present(transactions[0]).id), since)
    }).pipe(Effect.provide(PgWorld.layer())), 60_000)
})
