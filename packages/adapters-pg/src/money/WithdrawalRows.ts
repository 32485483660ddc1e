/** Rows of withdrawals: read under their locks, and written as decided. */
import type { ClaimFacts } from "@ddd/core/money/ClaimWithdrawal"
import type { Conclusion, StoredWithdrawal } from "@ddd/core/money/ConcludeWithdrawal"
import { cents, formatCents } from "@ddd/core/money/Money"
import { type StoredProvider, unrecordedProvider } from "@ddd/core/money/ProviderId"
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
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { requireAgreement, wallClockColumn, type WallClockRow } from "../database/ClockCheck.ts"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { addJobs } from "../jobs/OutboxPg.ts"
import { lockWallets, writeMoves, writeWallet } from "./WalletMoves.ts"

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
  /** Null where a server of before 0011 wrote it. */
  readonly provider: StoredProvider | null
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

interface ScheduledRow extends WithdrawalRow {
  readonly due_at: Date | null
  readonly taken_until: Date | null
}

interface StoredRow extends ScheduledRow {
  /** Of its movement, which never changes. */
  readonly withdrawable_delta: bigint
}

export const withdrawalColumns = (sql: PgClient.PgClient) =>
  sql.literal(
    `w.id, w.user_id, (w.amount * 100)::bigint AS amount, w.account, w.provider, w.asked_at, w.status, w.transfer_status,
    w.transfer_attempt, w.transfer_sent_at, w.transfer_id, w.payout_status, w.payout_attempt, w.payout_sent_at, w.payout_id,
    w.provider_payout_status, w.reversal_status, w.reversal_attempt, w.reversal_sent_at, w.reversal_id, w.held_reason, w.held_step,
    w.problem, w.turn, w.idle_turns`
  )

const scheduledColumns = (sql: PgClient.PgClient) => sql`${withdrawalColumns(sql)}, w.due_at, w.taken_until`

const storedColumns = (sql: PgClient.PgClient) =>
  sql`${scheduledColumns(sql)},
    (SELECT (t.withdrawable_delta * 100)::bigint FROM transactions t WHERE t.id = w.id) AS withdrawable_delta`

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
  provider: row.provider ?? unrecordedProvider(row.account),
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

const scheduledOf = (row: ScheduledRow): ScheduledWithdrawal => ({
  withdrawal: withdrawalOf(row),
  schedule: { dueAt: instantOrNull(row.due_at), claimedUntil: instantOrNull(row.taken_until) }
})

const storedOf = (row: StoredRow): StoredWithdrawal => ({
  ...scheduledOf(row),
  withdrawableDelta: cents(row.withdrawable_delta)
})

/** Locks a withdrawal's row, waiting for whoever has it. After the wallet's lock, if both. */
const lockRow = (sql: PgClient.PgClient, id: string) =>
  sql`SELECT 1 FROM withdrawals WHERE id = ${id}::uuid FOR NO KEY UPDATE`

/** Locks a withdrawal's row, and only then reads what decides about claiming its turn; null where there is none. */
export const lockToClaim = Effect.fnUntraced(function*(sql: PgClient.PgClient, id: string) {
  yield* lockRow(sql, id)
  const [row] = yield* sql<
    ScheduledRow & WallClockRow & {
      readonly clock: Date
      readonly is_frozen: boolean
      readonly restored_at: Date | null
    }
  >`
    SELECT ${scheduledColumns(sql)}, app_now() AS clock, (SELECT max(begun_at) FROM epochs) AS restored_at, ${
    wallClockColumn(sql)
  }, NOT u.is_active AS is_frozen
    FROM withdrawals w JOIN users u ON u.id = w.user_id WHERE w.id = ${id}::uuid`.pipe(Effect.flatMap(requireAgreement))
  return row === undefined
    ? null
    : {
      ...scheduledOf(row),
      isFrozen: row.is_frozen,
      restoredAt: instantOrNull(row.restored_at),
      now: instantOf(row.clock)
    } satisfies ClaimFacts
})

/** Locks a withdrawal's row, after its wallet's, and only then reads it, its movement and the clock; null where there is none. */
export const lockToConclude = Effect.fnUntraced(function*(sql: PgClient.PgClient, id: string) {
  yield* lockRow(sql, id)
  const [row] = yield* sql<StoredRow & { readonly clock: Date }>`
    SELECT ${storedColumns(sql)}, app_now() AS clock FROM withdrawals w WHERE w.id = ${id}::uuid`
  return row === undefined ? null : { ...storedOf(row), now: instantOf(row.clock) }
})

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
export const lockAndReadWallet = (sql: PgClient.PgClient, user: UserId) =>
  Effect.map(
    lockWallets(sql, [user]),
    (wallets) => wallets.get(user) ?? null
  )

const dateOrNull = (at: Instant | null): Date | null => at === null ? null : new Date(at)

/** The columns of a withdrawal that may change. */
const changeableColumns = ({ schedule: { claimedUntil, dueAt }, withdrawal }: ScheduledWithdrawal) => {
  const { held, idleTurns, payout, problem, provider, providerPayoutStatus, reversal, status, transfer, turn } =
    withdrawal
  return {
    // once it is known; what was not recorded stays so
    provider: provider === "stripe" ? null : provider,
    status,
    transfer_status: transfer.status,
    transfer_attempt: transfer.attempt,
    transfer_sent_at: dateOrNull(transfer.sentAt),
    transfer_id: transfer.objectId,
    payout_status: payout.status,
    payout_attempt: payout.attempt,
    payout_sent_at: dateOrNull(payout.sentAt),
    payout_id: payout.objectId,
    provider_payout_status: providerPayoutStatus,
    reversal_status: reversal.status,
    reversal_attempt: reversal.attempt,
    reversal_sent_at: dateOrNull(reversal.sentAt),
    reversal_id: reversal.objectId,
    held_reason: held?.reason ?? null,
    held_step: held?.step ?? null,
    problem,
    turn,
    idle_turns: idleTurns,
    due_at: dateOrNull(dueAt),
    taken_until: dateOrNull(claimedUntil)
  }
}

/** Writes a withdrawal that was just asked for. Its movement is written already. */
export const insertWithdrawal = (sql: PgClient.PgClient, asked: ScheduledWithdrawal) => {
  const { account, amount, askedAt, id, userId } = asked.withdrawal
  const fixed = { id, user_id: userId, amount: formatCents(amount), account, asked_at: new Date(askedAt) }
  return sql`INSERT INTO withdrawals ${sql.insert({ ...fixed, ...changeableColumns(asked) })}`
}

/** Writes all of a withdrawal that may change. Its row is locked; movements of a new status are written already. */
export const storeWithdrawal = (sql: PgClient.PgClient, changed: ScheduledWithdrawal) =>
  sql`UPDATE withdrawals SET ${sql.update(changeableColumns(changed))} WHERE id = ${changed.withdrawal.id}::uuid`

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
