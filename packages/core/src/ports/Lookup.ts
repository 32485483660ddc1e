/** Port: what operators look for. Everything is found by an index, however much there is. */
import { Context, type Effect } from "effect"
import type { TicketResult } from "../draws/Ticket.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { Found, PlayerFilter, Readings } from "../operators/Search.ts"
import type { DrawId, Position, TicketId, UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { UserSummary } from "./Accounts.ts"
import type { Unavailable } from "./Unavailable.ts"

/** A ticket as operators see it: with its buyer, and without what proves ownership. */
export interface SoldTicket extends TicketResult {
  readonly ticketId: TicketId
  readonly userId: UserId
  readonly drawId: DrawId
  /** Null in a room. */
  readonly drawDate: Day | null
  readonly position: Position
  readonly purchasedAt: Instant
}

export interface BoughtTicket {
  readonly ticket: SoldTicket
  readonly buyer: UserSummary
  readonly movement: Transaction
}

export class Lookup extends Context.Service<Lookup, {
  /** What bears one of these, but for players: `Accounts.find`. Newest first of a kind; few, since each is one thing's name. */
  readonly find: (readings: Readings) => Effect.Effect<ReadonlyArray<Found>, Unavailable>
  /** Players who are not erased, newest first; the cursor is a player's id. */
  readonly players: (filter: PlayerFilter, page: PageRequest) => Effect.Effect<Page<UserSummary>, Unavailable>
  /** Players whose name or address begins so (`beginsWith`), by name, those found by their address alone last; at most `limit`. */
  readonly beginningWith: (prefix: string, limit: number) => Effect.Effect<ReadonlyArray<UserSummary>, Unavailable>
  /** A ticket, its buyer, and the movement that paid for it; null where there is none. */
  readonly ticket: (id: TicketId) => Effect.Effect<BoughtTicket | null, Unavailable>
  /** A player's newest tickets. */
  readonly ticketsOf: (userId: UserId, limit: number) => Effect.Effect<ReadonlyArray<SoldTicket>, Unavailable>
}>()("@ddd/core/ports/Lookup") {}
