/** A wallet that is adjusted by hand, as a step of a transaction: its lock first, then what decides. */
import { type Adjustment, decideAdjustment } from "@ddd/core/money/Adjustment"
import { adjustmentMoney } from "@ddd/core/money/FourEyes"
import { cents } from "@ddd/core/money/Money"
import { AdjustmentRefused } from "@ddd/core/ports/Approvals"
import { userId } from "@ddd/core/values/Ids"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import { Effect, Result } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { transactionColumns, transactionOf, type TransactionRow } from "../database/Rows.ts"
import { type Gate, held } from "../operators/ApprovalRows.ts"
import { type LogServices, writeEntry } from "../operators/OperatorLogRows.ts"
import { writeMoves } from "./WalletMoves.ts"
import { lockAndReadWallet } from "./WithdrawalRows.ts"

interface FactsRow {
  readonly is_erased: boolean
  readonly is_correctable: boolean
  readonly transaction_id: string | null
  readonly user_id: string | null
  readonly amount: bigint | null
  readonly is_winnings: boolean | null
  readonly corrects: string | null
}

/** How what is written of it is found out: whoever approved something else says so. */
export interface AdjustmentLog {
  readonly entry: NewOperatorEntry
  /** What it was approved by; null where nobody else was asked. */
  readonly approvalId: string | null
}

/** Moves the money, once per reference; or has it wait where `gate` says so. */
export const adjustWallet = Effect.fnUntraced(function*(
  services: LogServices,
  adjustment: Adjustment,
  { approvalId, entry }: AdjustmentLog,
  gate: Gate
) {
  const { newId, sql } = services
  const { amount, corrects, isWinnings, reference, userId: user } = adjustment
  // two of one reference, for two players, wait for each other
  yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${`adjustment ${reference}`}, 0))`
  const wallet = yield* lockAndReadWallet(sql, user)
  const [row] = yield* sql<FactsRow>`
    SELECT EXISTS (SELECT FROM users WHERE id = ${user}::uuid AND erased_at IS NOT NULL) AS is_erased,
      (${corrects}::uuid IS NULL OR EXISTS (
        SELECT FROM transactions t WHERE t.id = ${corrects}::uuid AND t.user_id = ${user}::uuid)) AS is_correctable,
      a.transaction_id, a.user_id, (a.amount * 100)::bigint AS amount, a.is_winnings, a.corrects
    FROM (SELECT) one LEFT JOIN adjustments a ON a.reference = ${reference}`
  if (row === undefined) return yield* Effect.die(new Error("a SELECT of one row gives it"))
  const earlier = row.user_id === null || row.amount === null || row.is_winnings === null ? null : {
    userId: userId(row.user_id),
    amount: cents(row.amount),
    isWinnings: row.is_winnings,
    reference,
    corrects: row.corrects
  }
  const decided = decideAdjustment(
    { wallet, isErased: row.is_erased, earlier, isCorrectable: row.is_correctable },
    adjustment
  )
  if (Result.isFailure(decided)) return yield* new AdjustmentRefused({ refusal: decided.failure })
  if (decided.success === null) {
    const [first] = yield* sql<TransactionRow>`
      SELECT ${transactionColumns(sql)} FROM transactions WHERE id = ${row.transaction_id}::uuid`
    return first === undefined
      ? yield* Effect.die(new Error(`the movement of ${reference} is gone`))
      : held({ transaction: transactionOf(first), created: false })
  }
  const waits = yield* gate(adjustmentMoney(adjustment))
  if (waits !== null) return waits
  const logId = yield* writeEntry(services, entry)
  const now = yield* clockOf(sql)
  const id = newId(now)
  yield* sql`
    INSERT INTO adjustments (reference, transaction_id, user_id, amount, is_winnings, corrects, log_id, approval_id)
    VALUES (${reference}, ${id}::uuid, ${user}::uuid, ${amount}::bigint * 0.01, ${isWinnings}, ${corrects}::uuid,
      ${logId}::uuid, ${approvalId}::uuid)`
  // the adjustment is the first; a debt that it pays the second
  const ids = [id]
  const [moved] = yield* writeMoves(sql, (at) => ids.shift() ?? newId(at), now, { userId: user, ...decided.success })
  return moved === undefined
    ? yield* Effect.die(new Error("an INSERT gives its row back"))
    : held({ transaction: transactionOf(moved), created: true })
})
