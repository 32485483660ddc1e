/** The players' accounts with the payout provider, on PostgreSQL. */
import type { PayoutAccount, PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import { PayoutAccounts, PayoutAccountTaken } from "@ddd/core/ports/PayoutAccounts"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { orUnavailable } from "./Transaction.ts"

interface AccountRow {
  readonly user_id: string
  readonly account: string
  readonly status: PayoutAccountStatus
}

const accountOf = ({ account, status, user_id }: AccountRow): PayoutAccount => ({
  userId: userId(user_id),
  account,
  status
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  const of = (user: UserId) =>
    Effect.map(
      sql<AccountRow>`SELECT user_id, account, status FROM payout_accounts WHERE user_id = ${user}::uuid`,
      ([row]) => row === undefined ? null : accountOf(row)
    )

  return PayoutAccounts.of({
    of: (user) => orUnavailable(of(user)),

    named: (account) =>
      Effect.map(
        sql<AccountRow>`SELECT user_id, account, status FROM payout_accounts WHERE account = ${account}`,
        ([row]) => row === undefined ? null : accountOf(row)
      ).pipe(orUnavailable),

    add: Effect.fn("PayoutAccountsPg.add")(function*(user, account) {
      yield* sql`
        INSERT INTO payout_accounts (user_id, account) VALUES (${user}::uuid, ${account}) ON CONFLICT DO NOTHING`
      const kept = yield* of(user)
      return kept?.account === account ? kept : yield* new PayoutAccountTaken({ account: kept?.account ?? account })
    }, orUnavailable),

    setStatus: (account, status) =>
      sql`UPDATE payout_accounts SET status = ${status} WHERE account = ${account} AND status <> ${status}`.pipe(
        Effect.asVoid,
        orUnavailable
      ),

    // giving one puts it off, so that nodes do not ask for the same
    claimDue: Effect.fn("PayoutAccountsPg.claimDue")(function*(limit) {
      const rows = yield* sql<AccountRow>`
        UPDATE payout_accounts a
        SET check_at = app_now() + greatest(interval '1 minute', least(interval '1 day', app_now() - a.created_at))
        FROM (
          SELECT user_id FROM payout_accounts WHERE status = 'pending' AND check_at <= (SELECT app_now())
          ORDER BY check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
        ) due
        WHERE a.user_id = due.user_id RETURNING a.user_id, a.account, a.status`
      return rows.map(accountOf)
    }, orUnavailable)
  })
})

export const layer = Layer.effect(PayoutAccounts, make)
