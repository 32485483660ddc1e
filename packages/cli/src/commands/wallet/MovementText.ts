/** Movements of wallets as operators see them: as JSON, and in columns. */
import { formatCents } from "@ddd/core/money/Money"
import type { Transaction } from "@ddd/core/money/Transaction"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { fitted } from "../../terminal/Table.ts"

export const movementJson = (movement: Transaction) => ({
  id: movement.id,
  type: movement.type,
  amount: formatCents(movement.amount),
  balanceAfter: formatCents(movement.balanceAfter),
  status: movement.status,
  reference: movement.referenceId,
  at: formatInstant(movement.createdAt)
})

/** One line a movement, newest first. */
export const movementTable = (movements: ReadonlyArray<Transaction>): string =>
  fitted([
    ["WHEN", "WHAT", "AMOUNT", "BALANCE", "STATUS", "REFERENCE", "ID"],
    ...movements.map(({ amount, balanceAfter, createdAt, id, referenceId, status, type }) => [
      formatInstant(createdAt),
      type.replaceAll("_", " "),
      formatCents(amount),
      formatCents(balanceAfter),
      status,
      visible(referenceId ?? ""),
      id
    ])
  ], { right: [2, 3], yields: [5, 4, 0] })
