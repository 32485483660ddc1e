/** Buying in a room: a sale of one ticket to one member, answered with the room right after it. */
import { Result } from "effect"
import { keptAs, keptBlocks, type KeptBody } from "../draws/KeptAnswers.ts"
import { type Receipt, receiptOf } from "../draws/Receipt.ts"
import { type Buyer, type Pool, potOf, type PurchaseRefusal, type Sale, sell, type SoldBlock } from "../draws/Sale.ts"
import type { Ticket } from "../draws/Ticket.ts"
import { answerKeyOf, type Idempotency, type KeptAnswer } from "../values/Idempotency.ts"
import type { Position, TicketId, UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { Room } from "./Room.ts"

/** The answer to a purchase in a room. A replayed one is equal in every field but `replayed`, the room as it was then included. */
export interface RoomReceipt {
  readonly ticket: Ticket
  readonly wallet: Receipt["wallet"]
  readonly room: Room
  readonly replayed: boolean
}

/** What decides: buyer and kept answer as read under the wallet's lock; clock, room and pool once the draw's row is locked too. */
export interface RoomPurchaseFacts {
  readonly clock: Instant
  readonly pool: Omit<Pool, "room">
  /** Its members and their tickets decide who may buy. */
  readonly room: Room
  /** Null: there is no such wallet. */
  readonly buyer: Buyer | null
  /** The earlier answer under the buyer's key, if there is one, by `answerKeyOf`. */
  readonly kept: ReadonlyMap<string, KeptAnswer<KeptBody<Room>>>
  readonly numbering: (position: Position) => TicketId
}

export interface RoomPurchaseRequest {
  readonly userId: UserId
  readonly idempotency: Idempotency | null
}

/** A purchase that was granted, and what is kept of it. */
export type RoomPurchase = {
  readonly answer: Extract<KeptBody<Room>, { readonly _tag: "RoomPurchase" }>
} & ({ readonly _tag: "Sold"; readonly sale: Sale } | { readonly _tag: "Replayed" })

/** Why nothing was bought. For whoever is no member there is no such room. */
export type RoomPurchaseRefusal = Exclude<PurchaseRefusal, { readonly _tag: "NotMember" }> | { readonly _tag: "NoRoom" }

/** Decides a purchase, by the rule of every sale. */
export const buyInRoom = (
  facts: RoomPurchaseFacts,
  { idempotency, userId }: RoomPurchaseRequest
): Result.Result<RoomPurchase, RoomPurchaseRefusal> => {
  const { buyer, clock, kept, numbering, pool, room } = facts
  const sale = sell(
    { ...pool, room: placesIn(room) },
    clock,
    new Map(buyer === null ? [] : [[userId, buyer]]),
    keptBlocks("RoomPurchase", kept),
    numbering,
    [{ userId, quantity: 1, drawId: room.id, idempotency }]
  )
  const [outcome] = sale.outcomes
  if (outcome === undefined) throw new Error("a request was not decided")
  switch (outcome._tag) {
    case "Refused":
      return Result.fail(outcome.refusal._tag === "NotMember" ? { _tag: "NoRoom" } : outcome.refusal)
    case "Sold":
      return Result.succeed({
        _tag: "Sold",
        sale,
        answer: { _tag: "RoomPurchase", block: outcome.block, room: withTicket(room, userId, outcome.block) }
      })
    case "Replayed": {
      const earlier = idempotency === null ? undefined : kept.get(answerKeyOf(userId, idempotency.key))
      const answer = earlier === undefined ? null : keptAs("RoomPurchase", earlier).answer
      if (answer === null) throw new Error("an answer is repeated that was not kept")
      return Result.succeed({ _tag: "Replayed", answer })
    }
  }
}

const placesIn = ({ participants }: Room): NonNullable<Pool["room"]> => ({
  members: new Set(participants.map(({ userId }) => userId)),
  holders: new Set(participants.filter(({ hasTicket }) => hasTicket).map(({ userId }) => userId))
})

/** The room right after a member's purchase. */
const withTicket = (room: Room, buyer: UserId, { firstPosition, totalEntries }: SoldBlock): Room => ({
  ...room,
  prizePool: potOf(totalEntries),
  participants: room.participants.map((participant) =>
    participant.userId === buyer ? { ...participant, hasTicket: true, ticketPosition: firstPosition } : participant
  )
})

/** The answer to a purchase that was granted. `ticket` is the one that was bought, as it was before the draw. */
export const roomReceiptOf = (
  { _tag, answer: { block, room } }: RoomPurchase,
  ticket: Ticket
): RoomReceipt => {
  const { replayed, wallet } = receiptOf(block, [ticket], _tag === "Replayed")
  return { ticket, wallet, room, replayed }
}
