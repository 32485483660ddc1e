/** Wallets and their movements on PostgreSQL. */
import { internalAct, needsApproval } from "@ddd/core/money/FourEyes"
import type { TransactionType } from "@ddd/core/money/Wallet"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { type DepositRequest, Ledger, ReferenceConflict, UnknownUser } from "@ddd/core/ports/Ledger"
import { Outbox } from "@ddd/core/ports/Outbox"
import { userId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import {
  transactionColumns,
  transactionOf,
  type TransactionRow,
  walletColumns,
  walletOf,
  type WalletRow
} from "../database/Rows.ts"
import { inTransaction, orUnavailable } from "../database/Transaction.ts"
import { held, makeGate, orApproval } from "../operators/ApprovalRows.ts"
import { holdDeposit, recordEvent } from "./FundingSteps.ts"
import { readPrizes } from "./ReadPrizes.ts"
import { readStatement } from "./ReadStatement.ts"

/** Of one type; all: null. Those but purchases are few among the many that are, and have an index of their own. */
const ofType = (sql: PgClient.PgClient, type: TransactionType | null) =>
  type === null
    ? sql`true`
    : type === "ticket_purchase"
    ? sql`type = 'ticket_purchase'`
    : sql`type = ${type}::text AND type <> 'ticket_purchase'`

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const services = { sql, newId: (yield* Identifiers).newId, outbox: yield* Outbox }
  const columns = transactionColumns(sql)
  const above = yield* FourEyesAbove
  const gate = makeGate(services, above, internalAct)

  const recordDeposit = Effect.fnUntraced(function*({ amount, metadata, referenceId, userId }: DepositRequest) {
    const event = {
      _tag: "Purchased",
      reference: referenceId,
      amount,
      buyer: { _tag: "Player", userId }
    } as const
    const waits = needsApproval(above, amount) ? yield* holdDeposit(services, event, metadata, gate) : null
    if (waits !== null) return waits
    const { funding, rows } = yield* recordEvent(services, event, metadata)
    const [credited] = rows
    if (credited !== undefined) return held({ row: credited, created: true })
    const [earlier] = yield* sql<TransactionRow>`
      SELECT ${columns} FROM transactions WHERE type = 'deposit' AND reference_id = ${funding.reference}`
    return held({ row: earlier, created: false })
  }, inTransaction(sql))

  return Ledger.of({
    deposit: Effect.fn("LedgerPg.deposit")(function*(request) {
      const conflict = () => Effect.fail(new ReferenceConflict({ referenceId: request.referenceId }))
      const { created, row } = yield* recordDeposit(request).pipe(
        orApproval,
        Effect.catchTag("FundingConflict", conflict),
        // something else waits under the reference
        Effect.catchIf((error) => error._tag === "ApprovalRequired" && !error.isSame, conflict)
      )
      // refunded before it came: the wallet had nothing
      if (row === undefined) return yield* new ReferenceConflict({ referenceId: request.referenceId })
      return { transaction: transactionOf(row), created }
    }, orUnavailable),

    wallet: Effect.fn("LedgerPg.wallet")(function*(userId) {
      const [row] = yield* sql<WalletRow>`SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${userId}::uuid`
      return row === undefined ? yield* new UnknownUser({ userId }) : walletOf(row)
    }, orUnavailable),

    wallets: Effect.fn("LedgerPg.wallets")(function*(ids) {
      const rows = yield* sql<WalletRow & { readonly user_id: string }>`
        SELECT user_id, ${walletColumns(sql)} FROM wallets WHERE user_id = ANY(${ids}::uuid[])`
      return new Map(rows.map((row) => [userId(row.user_id), walletOf(row)]))
    }, orUnavailable),

    transactions: Effect.fn("LedgerPg.transactions")(function*(userId, type, { cursor, limit }) {
      const rows = yield* sql<TransactionRow>`
        SELECT ${columns} FROM transactions
        WHERE user_id = ${userId}::uuid AND wallet_seq < ${cursor ?? "9223372036854775807"}::bigint
          AND ${ofType(sql, type)}
        ORDER BY wallet_seq DESC LIMIT ${limit + 1}`
      const { items, nextCursor } = pageOf(rows, limit, (row) => row.wallet_seq.toString())
      return { items: items.map(transactionOf), nextCursor }
    }, orUnavailable),

    statement: Effect.fn("LedgerPg.statement")((userId, period) => orUnavailable(readStatement(sql, userId, period))),

    prizes: (period) => readPrizes(sql, period)
  })
})

export const layer = Layer.effect(Ledger, make)
