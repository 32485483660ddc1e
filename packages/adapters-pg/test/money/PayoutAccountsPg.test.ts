/** What of payout accounts concerns PostgreSQL alone. */
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { newPlayer } from "@ddd/sim/contract/Players"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

describe("a payout account", () => {
  it.live("waits for a reset that is ending its session, and is refused then", () =>
    Effect.gen(function*() {
      const accounts = yield* PayoutAccounts
      const { admin, app } = yield* TestDatabase
      const ada = yield* newPlayer("ada")
      const reset = yield* session(app)
      const onlooker = yield* session(admin)
      const adding = yield* Effect.gen(function*() {
        yield* reset`SELECT 1 FROM users WHERE id = ${ada.id}::uuid FOR NO KEY UPDATE`
        yield* reset`DELETE FROM payout_accounts WHERE user_id = ${ada.id}::uuid`
        yield* reset`UPDATE sessions SET ended_at = app_now(), end_reason = 'password' WHERE user_id = ${ada.id}::uuid`
        const adding = yield* Effect.forkScoped(Effect.flip(accounts.add(ada.id, "acct_1", "simulated", ada.session)), {
          startImmediately: true
        })
        yield* someoneWaits(onlooker)
        return adding
      }).pipe(reset.withTransaction)
      assert.strictEqual((yield* Fiber.join(adding))._tag, "PayoutSessionEnded")
      assert.isNull(yield* accounts.of(ada.id))
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})
