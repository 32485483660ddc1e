/** A ticket as it is stored, and as its buyer sees it. */
import type { Cents } from "../money/Money.ts"
import { toHex } from "../values/Bytes.ts"
import type { DrawId, Position, TicketId, UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"
import type { Draw } from "./Draw.ts"

export const ticketStatuses = ["active", "won", "lost"] as const
/** `active` until the draw is drawn; of a void draw for good, since its price came back. */
export type TicketStatus = typeof ticketStatuses[number]

/** What of a ticket is stored, once: it never changes. */
export interface StoredTicket {
  readonly id: string
  readonly ticketId: TicketId
  readonly userId: UserId
  readonly drawId: DrawId
  readonly position: Position
  readonly totalEntriesAtPurchase: number
  /** The seal: 64 hex digits. */
  readonly ticketHash: string
  /** 64 hex digits. */
  readonly ownerCommit: string
  readonly purchasedAt: Instant
}

/** What became of a ticket. */
export interface TicketResult {
  readonly status: TicketStatus
  readonly prizeAmount: Cents | null
}

/** A ticket, shown to its buyer alone: `ownerSalt` is the proof of ownership (docs/fairness.md, "Tickets"). */
export interface Ticket extends StoredTicket, TicketResult {
  readonly drawDate: Day | null
  /** 64 hex digits. */
  readonly ownerSalt: string
}

/** Before the draw. A purchase is answered so whenever it is repeated. */
export const resultBeforeDraw: TicketResult = { status: "active", prizeAmount: null }

/** What became of the ticket at a position of a draw: it follows from the draw, and is stored nowhere. */
export const ticketResult = (
  position: Position,
  { prizePool, status, winningPosition }: Pick<Draw, "prizePool" | "status" | "winningPosition">
): TicketResult => {
  if (status !== "drawn") return resultBeforeDraw
  return position === winningPosition
    ? { status: "won", prizeAmount: prizePool }
    : { status: "lost", prizeAmount: null }
}

/** A ticket as its buyer sees it. `ownerSalt`, 32 bytes, is derived under the secret that sealed it, never stored. */
export const showTicket = (
  stored: StoredTicket,
  drawDate: Day | null,
  ownerSalt: Uint8Array,
  { prizeAmount, status }: TicketResult
): Ticket => ({
  id: stored.id,
  ticketId: stored.ticketId,
  userId: stored.userId,
  drawId: stored.drawId,
  drawDate,
  position: stored.position,
  totalEntriesAtPurchase: stored.totalEntriesAtPurchase,
  ticketHash: stored.ticketHash,
  ownerCommit: stored.ownerCommit,
  ownerSalt: toHex(ownerSalt),
  status,
  prizeAmount,
  purchasedAt: stored.purchasedAt
})
