/** What is read of money on its way counts what is there, however much else there is. */
import { cents } from "@ddd/core/money/Money"
import { dollars, signUp, tell } from "@ddd/sim/scenario/Steps"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { session } from "../../src/database/Provision.ts"
import { readMoneyStanding } from "../../src/money/MoneyStanding.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

const standing = Effect.flatMap(PgClient.PgClient, readMoneyStanding)
const asAdmin = Effect.tap(
  Effect.flatMap(TestDatabase, ({ admin }) => session(admin)),
  (sql) => sql`SET session_replication_role = replica`
)

layer(PgWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("how money on its way stands", (it) => {
  it.effect("has the notice that failed, however many older ones wait", () =>
    Effect.scoped(Effect.gen(function*() {
      const sql = yield* asAdmin
      yield* sql`
        INSERT INTO webhook_events (id, sender, event_id, type, body, state)
        SELECT ('01900000-0000-7000-8000-' || lpad(g::text, 12, '0'))::uuid, 'revenuecat', g::text, 'TEST', '',
          CASE WHEN g > 250 THEN 'failed' WHEN g % 2 = 0 THEN 'received' ELSE 'waiting' END
        FROM generate_series(1, 251) g`
      const { noticesFailed, noticesWaiting } = yield* standing
      assert.deepStrictEqual([noticesFailed, noticesWaiting], [1, 200])
    })))

  it.effect("has withdrawals whose money is on its way, out or back, and none that arrived and is only watched", () =>
    Effect.scoped(Effect.gen(function*() {
      const sql = yield* asAdmin
      const player = yield* signUp("ada")
      yield* sql`
        INSERT INTO withdrawals (id, user_id, amount, account, asked_at, status, transfer_status, transfer_id, payout_status, payout_id,
          payout_state, provider_payout_status, reversal_status, held_reason, due_at)
        SELECT gen_random_uuid(), ${player}::uuid, amount, 'acct', app_now(), status, done, 'tr_' || amount, done, 'po_' || amount,
          CASE done WHEN 'done' THEN state END, CASE done WHEN 'done' THEN state END,
          CASE status WHEN 'returned' THEN 'done' ELSE 'unsent' END, held, due
        FROM (VALUES
          (1, 'pending', 'unsent', NULL, NULL, app_now()),
          (2, 'paid', 'done', 'paid', NULL, app_now()),
          (4, 'paid', 'done', 'failed', NULL, app_now()),
          (8, 'paid', 'done', 'canceled', 'it is odd', NULL),
          (16, 'returned', 'done', 'failed', NULL, NULL)
        ) AS made (amount, status, done, state, held, due)`
      const { held, underWay } = yield* standing
      assert.deepStrictEqual([held, underWay], [{ count: 1, dollars: 8 }, { count: 3, dollars: 13 }])
    })))

  it.effect("has players who wait for identity checks, and what of theirs waits", () =>
    Effect.scoped(Effect.gen(function*() {
      const sql = yield* asAdmin
      const nobody = { checksPending: 0, prizesWaiting: { count: 0, dollars: 0 }, identityWaitSeconds: 0 }
      assert.deepInclude(yield* standing, nobody)
      const [pending, both, prizes] = [yield* signUp("bob"), yield* signUp("eve"), yield* signUp("dan")]
      for (const player of [pending, both]) {
        yield* sql`UPDATE users SET kyc_status = 'pending' WHERE id = ${player}::uuid`
      }
      for (const player of [both, prizes]) {
        yield* sql`
          UPDATE wallets SET awaiting_identity = '[{"amount": "600.25", "at": null}, {"amount": "1.00", "at": "2026-02-03T00:00:00Z"}]'
          WHERE user_id = ${player}::uuid`
      }
      yield* sql`
        INSERT INTO identity_waiting (user_id, since) VALUES (${pending}::uuid, app_now() - interval '1 hour'),
          (${both}::uuid, app_now() - interval '2 hours'), (${prizes}::uuid, app_now())`
      const { checksPending, identityWaitSeconds, prizesWaiting } = yield* standing
      assert.deepStrictEqual([checksPending, prizesWaiting], [2, { count: 2, dollars: 1_202.5 }])
      assert.approximately(identityWaitSeconds, 7_200, 60)
    })))

  it.effect("has purchases that wait for their buyers, and none that was wholly refunded before", () =>
    Effect.gen(function*() {
      const purchased = (reference: string, doubt?: string) =>
        tell({
          _tag: "Purchased",
          reference,
          amount: dollars(5),
          price: dollars(5),
          currency: "USD",
          buyer: { _tag: "Named", names: ["$nobody"] },
          ...doubt === undefined ? {} : { doubt }
        })
      yield* purchased("test:1")
      yield* purchased("test:2", "it is odd")
      yield* purchased("test:3")
      yield* purchased("test:4")
      yield* purchased("test:5")
      yield* purchased("test:6")
      yield* tell({ _tag: "Refunded", reference: "test:3" })
      yield* tell({ _tag: "Refunded", reference: "test:4", price: cents(100n), currency: "USD" })
      yield* tell({ _tag: "Refunded", reference: "test:5", price: cents(100n), currency: "EUR" })
      yield* tell({ _tag: "Refunded", reference: "test:6" })
      yield* tell({ _tag: "RefundReversed", reference: "test:6" })
      assert.strictEqual((yield* standing).purchasesWaiting, 4)
    }))
})
