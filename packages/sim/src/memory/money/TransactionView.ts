/** A stored movement as its player sees it. */
import type { Transaction } from "@ddd/core/money/Transaction"
import type { TransactionRow } from "../../audit/Rows.ts"

export const asTransaction = (
  { amount, balanceAfter, createdAt, id, referenceId, status, type }: TransactionRow
): Transaction => ({
  id,
  type,
  amount,
  balanceAfter,
  status,
  referenceId,
  createdAt
})
