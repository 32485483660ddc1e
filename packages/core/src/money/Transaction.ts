/** A movement of a wallet, as its owner sees it. */
import type { Instant } from "../values/Instant.ts"
import type { Cents } from "./Money.ts"
import type { TransactionType } from "./Wallet.ts"

export type TransactionStatus = "pending" | "completed" | "failed"

/** A row of a wallet's history (docs/api.md, "Transaction"). */
export interface Transaction {
  readonly id: string
  readonly type: TransactionType
  /** Signed. */
  readonly amount: Cents
  readonly balanceAfter: Cents
  readonly status: TransactionStatus
  readonly referenceId: string | null
  readonly createdAt: Instant
}
