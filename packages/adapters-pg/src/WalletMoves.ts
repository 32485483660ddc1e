/** Writes what happened to wallets. */
import type { UserId } from "@ddd/core/Ids"
import type { Instant } from "@ddd/core/Instant"
import type { MovedTogether, Wallet } from "@ddd/core/Wallet"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { transactionColumns, type TransactionRow } from "./Rows.ts"

/** Movements to be written, and whose they are. */
export interface WalletMoves extends MovedTogether {
  readonly userId: UserId
  readonly metadata?: Readonly<Record<string, unknown>> | null
}

/**
 * Writes a wallet and the movements, one or more, that made it what it is; gives their rows, oldest first. The wallet is locked
 * already. A withdrawal is written as pending.
 */
export const writeMoves = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  newId: (at: Instant) => string,
  at: Instant,
  { metadata = null, movements, userId, wallet }: WalletMoves
) {
  yield* writeWallet(sql, userId, wallet)
  const ids = movements.map(() => newId(at))
  const said = metadata === null ? null : sql.json(metadata)
  const rows = yield* sql<TransactionRow>`
    INSERT INTO transactions (id, user_id, type, amount, balance_after, status, reference_id, metadata, wallet_seq,
      counter_account, withdrawable_delta)
    SELECT m.id, ${userId}::uuid, m.type, m.amount * 0.01, m.balance * 0.01,
      CASE m.type WHEN 'withdrawal' THEN 'pending' ELSE 'completed' END, m.reference, ${said}::jsonb, m.seq, m.counter,
      m.delta * 0.01
    FROM unnest(${ids}::uuid[], ${movements.map(({ type }) => type)}::text[],
      ${movements.map(({ amount }) => amount)}::bigint[], ${
    movements.map(({ balanceAfter }) => balanceAfter)
  }::bigint[],
      ${movements.map(({ referenceId }) => referenceId)}::text[], ${movements.map(({ seq }) => seq)}::bigint[],
      ${movements.map(({ counterAccount }) => counterAccount)}::text[],
      ${movements.map(({ withdrawableDelta }) => withdrawableDelta)}::bigint[])
      AS m (id, type, amount, balance, reference, seq, counter, delta)
    RETURNING ${transactionColumns(sql)}`
  return rows.toSorted((a, b) => Number(a.wallet_seq - b.wallet_seq))
})

/** Writes a wallet whose movements, if any, are written beside it. It is locked already. */
export const writeWallet = (sql: PgClient.PgClient, userId: UserId, wallet: Wallet) =>
  sql`
    UPDATE wallets SET balance = ${wallet.balance}::bigint * 0.01, withdrawable = ${wallet.withdrawable}::bigint * 0.01,
      pending_withdrawal = ${wallet.pendingWithdrawal}::bigint * 0.01, debt = ${wallet.debt}::bigint * 0.01,
      seq = ${wallet.seq}::bigint, updated_at = app_now()
    WHERE user_id = ${userId}::uuid`
