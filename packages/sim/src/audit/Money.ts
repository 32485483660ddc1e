/** What must hold of wallets, their movements, and the accounts on the other side (docs/design.md, "Money"). */
import { ticketFee, ticketPot, ticketPrice } from "@ddd/core/money/Money"
import type { TransactionType } from "@ddd/core/money/Wallet"
import { houseUserId, type UserId } from "@ddd/core/values/Ids"
import { byReference, type Check, drawAccount, sum, ticketsIn } from "./IndexedRows.ts"
import type { BeganVoid, TransactionRow } from "./Rows.ts"

export const walletNotNegative: Check = function*({ wallets }) {
  for (const { balance, pendingWithdrawal, userId, withdrawable } of wallets) {
    if (balance < 0n) yield { subject: `wallet of ${userId}`, detail: `holds ${balance} cents` }
    if (withdrawable < 0n || withdrawable > balance) {
      yield { subject: `wallet of ${userId}`, detail: `holds ${balance} cents, of which ${withdrawable} withdrawable` }
    }
    if (pendingWithdrawal < 0n) {
      yield { subject: `wallet of ${userId}`, detail: `has ${pendingWithdrawal} cents on their way out` }
    }
  }
}

export const walletIsItsHistory: Check = function*({ transactionsOf, users, wallets }) {
  const owners = new Set<UserId>()
  for (const { balance, pendingWithdrawal, userId, withdrawable, withdrawn } of wallets) {
    const subject = `wallet of ${userId}`
    if (owners.has(userId)) yield { subject, detail: "there are two of them" }
    owners.add(userId)
    const movements = transactionsOf.get(userId) ?? []
    const moved = sum(movements.map(({ amount }) => amount))
    if (moved !== balance) yield { subject, detail: `holds ${balance} cents, its movements make ${moved}` }
    const won = sum(movements.map(({ withdrawableDelta }) => withdrawableDelta))
    if (won !== withdrawable) yield { subject, detail: `${withdrawable} cents withdrawable, its movements make ${won}` }
    const asked = movements.filter(({ status, type }) => type === "withdrawal" && status === "pending")
    const leaving = -sum(asked.map(({ amount }) => amount))
    if (leaving !== pendingWithdrawal) {
      yield { subject, detail: `${pendingWithdrawal} cents on their way out, its pending withdrawals make ${leaving}` }
    }
    const gone = -sum(
      movements.filter(({ counterAccount }) => counterAccount === "payouts").map(({ amount }) => amount)
    )
    if (gone !== withdrawn) yield { subject, detail: `withdrew ${withdrawn} cents, its movements make ${gone}` }
  }
  for (const userId of new Set([...users.map(({ id }) => id), ...transactionsOf.keys()])) {
    if (!owners.has(userId)) yield { subject: `user ${userId}`, detail: "has no wallet" }
  }
}

export const historyWithoutGaps: Check = function*({ transactionsOf, wallets }) {
  for (const [userId, movements] of transactionsOf) {
    let balance = 0n
    for (const [i, { amount, balanceAfter, seq }] of movements.entries()) {
      const subject = `movement ${seq} of ${userId}`
      if (seq !== i + 1) yield { subject, detail: `stands where number ${i + 1} should` }
      if (balanceAfter !== balance + amount) {
        yield { subject, detail: `moves ${balance} cents by ${amount} and says ${balanceAfter}` }
      }
      balance = balanceAfter
    }
  }
  for (const { seq, userId } of wallets) {
    const count = transactionsOf.get(userId)?.length ?? 0
    if (seq !== count) yield { subject: `wallet of ${userId}`, detail: `counts ${seq} movements, there are ${count}` }
  }
}

/** Where each kind of movement has its other side, and its sign; null: either. */
const otherSides: {
  readonly [T in TransactionType]: { readonly accounts: ReadonlyArray<string>; readonly sign: 1n | -1n | null }
} = {
  deposit: { accounts: ["deposits"], sign: 1n },
  withdrawal: { accounts: ["payouts"], sign: -1n },
  ticket_purchase: { accounts: ["draw"], sign: -1n },
  prize_win: { accounts: ["draw"], sign: 1n },
  house_fee: { accounts: ["draw"], sign: 1n },
  refund: { accounts: ["draw", "payouts"], sign: 1n },
  chargeback: { accounts: ["deposits"], sign: -1n },
  debt: { accounts: ["receivable"], sign: 1n },
  debt_repaid: { accounts: ["receivable"], sign: -1n },
  adjustment: { accounts: ["adjustments"], sign: null }
}

