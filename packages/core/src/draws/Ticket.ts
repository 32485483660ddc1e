/** A ticket as its buyer sees it, and a purchase as it is answered. */
import type { Cents } from "../money/Money.ts"
import type { DrawId, Position, TicketId, UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"

export const ticketStatuses = ["active", "won", "lost"] as const
/** `active` until the draw is drawn; of a void draw for good, since its price came back. */
export type TicketStatus = typeof ticketStatuses[number]

/** A ticket, shown to its buyer alone: `ownerSalt` is the proof of ownership (FAIRNESS.md, "Tickets"). */
export interface Ticket {
  readonly id: string
  readonly ticketId: TicketId
  readonly userId: UserId
  readonly drawId: DrawId
  readonly drawDate: Day | null
  readonly position: Position
  readonly totalEntriesAtPurchase: number
  /** The seal: 64 hex digits. */
  readonly ticketHash: string
  /** 64 hex digits. */
  readonly ownerCommit: string
  /** 64 hex digits. */
  readonly ownerSalt: string
  readonly status: TicketStatus
  readonly prizeAmount: Cents | null
  readonly purchasedAt: Instant
}

/** A purchase that was sold: its tickets, and the wallet and the draw right after it. */
export interface Receipt {
  readonly tickets: ReadonlyArray<Ticket>
  readonly wallet: {
    readonly balance: Cents
    readonly withdrawable: Cents
    readonly pendingWithdrawal: Cents
    readonly updatedAt: Instant
  }
  readonly draw: { readonly id: DrawId; readonly prizePool: Cents; readonly totalEntries: number }
  /** Whether this is the kept answer of an earlier request under the same key. */
  readonly replayed: boolean
}
