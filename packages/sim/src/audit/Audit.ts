/**
 * The audit of the books: every invariant of `Books`, over all rows.
 *
 * It knows how things must be, not how any adapter keeps them so: each check is a fold over the stored rows.
 */
import type { AuditReport, Finding, Invariant } from "@ddd/core/ports/Books"
import type { Instant } from "@ddd/core/values/Instant"
import { byHandOnce } from "./ByHand.ts"
import {
  keysOnce,
  positionsContiguous,
  rootIsTickets,
  sealValid,
  seedOpensCommitment,
  winnerIsDerived
} from "./Draws.ts"
import { type AuditKeys, type Check, indexOf } from "./IndexedRows.ts"
import {
  drawAccountHolds,
  historyWithoutGaps,
  moneyConserved,
  potIsShare,
  prizePaid,
  prizesAwaitIdentity,
  prizesMature,
  refundOnce,
  ticketPaidOnce,
  walletIsItsHistory,
  walletNotNegative
} from "./Money.ts"
import { debtIsReceivable, fundingOnce, withdrawalSettled } from "./MoneyInOut.ts"
import { recordsSigned } from "./Records.ts"
import { roomMembers } from "./Rooms.ts"
import type { Rows } from "./Rows.ts"

const checks: { readonly [I in Invariant]: Check } = {
  "wallet-not-negative": walletNotNegative,
  "wallet-is-its-history": walletIsItsHistory,
  "history-without-gaps": historyWithoutGaps,
  "money-conserved": moneyConserved,
  "draw-account": drawAccountHolds,
  "positions-contiguous": positionsContiguous,
  "ticket-paid-once": ticketPaidOnce,
  "pot-is-share": potIsShare,
  "prize-paid": prizePaid,
  "refund-once": refundOnce,
  "seed-opens-commitment": seedOpensCommitment,
  "seal-valid": sealValid,
  "root-is-tickets": rootIsTickets,
  "records-signed": recordsSigned,
  "winner-is-derived": winnerIsDerived,
  "room-members": roomMembers,
  "prizes-mature": prizesMature,
  "prizes-await-identity": prizesAwaitIdentity,
  "debt-is-receivable": debtIsReceivable,
  "funding-once": fundingOnce,
  "withdrawal-settled": withdrawalSettled,
  "by-hand-once": byHandOnce,
  "keys-once": keysOnce
}

/** The most findings of one invariant. */
const findingsMax = 100

/** Checks every invariant, at `now`. O(rows), but for sorting them. */
export const auditRows = (rows: Rows, keys: AuditKeys, now: Instant): AuditReport => {
  const index = indexOf(rows)
  const findings: Array<Finding> = []
  for (const [invariant, check] of Object.entries(checks) as ReadonlyArray<[Invariant, Check]>) {
    let count = 0
    for (const finding of check(index, keys)) {
      if (++count > findingsMax) break
      findings.push({ invariant, ...finding })
    }
  }
  return {
    findings,
    counted: {
      users: rows.users.length,
      draws: rows.draws.length,
      tickets: rows.tickets.length,
      transactions: rows.transactions.length,
      maturingPrizes: rows.wallets.reduce(
        (count, { maturing }) => count + maturing.filter(({ maturesAt }) => maturesAt > now).length,
        0
      )
    }
  }
}
