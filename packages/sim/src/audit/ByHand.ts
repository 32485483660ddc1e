/** What must hold of money that operators move by hand (docs/design.md, "Money"). */
import type { Approval } from "@ddd/core/money/FourEyes"
import type { Check, Index } from "./IndexedRows.ts"
import type { TransactionRow } from "./Rows.ts"

/** Whether what was approved was done. */
const isCarriedOut = ({ adjustments, fundings, withdrawals }: Index, { id, money }: Approval): boolean => {
  switch (money.kind) {
    case "adjustment":
      return adjustments.filter(({ approvalId }) => approvalId === id).length === 1
    case "withdrawal":
      return withdrawals.some((withdrawal) =>
        withdrawal.id === money.reference &&
        (withdrawal.transfer.status === "refused" || withdrawal.payout.status === "refused" ||
          withdrawal.providerPayoutStatus === "failed")
      )
    case "deposit":
    case "purchase":
      return fundings.some(({ amount, creditStatus, reference, userId }) =>
        reference === money.reference && creditStatus !== "nothing" && userId === money.userId &&
        amount === money.amount
      )
  }
}

export const byHandOnce: Check = function*(index) {
  const { adjustments, approvals, operatorLog, transactions } = index
  const entries = new Set(operatorLog.map(({ id }) => id))
  const movements = new Map<string, TransactionRow>()
  for (const movement of transactions) if (movement.type === "adjustment") movements.set(movement.id, movement)
  for (const { amount, corrects, logId, reference, transactionId, userId } of adjustments) {
    const subject = `adjustment ${reference}`
    const movement = movements.get(transactionId)
    movements.delete(transactionId)
    const account = `adjustments:${corrects === null ? "credit" : "correction"}`
    if (
      movement === undefined || movement.userId !== userId || movement.amount !== amount ||
      movement.referenceId !== reference || movement.counterAccount !== account
    ) {
      yield { subject, detail: `of ${amount} cents for ${userId} has no such movement` }
    }
    if (!entries.has(logId)) yield { subject, detail: "nothing is written of who did it" }
  }
  for (const id of movements.keys()) {
    yield { subject: `transaction ${id}`, detail: "adjusts a wallet, and nothing says who did that" }
  }
  for (const approval of approvals) {
    if (approval.state === "done" && !isCarriedOut(index, approval)) {
      yield { subject: `approval ${approval.id}`, detail: "was approved, and not done" }
    }
  }
}
