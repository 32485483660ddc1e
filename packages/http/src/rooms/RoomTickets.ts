/** A member's one ticket: buying it, and showing it. */
import type { WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import type { Rooms } from "@ddd/core/ports/Rooms"
import { Effect } from "effect"
import { refuseUnknownOutcome } from "../lottery/PurchaseProblems.ts"
import { refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { bodyOf } from "../requests/Body.ts"
import type { KeyedCall } from "../requests/Call.ts"
import { askerOf, type RoomAccess, type RoomCall } from "./RoomAccess.ts"
import { purchaseIdempotency, receiptResponse, refuseRoomPurchase } from "./RoomPurchase.ts"

/** The handlers that sell a room's ticket and show it. */
export const roomTickets = (
  rooms: Rooms["Service"],
  { found, refused, refuseNoRoom }: RoomAccess,
  terms: WithdrawalTerms
) => ({
  purchase: (call: RoomCall & KeyedCall) =>
    Effect.gen(function*() {
      const bytes = yield* bodyOf(call.request)
      const asker = yield* askerOf(call)
      const key = call.headers["idempotency-key"]
      const idempotency = purchaseIdempotency(asker.room, key, bytes)
      const receipt = yield* Effect.catchTags(rooms.purchase({ ...asker, idempotency }), {
        PurchaseRefused: ({ refusal }) => refuseRoomPurchase(refusal, refuseNoRoom(asker)),
        RoomRefused: refused(asker, ["already_has_ticket", "wrong_room_state"]),
        OutcomeUnknown: refuseUnknownOutcome(key)
      })
      return yield* receiptResponse(receipt, terms)
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

  show: (call: RoomCall) =>
    Effect.gen(function*() {
      const asker = yield* askerOf(call)
      const ticket = yield* rooms.ticket(asker)
      if (ticket !== null) return ticket
      yield* found(asker, rooms.find(asker))
      return yield* refuse("not_found", "You have no ticket of this room.")
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
})
