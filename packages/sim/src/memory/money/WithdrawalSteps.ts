/** What operations on withdrawals have in common, in memory: facts as they stand, and writes as they were decided. */
import type { Conclusion, StoredWithdrawal } from "@ddd/core/money/ConcludeWithdrawal"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import type { UserId } from "@ddd/core/values/Ids"
import type { TransactionRow, WalletRow } from "../../audit/Rows.ts"
import { addJobs } from "../jobs/OutboxMemory.ts"
import type { Store } from "../Store.ts"
import type { WithdrawalRow } from "../StoredRows.ts"
import { postMovements } from "./WalletMoves.ts"

type Stored = Store["Service"]

export const walletOf = (store: Stored, userId: UserId): WalletRow => {
  const wallet = store.wallets.get(userId)
  if (wallet === undefined) throw new Error(`user ${userId} has no wallet`)
  return wallet
}

/** The movement that a withdrawal began with. */
export const movementOf = (store: Stored, { id, userId }: Pick<Withdrawal, "id" | "userId">): TransactionRow => {
  const row = store.transactions.get(userId)?.find((movement) => movement.id === id)
  if (row === undefined) throw new Error(`withdrawal ${id} has no movement`)
  return row
}

/** A row as what decides about it. */
export const storedOf = (store: Stored, row: WithdrawalRow): StoredWithdrawal => {
  const { claimedUntil, dueAt, ...withdrawal } = row
  const { withdrawableDelta } = movementOf(store, withdrawal)
  return { withdrawal, schedule: { dueAt, claimedUntil }, withdrawableDelta }
}

/** A player's withdrawals that the provider has not been asked for, newest first. */
export const unsentOf = (store: Stored, userId: UserId): ReadonlyArray<StoredWithdrawal> =>
  [...store.withdrawals.values()].toReversed()
    .filter((row) => row.userId === userId && row.status === "pending" && row.transfer.status === "unsent")
    .map((row) => storedOf(store, row))

/** Writes a conclusion: movement, wallet and mail of a new status, and the withdrawal. */
export const writeConclusion = (store: Stored, { schedule, effects, withdrawal }: Conclusion): void => {
  const { id, userId } = withdrawal
  if (effects !== null) {
    const at = store.now()
    const { jobs, movementStatus: status, movements, wallet } = effects
    if (status !== null) {
      const rows = store.transactions.get(userId) ?? []
      store.transactions.set(userId, rows.map((row) => row.id === id ? { ...row, status } : row))
    }
    store.wallets.set(userId, { ...wallet, userId, updatedAt: at })
    postMovements(store, userId, { movements, wallet }, at)
    addJobs(store, jobs)
  }
  store.withdrawals.set(id, { ...withdrawal, ...schedule })
}