const kindOf = (account: string): string => account.split(":", 1)[0] ?? ""

export const moneyConserved: Check = function*({ transactions, transactionsOn, wallets }) {
  for (const { amount, counterAccount, id, type } of transactions) {
    const { accounts, sign } = otherSides[type]
    if (sign !== null && amount * sign <= 0n) {
      yield { subject: `transaction ${id}`, detail: `a ${type} of ${amount} cents` }
    }
    if (!accounts.includes(kindOf(counterAccount))) {
      yield { subject: `transaction ${id}`, detail: `a ${type} against ${counterAccount}` }
    }
  }
  let given = 0n
  for (const [account, movements] of transactionsOn) {
    const total = sum(movements.map(({ amount }) => amount))
    given += total
    // nobody pays back more than was paid in, or owes less than nothing; payouts only ever take
    const kind = kindOf(account)
    if ((kind === "deposits" || kind === "receivable") && total < 0n || kind === "payouts" && total > 0n) {
      yield { subject: account, detail: `gave ${total} cents to wallets` }
    }
  }
  const held = sum(wallets.map(({ balance }) => balance))
  if (held !== given) yield { subject: "all wallets", detail: `hold ${held} cents, the accounts gave ${given}` }
}

/** How many tickets of a draw are paid back, though it is not void yet. */
const refundedIn = (beganVoid: BeganVoid | null): number => beganVoid?.refundedEntries ?? 0

export const drawAccountHolds: Check = function*(index) {
  for (const { beganVoid, id, status } of index.draws) {
    const holds = -sum(drawAccount(index, id).map(({ amount }) => amount))
    const tickets = ticketsIn(index, id).length
    const expected = status === "drawn" || status === "void"
      ? 0n
      : BigInt(tickets - refundedIn(beganVoid)) * ticketPrice
    if (holds !== expected) {
      yield { subject: `draw ${id}`, detail: `${status} with ${tickets} tickets, its account holds ${holds} cents` }
    }
  }
  const accounts = new Set(index.draws.map(({ id }) => `draw:${id}`))
  for (const account of index.transactionsOn.keys()) {
    if (kindOf(account) === "draw" && !accounts.has(account)) {
      yield { subject: account, detail: "there is no such draw" }
    }
  }
}

export const ticketPaidOnce: Check = function*({ tickets, transactions }) {
  const payments = byReference(transactions, "ticket_purchase")
  const seen = new Set<string | null>()
  for (const { drawId, ticketId, userId, walletSeq } of tickets) {
    const subject = `ticket ${ticketId}`
    if (seen.has(ticketId)) yield { subject, detail: "there are two of them" }
    seen.add(ticketId)
    const [payment, ...more] = payments.get(ticketId) ?? []
    if (payment === undefined || more.length > 0) {
      yield { subject, detail: `was paid ${payment === undefined ? 0 : more.length + 1} times` }
    } else if (
      payment.userId !== userId || payment.amount !== -ticketPrice || payment.seq !== walletSeq ||
      payment.counterAccount !== `draw:${drawId}`
    ) {
      yield {
        subject,
        detail:
          `was paid by movement ${payment.seq} of ${payment.userId}: ${payment.amount} cents to ${payment.counterAccount}`
      }
    }
  }
  for (const [reference, [payment]] of payments) {
    if (!seen.has(reference)) {
      yield { subject: `transaction ${payment?.id}`, detail: `pays for ${reference}, which is no ticket` }
    }
  }
}

export const potIsShare: Check = function*(index) {
  for (const { id, prizePool } of index.draws) {
    const tickets = ticketsIn(index, id).length
    if (prizePool !== BigInt(tickets) * ticketPot) {
      yield { subject: `draw ${id}`, detail: `has a pot of ${prizePool} cents with ${tickets} tickets` }
    }
  }
}

export const prizePaid: Check = function*(index) {
  for (const { id, status, winningPosition } of index.draws) {
    const tickets = ticketsIn(index, id)
    const winner = status === "drawn" ? tickets.find(({ position }) => position === winningPosition) : undefined
    const count = BigInt(tickets.length)
    const expected = winner === undefined ? [] : [
      `house_fee of ${count * ticketFee} cents to ${houseUserId}`,
      `prize_win of ${count * ticketPot} cents to ${winner.userId}`
    ]
    const paid = drawAccount(index, id)
      .filter(({ type }) => type === "prize_win" || type === "house_fee")
      .map(({ amount, type, userId }) => `${type} of ${amount} cents to ${userId}`)
      .toSorted()
    if (paid.join() !== expected.join()) {
      yield {
        subject: `draw ${id}`,
        detail: `${status}, paid ${paid.join(" and ") || "nothing"} instead of ${expected.join(" and ") || "nothing"}`
      }
    }
  }
}

