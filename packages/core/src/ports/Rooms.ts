/** Port: private rooms. Each operation is one transaction, under the lock of the room's draw. */
import { Context, Data, type Effect } from "effect"
import type { Ticket } from "../draws/Ticket.ts"
import type { NewRoom } from "../rooms/Membership.ts"
import type { Room } from "../rooms/Room.ts"
import type { RoomPurchaseRefusal, RoomReceipt } from "../rooms/RoomPurchase.ts"
import type { RoomRefusal } from "../rooms/RoomState.ts"
import type { Idempotency } from "../values/Idempotency.ts"
import type { DrawId, UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { StepFailed } from "./Draws.ts"
import type { UnknownUser } from "./Ledger.ts"
import { type OutcomeUnknown, PurchaseRefused } from "./Sales.ts"
import type { Unavailable } from "./Unavailable.ts"

/** What a member asks of a room: `room` is its id, or its code in any case. */
export interface RoomRequest {
  readonly userId: UserId
  readonly room: string
}

/** The room refuses; nothing was changed. For whoever is no member the refusal is `NoRoom`, as for a room that does not exist. */
export class RoomRefused extends Data.TaggedError("RoomRefused")<{ readonly refusal: RoomRefusal }> {}

/** A refused purchase in a room as the port's error: of the room, or of any purchase. */
export const purchaseRefused = (refusal: RoomPurchaseRefusal): RoomRefused | PurchaseRefused =>
  refusal._tag === "NoRoom" ? new RoomRefused({ refusal }) : new PurchaseRefused({ refusal })

export class Rooms extends Context.Service<Rooms, {
  /** Makes a room and its draw: commitment and open record are published with it. The host is its first member. */
  readonly create: (room: NewRoom) => Effect.Effect<Room, UnknownUser | RoomRefused | Unavailable>
  /** Null for whoever is no member, after the same work. */
  readonly find: (request: RoomRequest) => Effect.Effect<Room | null, Unavailable>
  /** Those that a player is a member of, newest first; the cursor is a room's id. */
  readonly list: (userId: UserId, page: PageRequest) => Effect.Effect<Page<Room>, Unavailable>
  /** Comes in by the room's code, which must be the room's that is asked for; of many for the last place, one. */
  readonly join: (request: RoomRequest & { readonly code: string }) => Effect.Effect<Room, RoomRefused | Unavailable>
  readonly leave: (request: RoomRequest) => Effect.Effect<void, RoomRefused | Unavailable>
  /**
   * Buys the one ticket of a member, by the rule of the sale. Nothing is sold after the lock. An earlier answer under the key comes
   * first, as in any sale.
   */
  readonly purchase: (
    request: RoomRequest & { readonly idempotency: Idempotency | null }
  ) => Effect.Effect<RoomReceipt, RoomRefused | PurchaseRefused | OutcomeUnknown | Unavailable>
  /** The member's ticket; null without one, and for whoever is no member. */
  readonly ticket: (request: RoomRequest) => Effect.Effect<Ticket | null, Unavailable>
  /** Closes the room before its lock: declares its draw void, and gives every ticket's price back, once. Tells the members. */
  readonly close: (request: RoomRequest) => Effect.Effect<Room, RoomRefused | Unavailable>
  /** Locks the room: publishes how many tickets there are, and the root of their tree. `drawAt` null: as soon as it can be drawn. */
  readonly start: (
    request: RoomRequest & { readonly drawAt: Instant | null }
  ) => Effect.Effect<Room, RoomRefused | Unavailable>
  /** Draws the room, where the clockwork has not done so before: one winner and one payment, whoever comes first. */
  readonly execute: (request: RoomRequest) => Effect.Effect<Room, RoomRefused | StepFailed | Unavailable>

  /** A room by its id, for whoever is told of it: its members' sockets, its mails. Null where there is none. */
  readonly byId: (id: DrawId) => Effect.Effect<Room | null, Unavailable>
  /**
   * For each of these rooms that there is a text, another one whenever its status, pot, winner, members or their tickets are others, and once
   * its beacon's round is there: so that many are asked about in one question whether they have changed.
   */
  readonly marks: (ids: ReadonlyArray<DrawId>) => Effect.Effect<ReadonlyMap<DrawId, string>, Unavailable>
  /** Every room, newest first, for operators; the cursor is a room's id. */
  readonly all: (page: PageRequest) => Effect.Effect<Page<Room>, Unavailable>
}>()("@ddd/core/ports/Rooms") {}
