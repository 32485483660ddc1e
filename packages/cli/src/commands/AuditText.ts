/** What an audit found, for people and for programs. */
import { type AuditReport, invariants } from "@ddd/core/ports/Books"
import { visibleData } from "@ddd/core/values/Visible"
import { count } from "../terminal/Numbers.ts"
import { style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"

export const auditJson = ({ counted, findings }: AuditReport) => ({ holds: findings.length === 0, counted, findings })

/** Each invariant, the rows that break one, and what was looked at. */
export const auditText = ({ counted, findings }: AuditReport): string => {
  const broken = new Set<string>(findings.map(({ invariant }) => invariant))
  const { draws, maturingPrizes, tickets, transactions, users } = counted
  const seen = `${count(users)} users, ${count(draws)} draws, ${count(tickets)} tickets, ${
    count(transactions)
  } transactions, ${count(maturingPrizes)} prizes of rooms that rest`
  return [
    aligned(
      Object.entries(invariants).map(([name, sentence]) => [
        broken.has(name) ? style.red("✗") : style.green("✓"),
        name,
        style.dim(sentence)
      ])
    ),
    ...visibleData(findings).map(({ detail, invariant, subject }) => style.red(`${invariant}: ${subject}: ${detail}`)),
    style.bold(
      findings.length === 0
        ? style.green(`The books hold: ${seen}.`)
        : style.red(`The books do not hold: ${findings.length} findings in ${seen}.`)
    )
  ].join("\n")
}
