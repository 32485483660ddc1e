/** The players' accounts with the payout provider, on PostgreSQL. */
import {
  decidePayoutAccount,
  nextCheckAt,
  type PayoutAccount,
  type PayoutAccountStatus
} from "@ddd/core/money/PayoutAccount"
import { type StoredProvider, unrecordedProvider } from "@ddd/core/money/ProviderId"
import { PayoutAccounts, PayoutAccountTaken } from "@ddd/core/ports/PayoutAccounts"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result } from "effect"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"

interface AccountRow {
  readonly user_id: string
  readonly account: string
  /** Null where a server of before 0011 wrote it. */
  readonly provider: StoredProvider | null
  readonly status: PayoutAccountStatus
}

interface DueRow extends AccountRow {
  readonly created_at: Date
  readonly clock: Date
}

const accountOf = ({ account, provider, status, user_id }: AccountRow): PayoutAccount => ({
  userId: userId(user_id),
  account,
  provider: provider ?? unrecordedProvider(account),
  status
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  const of = (user: UserId) =>
    Effect.map(
      sql<AccountRow>`SELECT user_id, account, provider, status FROM payout_accounts WHERE user_id = ${user}::uuid`,
      ([row]) => row === undefined ? null : accountOf(row)
    )

  return PayoutAccounts.of({
    of: (user) => orUnavailable(of(user)),

    named: (account) =>
      Effect.map(
        sql<AccountRow>`SELECT user_id, account, provider, status FROM payout_accounts WHERE account = ${account}`,
        ([row]) => row === undefined ? null : accountOf(row)
      ).pipe(orUnavailable),

    add: Effect.fn("PayoutAccountsPg.add")(function*(user, account, provider) {
      yield* sql`
        INSERT INTO payout_accounts (user_id, account, provider) VALUES (${user}::uuid, ${account}, ${provider})
        ON CONFLICT DO NOTHING`
      const kept = decidePayoutAccount(yield* of(user), account)
      return Result.isSuccess(kept) ? kept.success : yield* new PayoutAccountTaken(kept.failure)
    }, orUnavailable),

    setStatus: (account, status) =>
      sql`UPDATE payout_accounts SET status = ${status} WHERE account = ${account} AND status <> ${status}`.pipe(
        Effect.asVoid,
        orUnavailable
      ),

    // rows that another node is claiming are passed over
    claimDue: Effect.fn("PayoutAccountsPg.claimDue")(function*(limit) {
      const rows = yield* sql<DueRow>`
        SELECT user_id, account, provider, status, created_at, (SELECT app_now()) AS clock FROM payout_accounts
        WHERE status = 'pending' AND check_at <= (SELECT app_now())
        ORDER BY check_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`
      if (rows.length === 0) return []
      const checkAt = rows.map((row) => formatInstant(nextCheckAt(instantOf(row.created_at), instantOf(row.clock))))
      yield* sql`
        UPDATE payout_accounts a SET check_at = n.check_at
        FROM unnest(${rows.map((row) => row.user_id)}::uuid[], ${checkAt}::timestamptz[]) AS n (user_id, check_at)
        WHERE a.user_id = n.user_id`
      return rows.map(accountOf)
    }, transact(sql))
  })
})

export const layer = Layer.effect(PayoutAccounts, make)