export const refundOnce: Check = function*(index) {
  for (const { beganVoid, id, status } of index.draws) {
    const account = drawAccount(index, id)
    const refunds = byReference(account, "refund")
    const due = ticketsIn(index, id).filter(({ position }) => status === "void" || position <= refundedIn(beganVoid))
    if (due.length === 0) {
      for (const reference of refunds.keys()) {
        yield { subject: `draw ${id}`, detail: `is ${status} and paid ${reference} back` }
      }
      continue
    }
    const payments = byReference(account, "ticket_purchase")
    for (const { ticketId, userId } of due) {
      const [refund, ...more] = refunds.get(ticketId) ?? []
      const payment = payments.get(ticketId)?.[0]
      if (refund === undefined || more.length > 0) {
        yield {
          subject: `ticket ${ticketId}`,
          detail: `was paid back ${refund === undefined ? 0 : more.length + 1} times`
        }
      } else if (
        refund.userId !== userId || refund.amount !== ticketPrice || payment === undefined ||
        refund.withdrawableDelta !== -payment.withdrawableDelta
      ) {
        yield {
          subject: `ticket ${ticketId}`,
          detail: `was paid back ${refund.amount} cents (${refund.withdrawableDelta} withdrawable) to ${refund.userId}`
        }
      }
    }
    const known = new Set<string | null>(due.map(({ ticketId }) => ticketId))
    for (const reference of refunds.keys()) {
      if (!known.has(reference)) {
        yield { subject: `draw ${id}`, detail: `paid back ${reference}, which is none of the tickets it owes` }
      }
    }
  }
}

/** A prize's lasting part: what of it was winnings once a debt was paid from it. */
const keptOf = (movements: ReadonlyArray<TransactionRow>, prize: TransactionRow): bigint => {
  const next = movements.find(({ seq }) => seq === prize.seq + 1)
  const repaid = next?.type === "debt_repaid" && next.referenceId === prize.referenceId ? next.withdrawableDelta : 0n
  return prize.withdrawableDelta + repaid
}

export const prizesMature: Check = function*({ transactionsOf, wallets }) {
  for (const { awaiting, maturing, userId } of wallets) {
    const movements = transactionsOf.get(userId) ?? []
    const prizes = movements.flatMap((prize) =>
      prize.maturesAt === null ? [] : [{ ...prize, maturesAt: prize.maturesAt, kept: keptOf(movements, prize) }]
    )
    // what had matured when the newest was won may have been dropped then
    const newest = Math.max(0, ...prizes.map(({ createdAt }) => createdAt))
    const least = sum(prizes.filter(({ maturesAt }) => maturesAt > newest).map(({ kept }) => kept))
    const most = sum(prizes.map(({ kept }) => kept))
    // those that wait for the identity check rest besides
    const kept = [...maturing, ...awaiting].flatMap(({ amount, maturesAt }) =>
      maturesAt === null ? [] : [{ amount, maturesAt }]
    )
    const all = sum(kept.map(({ amount }) => amount))
    const resting = sum(kept.filter(({ maturesAt }) => maturesAt > newest).map(({ amount }) => amount))
    if (resting < least || all > most) {
      yield {
        subject: `wallet of ${userId}`,
        detail: `has ${resting} cents that rest, its prizes of rooms make ${least} to ${most}`
      }
    }
  }
}

export const prizesAwaitIdentity: Check = function*({ transactionsOf, users, wallets }) {
  const verified = new Set(users.flatMap(({ id, kycStatus }) => kycStatus === "verified" ? [id] : []))
  for (const { awaiting, releasedTo, userId } of wallets) {
    const subject = `wallet of ${userId}`
    const movements = transactionsOf.get(userId) ?? []
    const due = sum(
      movements.filter(({ awaitsIdentity, seq }) => awaitsIdentity && seq > releasedTo)
        .map((prize) => keptOf(movements, prize))
    )
    const waits = sum(awaiting.map(({ amount }) => amount))
    if (waits !== due) yield { subject, detail: `has ${waits} cents that wait, its prizes that do make ${due}` }
    if (waits > 0n && verified.has(userId)) yield { subject, detail: `has ${waits} cents that wait, and is verified` }
  }
}
