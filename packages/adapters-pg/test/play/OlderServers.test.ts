/** What servers of before limits do to a wallet that has some is counted by the next server that reads it. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { buy, dollars, fundedPlayer, openSales, refusalOf } from "@ddd/sim/scenario/Steps"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

layer(PgWorld.layer(), { excludeTestServices: true })("a wallet that an older server moved", (it) => {
  it.effect("has what was bought there counted at the next purchase", () =>
    Effect.gen(function*() {
      yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(20))
      const controls = yield* PlayControls
      yield* controls.changeLimits(ada, { dailySpend: 500n }, operatorOrigin)
      yield* buy(ada, 2)
      // what it writes has no limits: they stand where they stood
      const sql = yield* session((yield* TestDatabase).owner)
      const [before] = yield* sql<{ readonly limits: string }>`
        SELECT limits::text AS limits FROM wallets WHERE user_id = ${ada}::uuid`
      yield* buy(ada, 2)
      yield* sql`UPDATE wallets SET limits = ${before?.limits ?? null}::text::jsonb WHERE user_id = ${ada}::uuid`
      assert.strictEqual((yield* controls.of(ada)).counted?.spent.daily, 200n)
      assert.deepInclude(yield* refusalOf(buy(ada, 2)), { _tag: "LimitExceeded", left: 100n })
      yield* buy(ada, 1)
      assert.strictEqual((yield* controls.of(ada)).counted?.spent.daily, 500n)
    }))
})
