/** Buying the one ticket of a member. */
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import { viewWallet, type WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import type { RoomReceipt } from "@ddd/core/rooms/RoomPurchase"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { type BuyerProblem, refuseBuyer } from "../lottery/PurchaseProblems.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import { idempotencyOf, replayHeaders } from "../requests/Idempotency.ts"
import { roomBody, RoomReceiptBody } from "./RoomBodies.ts"
import { refuseRoom } from "./RoomProblems.ts"

/** What the key of a purchase stands for: the room as the client called it, and the body. */
export const purchaseIdempotency = (room: string, key: string | undefined, bytes: Uint8Array) =>
  idempotencyOf(`/rooms/${room}/purchase-ticket`)(key, bytes)

const encodeReceipt = Schema.encodeEffect(RoomReceiptBody)

/** The answer: the same bytes for the same receipt, replayed or not. */
export const receiptResponse = ({ replayed, room, ticket, wallet }: RoomReceipt, terms: WithdrawalTerms) =>
  encodeReceipt({
    ticket,
    ticketPosition: ticket.position,
    ticketHash: ticket.ticketHash,
    wallet: viewWallet(wallet, terms, wallet.updatedAt),
    room: roomBody(room)
  }).pipe(
    Effect.orDie,
    Effect.map((body) => HttpServerResponse.jsonUnsafe(body, { status: 201, headers: replayHeaders(replayed) }))
  )

/** Fails with why the ticket was not bought; `refuseNoRoom` answers who is no member. */
export const refuseRoomPurchase = <E>(
  refusal: PurchaseRefusal,
  refuseNoRoom: Effect.Effect<never, E>
): Effect.Effect<never, E | BuyerProblem | Problem<"already_has_ticket" | "wrong_room_state" | "unavailable">> => {
  switch (refusal._tag) {
    case "NotMember":
      return refuseNoRoom
    case "AlreadyHasTicket":
      return refuseRoom({ _tag: "AlreadyHasTicket" }, ["already_has_ticket"])
    case "DrawClosed":
    case "NothingOnSale":
      return refuse(
        "wrong_room_state",
        "This room sells no tickets any more: its draw was started, or it was closed. Nothing was bought. " +
          "The room shows what became of it."
      )
    case "BeaconNotFollowed":
      return refuseRoom({ _tag: "BeaconNotFollowed" }, ["unavailable"])
    case "SalesPaused":
      return Effect.die(new Error("a room refused a purchase as only daily draws do: SalesPaused"))
    default:
      return refuseBuyer(refusal)
  }
}
