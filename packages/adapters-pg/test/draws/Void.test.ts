import { abandonAfterMillis } from "@ddd/core/draws/DrawSteps"
import { Draws } from "@ddd/core/ports/Draws"
import { advancePast, buy, dollars, fundedPlayer, openSales, readDraw } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

const world = PgWorld.layer()

describe("a draw that waits for a round for a week", () => {
  it.live(
    "is not abandoned by a process without its key, where the round comes while the holders' wallets are awaited",
    () =>
      Effect.gen(function*() {
        const { admin } = yield* TestDatabase
        const intruder = yield* session(admin)
        yield* intruder`SET session_replication_role = replica`
        const holder = yield* session(admin)
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(3))
        yield* buy(ada, 1)
        yield* advancePast(draw)
        yield* Draws.use(({ perform }) => perform({ drawId: draw.id, step: "lock", dueAt: draw.opensAt }))
        yield* intruder`
        UPDATE draws SET beacon_chain = repeat('ab', 32), beacon_round = 1 WHERE id = ${draw.id}::uuid`
        yield* advancePast(draw, 2 * abandonAfterMillis)
        yield* World.use(({ loseSeed }) => loseSeed(draw.id))
        const abandoning = yield* Effect.gen(function*() {
          yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
          const abandoning = yield* Effect.forkScoped(
            Draws.use(({ perform }) =>
              perform({ drawId: draw.id, step: "abandon", reason: "beacon", dueAt: draw.opensAt })
            ),
            { startImmediately: true }
          )
          yield* someoneWaits(intruder)
          // another process stores the round, which it will draw with
          yield* intruder`
          UPDATE draws SET beacon_signature = decode(repeat('00', 48), 'hex') WHERE id = ${draw.id}::uuid`
          return abandoning
        }).pipe(holder.withTransaction)
        assert.isFalse(yield* Fiber.join(abandoning))
        assert.strictEqual((yield* readDraw(draw.id)).status, "locked")
      }).pipe(Effect.scoped, Effect.provide(world)),
    60_000
  )
})
