/**
 * A statement as one page that needs nothing else: to be read on a phone, printed on A4 or Letter, or saved as PDF by whatever shows it.
 *
 * It has no script, and its policy lets none in, nor anything from elsewhere; the policy stands in the page too, since a client that was
 * given it with an access token shows it from its own memory.
 */
import { type Cents, formatCents } from "@ddd/core/money/Money"
import { isComplete, type StatementForm, type StatementHead } from "@ddd/core/money/Statement"
import type { TransactionType } from "@ddd/core/money/Wallet"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { hash } from "node:crypto"

const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem; background: #fff; color: #1b1b1b;
  font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.2; }
h2 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
p { margin: .25rem 0; }
.about { color: #505050; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .5rem 1rem; margin: 1rem 0 0; }
dl div { border-top: 2px solid #1b1b1b; padding-top: .25rem; }
dt { color: #505050; }
dd { margin: 0; font-size: 1.25rem; font-weight: 600; }
dd, .money { font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #d0d0d0; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #1b1b1b; }
.money { text-align: right; }
.money, td:first-child, td:nth-child(2) { white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.reference { overflow-wrap: anywhere; color: #505050; }
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .5rem 0; border-bottom: 1px solid #d0d0d0; }
  td { display: flex; justify-content: space-between; gap: 1rem; padding: .125rem 0; border: 0; text-align: right; }
  td::before { content: attr(data-label); flex: none; color: #505050; }
  td:empty { display: none; }
}
@page { margin: 15mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h1 { font-size: 16pt; } h2 { font-size: 12pt; break-after: avoid; }
  thead { display: table-header-group; }
  tr, dl { break-inside: avoid; }
}
`

const policyParts = [
  "default-src 'none'",
  `style-src 'sha256-${hash("sha256", style, "base64")}'`,
  "base-uri 'none'",
  "form-action 'none'"
]

/** The policy that the page is sent with. */
export const statementPolicy = [...policyParts, "frame-ancestors 'none'", "sandbox"].join("; ")

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

/** A text from outside: what cannot be seen is told by its number, and nothing is markup. */
const shown = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => escapes[character] ?? "")

const money = (amount: Cents): string => formatCents(amount)

/** `2026-02-03 23:59:30`, in UTC, as the page says. */
const time = (at: Instant): string => formatInstant(at).slice(0, 19).replace("T", " ")

const labels: Readonly<Record<TransactionType, string>> = {
  deposit: "Credit bought",
  withdrawal: "Withdrawal",
  ticket_purchase: "Ticket",
  prize_win: "Prize",
  refund: "Refund",
  chargeback: "Purchase taken back",
  debt: "Debt",
  debt_repaid: "Debt paid",
  house_fee: "Fee",
  adjustment: "Correction by the operator"
}

const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December"
]

const titleOf = ({ month }: StatementHead): string =>
  `Wallet statement, ${monthNames[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`

const begin = (head: StatementHead): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyParts.join("; ")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${titleOf(head)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${titleOf(head)}</h1>
<p class="about">Daily Dollar Draw, account of ${shown(head.user.username)}, ${shown(head.user.id)}.</p>
<p class="about">Made on ${time(head.madeAt)}${
    isComplete(head) ? "" : ", before the month was over"
  }. All times are UTC, all amounts US dollars.</p>
<dl><div><dt>Opening balance</dt><dd>${money(head.openingBalance)}</dd></div></dl>
<h2 id="movements">Movements</h2>
<table role="table" aria-labelledby="movements">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Time</th><th role="columnheader" scope="col">Movement</th>` +
  `<th role="columnheader" scope="col">Reference</th><th role="columnheader" scope="col" class="money">Amount</th>` +
  `<th role="columnheader" scope="col" class="money">Balance</th></tr></thead>
<tbody role="rowgroup">
`

const cell = (label: string, text: string, kind = ""): string =>
  `<td role="cell" data-label="${label}"${kind === "" ? "" : ` class="${kind}"`}>${text}</td>`

const emptyBody = `<tr role="row"><td role="cell" colspan="5">Nothing moved.</td></tr>\n`

export const statementHtml: StatementForm = {
  begin,
  movements: (page) =>
    page.map(({ amount, balanceAfter, createdAt, referenceId, status, type }) =>
      `<tr role="row">${cell("Time", time(createdAt))}${
        cell("Movement", `${labels[type]}${status === "completed" ? "" : ` (${status})`}`)
      }${cell("Reference", shown(referenceId ?? ""), "reference")}${cell("Amount", money(amount), "money")}${
        cell("Balance", money(balanceAfter), "money")
      }</tr>\n`
    ).join(""),
  end: ({ closingBalance, totals }) =>
    `${totals.length === 0 ? emptyBody : ""}</tbody>
</table>
<h2 id="totals">Totals</h2>
<table role="table" aria-labelledby="totals">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Movement</th>` +
    `<th role="columnheader" scope="col" class="money">Number</th>` +
    `<th role="columnheader" scope="col" class="money">Amount</th></tr></thead>
<tbody role="rowgroup">
${
      totals.map(({ amount, count, type }) =>
        `<tr role="row">${cell("Movement", labels[type])}${cell("Number", String(count), "money")}${
          cell("Amount", money(amount), "money")
        }</tr>\n`
      ).join("")
    }${totals.length === 0 ? emptyBody.replace("5", "3") : ""}</tbody>
</table>
<dl><div><dt>Closing balance</dt><dd>${money(closingBalance)}</dd></div></dl>
</main>
</body>
</html>
`
}
