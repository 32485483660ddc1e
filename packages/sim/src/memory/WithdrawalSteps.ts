/** What operations on withdrawals have in common, in memory. Each is a piece of a write that was decided. */
import { applyReport } from "@ddd/core/money/ProviderReport"
import { failWithdrawal, payWithdrawal, returnWithdrawal } from "@ddd/core/money/Wallet"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import { dueAfter } from "@ddd/core/money/WithdrawalActions"
import type { TransactionStatus } from "@ddd/core/ports/Ledger"
import type { UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { Result } from "effect"
import type { TransactionRow, WalletRow } from "../audit/Rows.ts"
import { addJob } from "./OutboxMemory.ts"
import type { Store } from "./Store.ts"
import type { WithdrawalRow } from "./StoredRows.ts"
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

const setStatus = (store: Stored, { id, userId }: TransactionRow, status: TransactionStatus): void => {
  const rows = store.transactions.get(userId) ?? []
  store.transactions.set(userId, rows.map((row) => row.id === id ? { ...row, status } : row))
}

/** Does to wallet and movement what follows from what a withdrawal has come to. */
const moveBy = (store: Stored, withdrawal: Withdrawal, at: Instant): void => {
  const { amount, id, status, userId } = withdrawal
  const wallet = walletOf(store, userId)
  const movement = movementOf(store, withdrawal)
  const money = { id, amount, withdrawableDelta: movement.withdrawableDelta }
  if (status === "paid") {
    store.wallets.set(userId, { ...payWithdrawal(wallet, money), userId, updatedAt: at })
    setStatus(store, movement, "completed")
    return
  }
  const moved = (status === "failed" ? failWithdrawal : returnWithdrawal)(wallet, userId, money)
  if (Result.isFailure(moved)) throw new Error(`withdrawal ${id} cannot come back: its wallet cannot hold that much`)
  if (status === "failed") setStatus(store, movement, "failed")
  postMovements(store, userId, moved.success, at)
}

/**
 * Writes a withdrawal down as it became: with it, where its status changed, what its wallet, its movement and its player's mail
 * have from that; and when it is taken up next. A turn that is under way goes on, unless it is the one that ends.
 */
export const goOn = (store: Stored, before: WithdrawalRow, after: Withdrawal, turn: number | null): void => {
  const at = store.now()
  const { id, status, userId } = after
  if (status !== before.status && status !== "pending") {
    moveBy(store, after, at)
    addJob(store, `withdrawal ${id} ${status}`, { _tag: "MailWithdrawal", userId, withdrawalId: id, event: status })
  }
  const isUnderWay = before.claimedUntil !== null && before.claimedUntil > at && turn !== before.turn
  const claimedUntil = isUnderWay ? before.claimedUntil : null
  const dueAt = dueAfter(after, at)
  store.withdrawals.set(id, { ...after, dueAt: dueAt === null ? null : claimedUntil ?? dueAt, claimedUntil })
}

/** Calls off withdrawals that the provider has not heard of, newest first, until the balance is `needed`. */
export const callOff = (store: Stored, userId: UserId, needed: bigint, reason: string): void => {
  const unsent = [...store.withdrawals.values()].toReversed().filter((row) =>
    row.userId === userId && row.status === "pending" && row.transfer.status === "unsent"
  )
  for (const row of unsent) {
    if (walletOf(store, userId).balance >= needed) return
    goOn(store, row, applyReport(row, { _tag: "Canceled", reason }), null)
  }
}
