/** What contract tests read of wallets and what moved them. */
import type { Cents } from "@ddd/core/money/Money"
import type { TransactionStatus } from "@ddd/core/money/Transaction"
import type { TransactionType } from "@ddd/core/money/Wallet"
import { Ledger } from "@ddd/core/ports/Ledger"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { jobsOf } from "./Players.ts"

export const walletOf = (userId: UserId) => Ledger.use((ledger) => ledger.wallet(userId))

/** The newest movements of a wallet, at most a hundred, oldest first. */
export const movementsOf = (userId: UserId) =>
  Ledger.use((ledger) =>
    Effect.map(ledger.transactions(userId, null, { limit: 100, cursor: null }), ({ items }) => items.toReversed())
  )

/** The same, as what they were, how much, and what they came to. */
export const historyOf = (
  userId: UserId
) =>
  Effect.map(
    movementsOf(userId),
    (movements) =>
      movements.map(({ amount, status, type }): [TransactionType, Cents, TransactionStatus] => [type, amount, status])
  )

/** Which events of a withdrawal its player is told, oldest first. */
export const toldOf = (withdrawalId: string) =>
  Effect.map(
    jobsOf("MailWithdrawal"),
    (jobs) => jobs.flatMap((job) => job.withdrawalId === withdrawalId ? [job.event] : [])
  )
