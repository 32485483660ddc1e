/** Rows of withdrawals: read under their locks, and written as decided. */
import type { Conclusion, StoredWithdrawal } from "@ddd/core/money/ConcludeWithdrawal"
import { cents } from "@ddd/core/money/Money"
import type {
  ProviderPayoutStatus,
  ProviderStep,
  StepState,
  StepStatus,
  Withdrawal,
  WithdrawalStatus
} from "@ddd/core/money/Withdrawal"
import type { ScheduledWithdrawal } from "@ddd/core/money/WithdrawalActions"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { Outbox } from "@ddd/core/ports/Outbox"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf, instantOrNull, walletColumns, walletOf, type WalletRow } from "../database/Rows.ts"
import { addJobs } from "../jobs/OutboxPg.ts"
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
}

/** A withdrawal as it is stored, with what is decided by beside it. */
interface StoredRow extends WithdrawalRow {
  readonly due_at: Date | null
  readonly taken_until: Date | null
  /** Of its movement, which never changes. */
  readonly withdrawable_delta: bigint
  /** Whether its player's account is frozen. */
  readonly is_frozen: boolean
  /** The clock when it was read. */
  readonly clock: Date
}

export const withdrawalColumns = (sql: PgClient.PgClient) =>
  sql.literal(`w.id, w.user_id, (w.amount * 100)::bigint AS amount, w.account, w.asked_at, w.status, w.transfer_status,
    w.transfer_attempt, w.transfer_sent_at, w.transfer_id, w.payout_status, w.payout_attempt, w.payout_sent_at, w.payout_id,
    w.provider_payout_status, w.reversal_status, w.reversal_attempt, w.reversal_sent_at, w.reversal_id, w.held_reason, w.held_step,
    w.problem, w.turn, w.idle_turns`)

const storedColumns = (sql: PgClient.PgClient) =>
  sql`${withdrawalColumns(sql)}, w.due_at, w.taken_until, app_now() AS clock,
    (SELECT (t.withdrawable_delta * 100)::bigint FROM transactions t WHERE t.id = w.id) AS withdrawable_delta,
    (SELECT NOT u.is_active FROM users u WHERE u.id = w.user_id) AS is_frozen`

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

const storedOf = (row: StoredRow): StoredWithdrawal & { readonly isFrozen: boolean; readonly now: Instant } => ({
  withdrawal: withdrawalOf(row),
  schedule: { dueAt: instantOrNull(row.due_at), claimedUntil: instantOrNull(row.taken_until) },
  withdrawableDelta: cents(row.withdrawable_delta),
  isFrozen: row.is_frozen,
  now: instantOf(row.clock)
})

/** Locks a withdrawal's row, waiting for whoever has it, and only then reads it and the clock. After the wallet's lock, if both. */
export const lockWithdrawal = (sql: PgClient.PgClient, id: string) =>
  Effect.andThen(
    sql`SELECT 1 FROM withdrawals WHERE id = ${id}::uuid FOR NO KEY UPDATE`,
    Effect.map(
      sql<StoredRow>`SELECT ${storedColumns(sql)} FROM withdrawals w WHERE w.id = ${id}::uuid`,
      ([row]) => row === undefined ? null : storedOf(row)
    )
  )

/** Locks a player's withdrawals that the provider has not been asked for, and reads them, newest first. After the wallet's lock. */
export const lockUnsent = (sql: PgClient.PgClient, user: UserId) =>
  Effect.map(
    sql<StoredRow>`
      SELECT ${storedColumns(sql)} FROM withdrawals w
      WHERE w.user_id = ${user}::uuid AND w.status = 'pending' AND w.transfer_status = 'unsent'
      ORDER BY w.id DESC FOR NO KEY UPDATE OF w`,
    (rows) => rows.map(storedOf)
  )

/** Locks a player's wallet and reads it; null where there is none. */
export const lockAndReadWallet = (sql: PgClient.PgClient, user: string) =>
  Effect.map(
    sql<WalletRow>`SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${user}::uuid FOR NO KEY UPDATE`,
    ([row]) => row === undefined ? null : walletOf(row)
  )

const timeOrNull = (at: Instant | null): string | null => at === null ? null : formatInstant(at)

/** Writes a withdrawal that was just asked for. Its movement is written already, at `askedAt`; its first turn is due at once. */
export const insertWithdrawal = (
  sql: PgClient.PgClient,
  { account, amount, id, userId }: Withdrawal,
  askedAt: Date
) =>
  sql`
    INSERT INTO withdrawals (id, user_id, amount, account, asked_at, due_at)
    VALUES (${id}::uuid, ${userId}::uuid, ${amount}::bigint * 0.01, ${account}, ${askedAt}, ${askedAt})`

/** Writes all of a withdrawal that may change. Its row is locked; movements of a new status are written already. */
export const storeWithdrawal = (
  sql: PgClient.PgClient,
  { schedule: { claimedUntil, dueAt }, withdrawal }: ScheduledWithdrawal
) => {
  const { held, id, idleTurns, payout, problem, providerPayoutStatus, reversal, status, transfer, turn } = withdrawal
  return sql`
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
}

/** Writes a conclusion: movement, wallet and mail of a new status first, then the withdrawal. Wallet and row are locked. */
export const writeConclusion = Effect.fnUntraced(function*(
  { newId, outbox, sql }: WithdrawalServices,
  conclusion: Conclusion,
  now: Instant
) {
  const { effects, withdrawal: { id, userId: user } } = conclusion
  if (effects !== null) {
    const { jobs, movementStatus, movements, wallet } = effects
    if (movementStatus !== null) {
      yield* sql`UPDATE transactions SET status = ${movementStatus} WHERE id = ${id}::uuid`
    }
    if (movements.length === 0) yield* writeWallet(sql, user, wallet)
    else yield* writeMoves(sql, newId, now, { userId: user, movements, wallet })
    yield* addJobs(outbox, jobs)
  }
  yield* storeWithdrawal(sql, conclusion)
})
