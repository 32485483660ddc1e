/** What moved between wallets and named accounts, in one pass over the movements. */
import type { Period } from "@ddd/core/money/Statement"
import type { TransactionType } from "@ddd/core/money/Wallet"
import type { MovementSum } from "@ddd/core/operators/AccountReport"
import { houseUserId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

interface SumRow {
  readonly holder: MovementSum["holder"]
  readonly account: string
  readonly type: TransactionType
  readonly is_before: boolean
  readonly amount: bigint
  readonly count: bigint
}

export const readSums = Effect.fnUntraced(function*(sql: PgClient.PgClient, { from, until }: Period) {
  // the account as core's `accountGroup` calls it
  const rows = yield* sql<SumRow>`
    SELECT CASE WHEN user_id = ${houseUserId}::uuid THEN 'house' ELSE 'players' END AS holder,
      CASE WHEN counter_account LIKE 'draw:%' THEN 'draws' WHEN counter_account LIKE 'receivable:%' THEN 'receivable'
        ELSE counter_account END AS account,
      type, created_at < ${formatInstant(from)}::timestamptz AS is_before,
      (sum(amount) * 100)::bigint AS amount, count(*) AS count
    FROM transactions WHERE created_at < ${formatInstant(until)}::timestamptz
    GROUP BY 1, 2, 3, 4`
  return rows.map(({ account, amount, count, holder, is_before: isBefore, type }): MovementSum => ({
    holder,
    account,
    type,
    isBefore,
    amount,
    count: Number(count)
  }))
})
