/** A statement for a terminal: a line a movement, in columns whose widths are known before the first. */
import { formatCents } from "@ddd/core/money/Money"
import { isComplete, type StatementForm } from "@ddd/core/money/Statement"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"

const row = (time: string, what: string, amount: string, balance: string, about = ""): string =>
  `${time.padEnd(24)}  ${what.padEnd(15)}  ${amount.padStart(13)}  ${balance.padStart(13)}  ${about}`.trimEnd() + "\n"

export const statementText: StatementForm = {
  begin: (head) =>
    `${visible(head.user.username)} (${head.user.id}), ${head.month}${
      isComplete(head) ? "" : ", which is not over"
    }\n\n` +
    row("WHEN (UTC)", "WHAT", "AMOUNT", "BALANCE", "REFERENCE") +
    row(formatInstant(head.period.from), "opening balance", "", formatCents(head.openingBalance)),
  movements: (page) =>
    page.map(({ amount, balanceAfter, createdAt, referenceId, status, type }) =>
      row(
        formatInstant(createdAt),
        type,
        formatCents(amount),
        formatCents(balanceAfter),
        [...status === "completed" ? [] : [status], visible(referenceId ?? "")].join(" ")
      )
    ).join(""),
  end: ({ closingBalance, totals }, head) =>
    row(
      formatInstant(isComplete(head) ? head.period.until : head.madeAt),
      "closing balance",
      "",
      formatCents(closingBalance)
    ) +
    (totals.length === 0 ? "" : "\n") +
    totals.map(({ amount, count, type }) => row("", type, formatCents(amount), "", `${count} in all`)).join("")
}
