/** What a sale writes, once its tickets are sealed: the tickets, and the draw after them. */
import type { Cents } from "../money/Money.ts"
import { append, type Frontier } from "../proof/Merkle.ts"
import { toHex } from "../values/Bytes.ts"
import type { DrawId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"
import type { DrawStatus } from "./Draw.ts"
import { potOf, type Sale } from "./Sale.ts"
import type { Seal } from "./Seal.ts"
import type { Seals } from "./Seals.ts"
import { resultBeforeDraw, showTicket, type Ticket } from "./Ticket.ts"

/** The draw that was sold in, as it was read under its lock. */
export interface SellingDraw {
  readonly id: DrawId
  readonly drawDate: Day | null
  readonly status: DrawStatus
  readonly totalEntries: number
  /** The right edge of the tree of its tickets. */
  readonly frontier: Frontier
  /** In which epoch is sold. */
  readonly epoch: number
}

export interface SealedSale {
  /** As their buyers see them, in the order of positions. */
  readonly tickets: ReadonlyArray<Ticket>
  /** Of each ticket, in the same order. */
  readonly seals: ReadonlyArray<Seal>
  /** The id of the secret that sealed them. */
  readonly sealKeyId: string
  /** What the draw becomes: open from the first sale on, whoever is late with the step that says so. */
  readonly draw: {
    readonly status: "open"
    readonly totalEntries: number
    readonly prizePool: Cents
    readonly lastPurchasedAt: Instant
    readonly frontier: Frontier
  }
  /** Whether the draw's status changes by it. */
  readonly opens: boolean
}

/**
 * Seals the tickets of a sale. `ids` are the rows' ids, one a ticket.
 *
 * Throws where the tree that the draw carries does not hold its tickets. O(tickets): two dozen hashes each.
 */
export const sealSale = (seals: Seals, draw: SellingDraw, sale: Sale, ids: ReadonlyArray<string>): SealedSale => {
  const { purchasedAt, totalEntries } = sale
  if (draw.frontier.size !== draw.totalEntries) {
    throw new Error(`the carried tree of draw ${draw.id} does not hold its ${draw.totalEntries} tickets`)
  }
  if (ids.length !== sale.tickets.length) throw new RangeError("each ticket has an id of its own")
  const sealer = seals.currentIn(draw.epoch)
  const made = sale.tickets.map((ticket) => sealer.seal({ ...ticket, drawId: draw.id, purchasedAt }))
  return {
    tickets: sale.tickets.map(({ position, ticketId, totalEntriesAtPurchase, userId }, index) => {
      const { ownerCommit, ownerSalt, ticketHash } = made[index]!
      const stored = {
        id: ids[index]!,
        ticketId,
        userId,
        drawId: draw.id,
        position,
        totalEntriesAtPurchase,
        ticketHash,
        ownerCommit: toHex(ownerCommit),
        purchasedAt
      }
      return showTicket(stored, draw.drawDate, ownerSalt, resultBeforeDraw)
    }),
    seals: made,
    sealKeyId: sealer.keyId,
    draw: {
      status: "open",
      totalEntries,
      prizePool: potOf(totalEntries),
      lastPurchasedAt: purchasedAt,
      frontier: append(seals.hash, draw.frontier, made.map(({ leafHash }) => leafHash))
    },
    opens: draw.status !== "open"
  }
}
