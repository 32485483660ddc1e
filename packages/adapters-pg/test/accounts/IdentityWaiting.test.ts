/** Since when players wait who waited before that was kept. */
import { cents } from "@ddd/core/money/Money"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { told } from "@ddd/sim/contract/Checked"
import { advance, buy, dollars, drawNow, fundedPlayer, openSales, present, signUp } from "@ddd/sim/scenario/Steps"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

const folder = join(import.meta.dirname, "../../src/migrations")
const migration = present(readdirSync(folder).find((name) => name.endsWith("_identity_waits_since.sql")))
/** What it does with rows that are there. */
const backfill = present(readFileSync(join(folder, migration), "utf8").split("COMMIT;")[1])

const world = Layer.provide(
  PgWorld.layer(),
  Layer.succeed(PrizesAwaitIdentityFrom, [{ from: null, amount: cents(190n) }])
)

layer(world, { excludeTestServices: true, timeout: 60_000 })("who waited for an identity check before", (it) => {
  it.effect("has waited since the check was told of, or the first of the prizes was paid", () =>
    Effect.scoped(Effect.gen(function*() {
      const sql = yield* session((yield* TestDatabase).admin)
      const pending = yield* signUp("bob")
      yield* told(pending, "pending")
      const winner = yield* fundedPlayer("ada", dollars(10))
      for (const _ of [1, 2]) {
        yield* openSales
        yield* buy(winner, 2)
        yield* drawNow
        yield* advance(1_000)
      }
      const since = sql<{ readonly user_id: string; readonly since: string; readonly paid: string }>`
        SELECT i.user_id, i.since::text, (
          SELECT min(t.created_at) FROM transactions t WHERE t.user_id = i.user_id AND t.awaits_identity
        )::text AS paid
        FROM identity_waiting i`
      const before = yield* since
      assert.sameMembers(before.map((row) => row.user_id), [pending, winner])
      yield* sql`UPDATE identity_waiting SET since = 'infinity'`
      yield* sql.unsafe(backfill)
      const kept = new Map((yield* since).map((row) => [row.user_id, row]))
      const toldAt = yield* sql<{ readonly at: string }>`
        SELECT kyc_at::text AS at FROM users WHERE id = ${pending}::uuid`
      assert.strictEqual(kept.get(pending)?.since, toldAt[0]?.at)
      assert.isNotNull(kept.get(winner)?.paid)
      assert.strictEqual(kept.get(winner)?.since, kept.get(winner)?.paid)
    })))
})
