/** What operations on withdrawals have in common, in memory: facts as they stand, and writes as they were decided. */
import {
  type ConcludeFacts,
  concludeResolution,
  type Conclusion,
  type StoredWithdrawal
} from "@ddd/core/money/ConcludeWithdrawal"
import { givenBack } from "@ddd/core/money/FourEyes"
import { hasNews, type Withdrawal } from "@ddd/core/money/Withdrawal"
import type { Resolution } from "@ddd/core/money/WithdrawalResolution"
import type { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import type { Reported } from "@ddd/core/ports/Withdrawals"
import type { UserId } from "@ddd/core/values/Ids"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import type { TransactionRow, WalletRow } from "../../audit/Rows.ts"
import { addJobs } from "../jobs/OutboxMemory.ts"
import type { Gate } from "../operators/ApprovalSteps.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import type { Store } from "../Store.ts"
import type { WithdrawalRow } from "../StoredRows.ts"
import { postMovements } from "./WalletMoves.ts"

type Stored = Store["Service"]

const walletOf = (store: Stored, userId: UserId): WalletRow => {
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

/** Without what the store alone keeps of it. */
export const asWithdrawal = (row: WithdrawalRow): Withdrawal => {
  const { claimedUntil: _, dueAt: __, ...withdrawal } = row
  return withdrawal
}

const factsOf = (store: Stored, row: WithdrawalRow): ConcludeFacts => ({
  ...storedOf(store, row),
  wallet: walletOf(store, row.userId),
  now: store.now()
})

/** What is written of an operator whose doing it is, if it changes the withdrawal; null where it is nobody's. */
type EntryOf = ((withdrawal: Withdrawal) => NewOperatorEntry) | null

const writeConcluded = (
  store: Stored,
  { withdrawal: before }: ConcludeFacts,
  conclusion: Conclusion,
  entryOf: EntryOf
): Reported => {
  writeConclusion(store, conclusion)
  const after = conclusion.withdrawal
  if (entryOf !== null && hasNews(before, after)) writeEntry(store, entryOf(before))
  return { before, after }
}

/** Writes what is concluded; null where there is no such withdrawal. */
export const conclude = (
  store: Stored,
  id: string,
  decide: (facts: ConcludeFacts) => Conclusion,
  entryOf: EntryOf
): Reported | null => {
  const row = store.withdrawals.get(id)
  if (row === undefined) return null
  const facts = factsOf(store, row)
  return writeConcluded(store, facts, decide(facts), entryOf)
}

/** Carries a person's decision out; null where it does not apply. Money that comes back by it waits where `gate` says so. */
export const resolveHeld = (
  store: Stored,
  id: string,
  resolution: Resolution,
  entryOf: EntryOf,
  gate: Gate
): Withdrawal | ApprovalRequired | null => {
  const row = store.withdrawals.get(id)
  if (row === undefined) return null
  const facts = factsOf(store, row)
  const conclusion = concludeResolution(facts, resolution)
  if (conclusion === null) return null
  const money = givenBack(facts.withdrawal, resolution)
  return (money === null ? null : gate(money)) ?? writeConcluded(store, facts, conclusion, entryOf).after
}
