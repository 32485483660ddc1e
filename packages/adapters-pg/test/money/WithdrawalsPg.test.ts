/** What of money on its way out concerns PostgreSQL alone. */
import { houseUserId } from "@ddd/core/values/Ids"
import { askRefusalOf, dollars, withdraw } from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

describe("a withdrawal of the house's", () => {
  it.live("is refused without a wait for its wallet, which every settlement writes", () =>
    Effect.gen(function*() {
      const holder = yield* session((yield* TestDatabase).owner)
      const refusal = yield* Effect.andThen(
        holder`SELECT 1 FROM wallets WHERE user_id = ${houseUserId}::uuid FOR UPDATE`,
        Effect.timeout(askRefusalOf(withdraw(houseUserId, dollars(1))), "5 seconds")
      ).pipe(holder.withTransaction)
      assert.deepStrictEqual(refusal, { _tag: "UnknownUser" })
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})
