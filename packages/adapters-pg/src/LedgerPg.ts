/** Wallets and their movements on PostgreSQL. */
import { houseUserId, type UserId } from "@ddd/core/Ids"
import type { Instant } from "@ddd/core/Instant"
import { pageOf } from "@ddd/core/Page"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import {
  DepositRefused,
  type DepositRequest,
  depositSource,
  Ledger,
  ReferenceConflict,
  UnknownUser
} from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { deposit, isRefusal, type Moved } from "@ddd/core/Wallet"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import {
  transactionColumns,
  transactionOf,
  type TransactionRow,
  walletColumns,
  walletOf,
  type WalletRow
} from "./Rows.ts"
import { orUnavailable, retryConflicts } from "./Transaction.ts"

/** A movement to be written, and whose it is. */
export interface WalletMove extends Moved {
  readonly userId: UserId
  readonly metadata?: Readonly<Record<string, unknown>> | null
}

/** Writes movements, one of each wallet at most, and the wallets after them. The wallets are locked already. */
export const writeMoves = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  newId: (at: Instant) => string,
  at: Instant,
  moves: ReadonlyArray<WalletMove>
) {
  const written: Array<TransactionRow> = []
  for (const { metadata, movement, userId, wallet } of moves) {
    const said = metadata === null || metadata === undefined ? null : sql.json(metadata)
    yield* sql`
      UPDATE wallets SET balance = ${wallet.balance}::bigint * 0.01, withdrawable = ${wallet.withdrawable}::bigint * 0.01,
        seq = ${wallet.seq}::bigint, updated_at = app_now()
      WHERE user_id = ${userId}::uuid`
    written.push(
      ...yield* sql<TransactionRow>`
      INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, metadata, wallet_seq, counter_account,
        withdrawable_delta)
      VALUES (${newId(at)}::uuid, ${userId}::uuid, ${movement.type}, ${movement.amount}::bigint * 0.01,
        ${movement.balanceAfter}::bigint * 0.01, ${movement.referenceId}, ${said}::jsonb,
        ${movement.seq}::bigint, ${movement.counterAccount}, ${movement.withdrawableDelta}::bigint * 0.01)
      RETURNING ${transactionColumns(sql)}`
    )
  }
  return written
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const now = yield* Now
  const columns = transactionColumns(sql)

  const earlier = (request: DepositRequest) =>
    Effect.flatMap(
      sql<TransactionRow>`
        SELECT ${columns} FROM transactions WHERE type = 'deposit' AND reference_id = ${request.referenceId}`,
      ([row]) => {
        if (row === undefined) return Effect.undefined
        const transaction = transactionOf(row)
        return row.user_id === request.userId && transaction.amount === request.amount
          ? Effect.succeed({ transaction, created: false })
          : Effect.fail(new ReferenceConflict({ referenceId: request.referenceId }))
      }
    )

  const depositOnce = Effect.fn("LedgerPg.deposit")(function*(request: DepositRequest) {
    const { userId, referenceId } = request
    if (userId === houseUserId) return yield* new UnknownUser({ userId })
    // one deposit of a reference at a time, whoever it is for: the second sees the first
    yield* sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`deposit ${referenceId}`}, 0))`
    const known = yield* earlier(request)
    if (known !== undefined) return known
    // locks the wallet
    const [row] = yield* sql<WalletRow>`
      SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${userId}::uuid FOR NO KEY UPDATE`
    if (row === undefined) return yield* new UnknownUser({ userId })
    const moved = deposit(walletOf(row), request.amount, depositSource(referenceId), referenceId)
    if (isRefusal(moved)) return yield* new DepositRefused({ refusal: moved })
    const [written] = yield* writeMoves(sql, newId, yield* now.now, [{ userId, metadata: request.metadata, ...moved }])
    if (written === undefined) return yield* Effect.die(new Error("an INSERT gives its row back"))
    return { transaction: transactionOf(written), created: true }
  })

  return Ledger.of({
    deposit: (request) => depositOnce(request).pipe(sql.withTransaction, retryConflicts, orUnavailable),

    wallet: Effect.fn("LedgerPg.wallet")(function*(userId) {
      const [row] = yield* sql<WalletRow>`SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${userId}::uuid`
      return row === undefined ? yield* new UnknownUser({ userId }) : walletOf(row)
    }, orUnavailable),

    transactions: Effect.fn("LedgerPg.transactions")(function*(userId, type, { cursor, limit }) {
      const rows = yield* sql<TransactionRow>`
        SELECT ${columns} FROM transactions
        WHERE user_id = ${userId}::uuid AND wallet_seq < ${cursor ?? "9223372036854775807"}::bigint
          AND (${type}::text IS NULL OR type = ${type}::text)
        ORDER BY wallet_seq DESC LIMIT ${limit + 1}`
      const { items, nextCursor } = pageOf(rows, limit, (row) => row.wallet_seq.toString())
      return { items: items.map(transactionOf), nextCursor }
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Ledger, make)
