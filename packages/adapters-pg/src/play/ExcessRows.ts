/** Deposits that were more than their players allowed, as rows. */
import type { DepositExcess, MoneyLimitName } from "@ddd/core/money/Limits"
import { cents } from "@ddd/core/money/Money"
import type { ExcessiveDeposit } from "@ddd/core/ports/PlayControls"
import type { UserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf, type TransactionRow } from "../database/Rows.ts"

export interface ExcessRow {
  readonly transaction_id: string
  readonly limit_name: MoneyLimitName
  readonly amount: bigint
  readonly at: Date
}

export const excessColumns = (sql: PgClient.PgClient) =>
  sql.literal("transaction_id, limit_name, (amount * 100)::bigint AS amount, at")

export const excessOf = (row: ExcessRow): ExcessiveDeposit => ({
  transactionId: row.transaction_id,
  limit: row.limit_name,
  amount: cents(row.amount),
  at: instantOf(row.at)
})

/** Keeps what of a deposit was more than its player allowed, beside its movement, the first of the rows. */
export const writeExcess = (
  sql: PgClient.PgClient,
  user: UserId,
  [deposit]: ReadonlyArray<TransactionRow>,
  { amount, limit }: DepositExcess
) =>
  deposit === undefined
    ? Effect.die(new Error("what is more than a limit allows was not deposited"))
    : sql`
      INSERT INTO deposit_excesses (transaction_id, user_id, limit_name, amount)
      VALUES (${deposit.id}::uuid, ${user}::uuid, ${limit}, ${amount}::bigint * 0.01)`
