/** Rows of withdrawals: read, written, and what their becoming final does to wallets. */
import { cents } from "@ddd/core/money/Money"
import { failWithdrawal, payWithdrawal, returnWithdrawal, type Wallet } from "@ddd/core/money/Wallet"
import type {
  ProviderPayoutStatus,
  ProviderStep,
  StepState,
  StepStatus,
  Withdrawal,
  WithdrawalStatus
} from "@ddd/core/money/Withdrawal"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { Outbox, WithdrawalEvent } from "@ddd/core/ports/Outbox"
import { userId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { instantOf, instantOrNull, walletColumns, walletOf, type WalletRow } from "./Rows.ts"
import { writeMoves, writeWallet } from "./WalletMoves.ts"

/** What writing money on its way out needs. */
export interface WithdrawalServices {
  readonly sql: PgClient.PgClient
  readonly newId: Identifiers["Service"]["newId"]
  readonly outbox: Outbox["Service"]
}

export interface WithdrawalRow {
  readonly id: string
  readonly user_id: string
  readonly amount: bigint
  readonly account: string
  readonly asked_at: Date
  readonly status: WithdrawalStatus
  readonly transfer_status: StepStatus
  readonly transfer_attempt: number
  readonly transfer_sent_at: Date | null
  readonly transfer_id: string | null
  readonly payout_status: StepStatus
  readonly payout_attempt: number
  readonly payout_sent_at: Date | null
  readonly payout_id: string | null
  readonly provider_payout_status: ProviderPayoutStatus | null
  readonly reversal_status: StepStatus
  readonly reversal_attempt: number
  readonly reversal_sent_at: Date | null
  readonly reversal_id: string | null
  readonly held_reason: string | null
  readonly held_step: ProviderStep | null
  readonly problem: string | null
  readonly turn: number
  readonly idle_turns: number
  readonly due_at: Date | null
  readonly taken_until: Date | null
  /** The clock when it was read. */
  readonly clock: Date
}

export const withdrawalColumns = (sql: PgClient.PgClient) =>
  sql.literal(`w.id, w.user_id, (w.amount * 100)::bigint AS amount, w.account, w.asked_at, w.status, w.transfer_status,
    w.transfer_attempt, w.transfer_sent_at, w.transfer_id, w.payout_status, w.payout_attempt, w.payout_sent_at, w.payout_id,
    w.provider_payout_status, w.reversal_status, w.reversal_attempt, w.reversal_sent_at, w.reversal_id, w.held_reason, w.held_step,
    w.problem, w.turn, w.idle_turns, w.due_at, w.taken_until, app_now() AS clock`)

const stepOf = (status: StepStatus, attempt: number, sentAt: Date | null, objectId: string | null): StepState => ({
  status,
  attempt,
  sentAt: instantOrNull(sentAt),
  objectId
})

export const withdrawalOf = (row: WithdrawalRow): Withdrawal => ({
  id: row.id,
  userId: userId(row.user_id),
  amount: cents(row.amount),
  account: row.account,
  askedAt: instantOf(row.asked_at),
  status: row.status,
  transfer: stepOf(row.transfer_status, row.transfer_attempt, row.transfer_sent_at, row.transfer_id),
  payout: stepOf(row.payout_status, row.payout_attempt, row.payout_sent_at, row.payout_id),
  providerPayoutStatus: row.provider_payout_status,
  reversal: stepOf(row.reversal_status, row.reversal_attempt, row.reversal_sent_at, row.reversal_id),
  held: row.held_reason === null ? null : { reason: row.held_reason, step: row.held_step },
  problem: row.problem,
  turn: row.turn,
  idleTurns: row.idle_turns
})

/** Locks a withdrawal's row, waiting for whoever has it, and only then reads it and the clock. After the wallet's lock, if both. */
export const lockWithdrawal = (sql: PgClient.PgClient, id: string) =>
  Effect.andThen(
    sql`SELECT 1 FROM withdrawals WHERE id = ${id}::uuid FOR NO KEY UPDATE`,
    Effect.map(
      sql<WithdrawalRow>`SELECT ${withdrawalColumns(sql)} FROM withdrawals w WHERE w.id = ${id}::uuid`,
      ([row]) => row
    )
  )

/** Locks a player's wallet and reads it. */
export const lockAndReadWallet = Effect.fnUntraced(function*(sql: PgClient.PgClient, user: string) {
  const [row] = yield* sql<WalletRow>`
    SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${user}::uuid FOR NO KEY UPDATE`
  return row === undefined ? undefined : walletOf(row)
})

const timeOrNull = (at: Instant | null): string | null => at === null ? null : formatInstant(at)

/** When a withdrawal is taken up next, and until when the present turn is its own. */
export interface Schedule {
  readonly dueAt: Instant | null
  readonly claimedUntil: Instant | null
}

/** Writes all of a withdrawal that may change. Its row is locked; movements of a new status are written already. */
export const storeWithdrawal = (
  sql: PgClient.PgClient,
  { held, id, idleTurns, payout, providerPayoutStatus, problem, reversal, status, transfer, turn }: Withdrawal,
  { dueAt, claimedUntil }: Schedule
) =>
  sql`
    UPDATE withdrawals SET status = ${status},
      transfer_status = ${transfer.status}, transfer_attempt = ${transfer.attempt}::int,
      transfer_sent_at = ${timeOrNull(transfer.sentAt)}::timestamptz, transfer_id = ${transfer.objectId},
      payout_status = ${payout.status}, payout_attempt = ${payout.attempt}::int,
      payout_sent_at = ${timeOrNull(payout.sentAt)}::timestamptz, payout_id = ${payout.objectId},
      provider_payout_status = ${providerPayoutStatus},
      reversal_status = ${reversal.status}, reversal_attempt = ${reversal.attempt}::int,
      reversal_sent_at = ${timeOrNull(reversal.sentAt)}::timestamptz, reversal_id = ${reversal.objectId},
      held_reason = ${held?.reason ?? null}, held_step = ${held?.step ?? null}, problem = ${problem},
      turn = ${turn}::int, idle_turns = ${idleTurns}::int, due_at = ${timeOrNull(dueAt)}::timestamptz,
      taken_until = ${timeOrNull(claimedUntil)}::timestamptz
    WHERE id = ${id}::uuid`

const settleMovement = (sql: PgClient.PgClient, id: string, status: "completed" | "failed") =>
  sql`UPDATE transactions SET status = ${status} WHERE id = ${id}::uuid`

/**
 * Writes what a new status of a withdrawal does: to its movement, to the wallet, which is locked, and the mail. Gives the wallet after
 * it. Nothing where the status is as it was.
 */
export const settleWithdrawal = Effect.fnUntraced(function*(
  { newId, outbox, sql }: WithdrawalServices,
  wallet: Wallet,
  before: Withdrawal,
  after: Withdrawal,
  at: Instant
) {
  if (after.status === before.status || after.status === "pending") return wallet
  const { amount, id, userId: user } = after
  const [row] = yield* sql<{ readonly delta: bigint }>`
    SELECT (withdrawable_delta * 100)::bigint AS delta FROM transactions WHERE id = ${id}::uuid`
  const withdrawn = { id, amount, withdrawableDelta: cents(row?.delta ?? 0n) }
  const tell = (event: WithdrawalEvent) =>
    outbox.add(`withdrawal ${id} ${event}`, { _tag: "MailWithdrawal", userId: user, withdrawalId: id, event })
  if (after.status === "paid") {
    const paid = payWithdrawal(wallet, withdrawn)
    yield* settleMovement(sql, id, "completed")
    yield* writeWallet(sql, user, paid)
    yield* tell("paid")
    return paid
  }
  const moved = after.status === "failed"
    ? failWithdrawal(wallet, user, withdrawn)
    : returnWithdrawal(wallet, user, withdrawn)
  if (Result.isFailure(moved)) {
    return yield* Effect.die(new Error(`the wallet of user ${user} cannot take ${amount} cents back`))
  }
  if (after.status === "failed") yield* settleMovement(sql, id, "failed")
  yield* writeMoves(sql, newId, at, { userId: user, ...moved.success })
  yield* tell(after.status)
  return moved.success.wallet
})
