/** What must hold of money that comes from outside and goes there (docs/design.md, "Money", "What leaves the building"). */
import { type CreditStatus, type Funding, isDismissed, stepDue, takenOf } from "@ddd/core/money/Funding"
import { depositSource, reversalReference } from "@ddd/core/money/FundingReference"
import type { TransactionStatus } from "@ddd/core/money/Transaction"
import type { WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import { byReference, type Check, sum } from "./IndexedRows.ts"
import type { TransactionRow } from "./Rows.ts"

export const debtIsReceivable: Check = function*({ transactionsOn, wallets }) {
  const accounts = new Map<string, string>()
  for (const { balance, debt, userId } of wallets) {
    const subject = `wallet of ${userId}`
    const account = `receivable:${userId}`
    accounts.set(account, userId)
    const lent = sum((transactionsOn.get(account) ?? []).map(({ amount }) => amount))
    if (debt !== lent) yield { subject, detail: `owes ${debt} cents, of which its account knows ${lent}` }
    if (debt < 0n || debt > 0n && balance !== 0n) {
      yield { subject, detail: `owes ${debt} cents and holds ${balance}` }
    }
  }
  for (const [account, movements] of transactionsOn) {
    if (!account.startsWith("receivable:")) continue
    for (const { id, userId } of movements) {
      if (accounts.get(account) !== userId) {
        yield { subject: `transaction ${id}`, detail: `of ${userId} is against ${account}` }
      }
    }
  }
}

/** How often a wallet must have been credited, been taken from and been given back to. */
const counts: { readonly [G in CreditStatus]: readonly [credits: number, chargebacks: number, reversals: number] } = {
  "nothing": [0, 0, 0],
  "credited": [1, 0, 0],
  "taken back": [1, 1, 0],
  "given back": [1, 1, 1]
}

export const fundingOnce: Check = function*({ fundings, transactions }) {
  const deposits = byReference(transactions, "deposit")
  const chargebacks = byReference(transactions, "chargeback")
  const explained = new Set<TransactionRow>()
  const references = new Set<string>()
  const isOf =
    ({ reference, userId }: Funding, amount: bigint | null, sign: bigint) => (row: TransactionRow): boolean =>
      row.userId === userId && row.amount * sign === amount &&
      row.counterAccount === `deposits:${depositSource(reference)}`
  for (const funding of fundings) {
    const { creditStatus, reference, userId } = funding
    const subject = `funding ${reference}`
    if (references.has(reference)) yield { subject, detail: "there are two of them" }
    references.add(reference)
    const step = stepDue(funding)
    if (step !== null && userId !== null && !isDismissed(funding)) {
      yield { subject, detail: `${creditStatus}, which it is time to ${step}` }
    }
    const credits = deposits.get(reference) ?? []
    const taken = chargebacks.get(reference) ?? []
    const back = taken.flatMap(({ id }) => deposits.get(reversalReference(id)) ?? [])
    for (const row of [...credits, ...taken, ...back]) explained.add(row)
    const [creditCount, takenCount, backCount] = counts[creditStatus]
    if (credits.length !== creditCount || taken.length !== takenCount || back.length !== backCount) {
      yield {
        subject,
        detail:
          `${creditStatus}, but credited ${credits.length} times, taken back ${taken.length} times and given back ` +
          `${back.length} times`
      }
    }
    const refund = takenOf(funding)
    if (
      !credits.every(isOf(funding, funding.amount, 1n)) || !taken.every(isOf(funding, refund, -1n)) ||
      !back.every(isOf(funding, refund, 1n))
    ) {
      yield { subject, detail: `moved something else than ${funding.amount} cents of ${userId}` }
    }
  }
  for (const row of [...deposits.values(), ...chargebacks.values()].flat()) {
    if (!explained.has(row)) {
      yield {
        subject: `transaction ${row.id}`,
        detail: `a ${row.type} of ${row.referenceId}, of which nothing was said`
      }
    }
  }
}

const movementStatus: { readonly [S in WithdrawalStatus]: TransactionStatus } = {
  pending: "pending",
  paid: "completed",
  failed: "failed",
  returned: "completed"
}

export const withdrawalSettled: Check = function*({ transactions, withdrawals }) {
  const movements = Map.groupBy(transactions.filter(({ type }) => type === "withdrawal"), ({ id }) => id)
  const refunds = byReference(transactions.filter(({ counterAccount }) => counterAccount === "payouts"), "refund")
  const seen = new Set<string | null>()
  for (const { amount, id, status, userId } of withdrawals) {
    const subject = `withdrawal ${id}`
    if (seen.has(id)) yield { subject, detail: "there are two of them" }
    seen.add(id)
    const [movement, ...more] = movements.get(id) ?? []
    if (movement === undefined || more.length > 0) {
      yield { subject, detail: `has ${movement === undefined ? 0 : more.length + 1} movements` }
      continue
    }
    if (movement.userId !== userId || movement.amount !== -amount || movement.status !== movementStatus[status]) {
      yield {
        subject,
        detail:
          `of ${amount} cents of ${userId} is ${status}, its movement of ${movement.amount} of ${movement.userId} ` +
          movement.status
      }
    }
    const back = refunds.get(id) ?? []
    const expected = status === "failed" || status === "returned" ? 1 : 0
    if (back.length !== expected) yield { subject, detail: `is ${status} and came back ${back.length} times` }
    for (const refund of back) {
      if (
        refund.userId !== userId || refund.amount !== amount || refund.withdrawableDelta !== -movement.withdrawableDelta
      ) {
        yield {
          subject,
          detail: `came back as ${refund.amount} cents (${refund.withdrawableDelta} withdrawable) to ${refund.userId}`
        }
      }
    }
  }
  for (const id of movements.keys()) {
    if (!seen.has(id)) yield { subject: `transaction ${id}`, detail: "takes money out for no withdrawal" }
  }
  for (const [reference, rows] of refunds) {
    if (seen.has(reference)) continue
    for (const { id } of rows) {
      yield { subject: `transaction ${id}`, detail: `brings ${reference} back, which is no withdrawal` }
    }
  }
}
