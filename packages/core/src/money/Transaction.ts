/** A movement of a wallet, as its owner sees it. */
import type { Instant } from "../values/Instant.ts"
import type { Cents } from "./Money.ts"
import type { TransactionType } from "./Wallet.ts"

export type TransactionStatus = "pending" | "completed" | "failed"

/** The status with which a movement is written. A withdrawal's changes once it is paid or failed, no other's does. */
export const initialStatus = (type: TransactionType): TransactionStatus =>
  type === "withdrawal" ? "pending" : "completed"

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
