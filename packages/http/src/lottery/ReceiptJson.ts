/**
 * The answer to a purchase, written by hand.
 *
 * It is the busiest answer there is, and one kept under an idempotency key must be the same to the byte. It says what
 * `ReceiptBody` declares, which a test holds it to, without walking a schema for every ticket.
 */
import type { Receipt } from "@ddd/core/draws/Receipt"
import type { Ticket } from "@ddd/core/draws/Ticket"
import { formatCents } from "@ddd/core/money/Money"
import { viewWallet, type WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import { formatInstant, formatInstantOrNull, type Instant } from "@ddd/core/values/Instant"

/** The receipt as JSON, the wallet as it was right after the purchase: members in the order of the contract, no space between them. */
export const receiptJson = ({ draw, tickets, wallet: after }: Receipt, terms: WithdrawalTerms): string => {
  const writeInstant = makeInstantWriter()
  const wallet = viewWallet(after, terms, after.updatedAt)
  return JSON.stringify({
    tickets: tickets.map((ticket) => ticketJson(ticket, writeInstant)),
    wallet: {
      balance: formatCents(wallet.balance),
      withdrawable: formatCents(wallet.withdrawable),
      maturing: formatCents(wallet.maturing),
      maturesAt: formatInstantOrNull(wallet.maturesAt),
      awaitingIdentity: formatCents(wallet.awaitingIdentity),
      pendingWithdrawal: formatCents(wallet.pendingWithdrawal),
      debt: formatCents(wallet.debt),
      updatedAt: writeInstant(wallet.updatedAt)
    },
    draw: { id: draw.id, prizePool: formatCents(draw.prizePool), totalEntries: draw.totalEntries }
  })
}

/** `formatInstant`, which keeps the last one it wrote: the tickets of a purchase are of one instant. */
const makeInstantWriter = (): (at: Instant) => string => {
  let last: { readonly at: Instant; readonly text: string } | undefined
  return (at) => (last = last?.at === at ? last : { at, text: formatInstant(at) }).text
}

const ticketJson = (ticket: Ticket, writeInstant: (at: Instant) => string) => ({
  id: ticket.id,
  ticketId: ticket.ticketId,
  userId: ticket.userId,
  drawId: ticket.drawId,
  drawDate: ticket.drawDate,
  position: ticket.position,
  totalEntriesAtPurchase: ticket.totalEntriesAtPurchase,
  ticketHash: ticket.ticketHash,
  ownerCommit: ticket.ownerCommit,
  ownerSalt: ticket.ownerSalt,
  status: ticket.status,
  prizeAmount: ticket.prizeAmount === null ? null : formatCents(ticket.prizeAmount),
  purchasedAt: writeInstant(ticket.purchasedAt)
})
