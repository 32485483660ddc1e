/**
 * The answer to a purchase, made here alone: for the first request from what was just sold, for a repeated one from what was kept.
 *
 * Both are made of the same values, so a repeated answer equals the first in every field but `replayed`.
 */
import { Result } from "effect"
import type { Cents } from "../money/Money.ts"
import type { Winnings } from "../money/Withdrawable.ts"
import type { DrawId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { potOf, type PurchaseOutcome, type PurchaseRefusal, type SoldBlock } from "./Sale.ts"
import type { Ticket } from "./Ticket.ts"

/** A purchase that was sold: its tickets, and the wallet and the draw right after it. */
export interface Receipt {
  /** In the order of positions. */
  readonly tickets: ReadonlyArray<Ticket>
  /** What may be withdrawn of it is shown as of `updatedAt`, also where the answer is repeated (`viewWallet`). */
  readonly wallet: Winnings & {
    readonly pendingWithdrawal: Cents
    readonly debt: Cents
    readonly updatedAt: Instant
  }
  readonly draw: { readonly id: DrawId; readonly prizePool: Cents; readonly totalEntries: number }
  /** Whether this is the kept answer of an earlier request under the same key. */
  readonly replayed: boolean
}

/**
 * The receipt of a purchase. `tickets` are its own, as they were before the draw.
 *
 * Throws where they are not as many as were sold: tickets are never removed.
 */
export const receiptOf = (block: SoldBlock, tickets: ReadonlyArray<Ticket>, replayed: boolean): Receipt => {
  const { drawId, firstPosition, purchasedAt, quantity, totalEntries, wallet } = block
  if (tickets.length !== quantity || tickets[0]?.position !== firstPosition) {
    throw new Error(`${quantity} tickets from ${firstPosition} on were sold in draw ${drawId}, ${tickets.length} found`)
  }
  return {
    tickets,
    wallet: {
      balance: wallet.balance,
      withdrawable: wallet.withdrawable,
      maturing: wallet.maturing,
      awaiting: wallet.awaiting,
      pendingWithdrawal: wallet.pendingWithdrawal,
      debt: wallet.debt,
      updatedAt: purchasedAt
    },
    draw: { id: drawId, prizePool: potOf(totalEntries), totalEntries },
    replayed
  }
}

const nameOf = ({ drawId, firstPosition }: SoldBlock): string => `${drawId} ${firstPosition}`

/** Whether a purchase was sold with the tickets of this batch, which are in the order of positions. */
const isAmong = ([first]: ReadonlyArray<Ticket>, block: SoldBlock): boolean =>
  first !== undefined && block.drawId === first.drawId && block.firstPosition >= first.position

/** The purchases of earlier batches whose answers are repeated, each once: their tickets are to be read. */
export const repeatedPurchases = (
  outcomes: ReadonlyArray<PurchaseOutcome>,
  sold: ReadonlyArray<Ticket>
): ReadonlyArray<SoldBlock> => {
  const repeated = new Map<string, SoldBlock>()
  for (const outcome of outcomes) {
    if (outcome._tag === "Replayed" && !isAmong(sold, outcome.block)) repeated.set(nameOf(outcome.block), outcome.block)
  }
  return [...repeated.values()]
}

/** What a request to buy is answered. */
export type PurchaseAnswer = Result.Result<Receipt, PurchaseRefusal>

/**
 * The answer to each request of a batch. `sold` are all the tickets of the batch, `earlier` those of `repeatedPurchases`, draw by draw;
 * both in the order of positions.
 */
export const answersOf = (
  outcomes: ReadonlyArray<PurchaseOutcome>,
  sold: ReadonlyArray<Ticket>,
  earlier: ReadonlyArray<Ticket>
): ReadonlyArray<PurchaseAnswer> => {
  const places = new Map(earlier.map((ticket, place) => [`${ticket.drawId} ${ticket.position}`, place]))
  const [first] = sold
  return outcomes.map((outcome) => {
    if (outcome._tag === "Refused") return Result.fail(outcome.refusal)
    const { block } = outcome
    const [tickets, from] = first !== undefined && isAmong(sold, block)
      ? [sold, block.firstPosition - first.position]
      : [earlier, places.get(nameOf(block)) ?? earlier.length]
    return Result.succeed(receiptOf(block, tickets.slice(from, from + block.quantity), outcome._tag === "Replayed"))
  })
}
