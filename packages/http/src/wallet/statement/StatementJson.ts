/** A statement as JSON: `StatementBody`, with its movements a line each. */
import { formatCents } from "@ddd/core/money/Money"
import { isComplete, type StatementForm } from "@ddd/core/money/Statement"
import type { Transaction } from "@ddd/core/money/Transaction"
import { formatInstant } from "@ddd/core/values/Instant"

const movementText = (transaction: Transaction): string =>
  JSON.stringify({
    ...transaction,
    amount: formatCents(transaction.amount),
    balanceAfter: formatCents(transaction.balanceAfter),
    createdAt: formatInstant(transaction.createdAt)
  })

export const statementJson: StatementForm = {
  begin: (head) => {
    const begun = {
      month: head.month,
      from: formatInstant(head.period.from),
      until: formatInstant(head.period.until),
      madeAt: formatInstant(head.madeAt),
      complete: isComplete(head),
      openingBalance: formatCents(head.openingBalance)
    }
    return `${JSON.stringify(begun).slice(0, -1)},\n"movements":[`
  },
  movements: (page, isFirst) => `${isFirst ? "" : ","}\n${page.map(movementText).join(",\n")}`,
  end: ({ closingBalance, totals }) => {
    const end = {
      totals: totals.map((total) => ({ ...total, amount: formatCents(total.amount) })),
      closingBalance: formatCents(closingBalance)
    }
    return `],\n${JSON.stringify(end).slice(1)}\n`
  }
}
