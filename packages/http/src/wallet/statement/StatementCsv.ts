/**
 * A statement as CSV, for spreadsheets: a head, then a line each for the opening balance, the movements, the totals and the closing balance,
 * which `line` tells apart.
 */
import { formatCents } from "@ddd/core/money/Money"
import { isComplete, type StatementForm } from "@ddd/core/money/Statement"
import { csvLine, csvText } from "@ddd/core/values/CsvText"
import { formatInstant } from "@ddd/core/values/Instant"

const columns = ["line", "time", "type", "count", "amount", "balance", "status", "reference", "id"] as const

const lineOf = (fields: { readonly [Column in typeof columns[number]]?: string }): string =>
  csvLine(columns.map((column) => fields[column] ?? ""))

export const statementCsv: StatementForm = {
  begin: ({ openingBalance, period }) =>
    csvLine(columns) +
    lineOf({ line: "opening", time: formatInstant(period.from), balance: formatCents(openingBalance) }),
  movements: (page) =>
    page.map(({ amount, balanceAfter, createdAt, id, referenceId, status, type }) =>
      lineOf({
        line: "movement",
        time: formatInstant(createdAt),
        type,
        amount: formatCents(amount),
        balance: formatCents(balanceAfter),
        status,
        reference: csvText(referenceId ?? ""),
        id
      })
    ).join(""),
  end: ({ closingBalance, totals }, head) =>
    totals.map(({ amount, count, type }) =>
      lineOf({ line: "total", type, count: String(count), amount: formatCents(amount) })
    ).join("") +
    lineOf({
      line: "closing",
      time: formatInstant(isComplete(head) ? head.period.until : head.madeAt),
      balance: formatCents(closingBalance)
    })
}
