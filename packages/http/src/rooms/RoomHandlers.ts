/** Private rooms. */
import { Draws, type StepFailed } from "@ddd/core/ports/Draws"
import { type RoomRefused, Rooms } from "@ddd/core/ports/Rooms"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { bundleContentType } from "@ddd/core/proof/Proof"
import { participantsMax } from "@ddd/core/rooms/Room"
import { Effect, Predicate } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { makeProofBundle } from "../lottery/ProofBundle.ts"
import { refuseUnknownOutcome } from "../lottery/PurchaseProblems.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { pageRequest } from "../schemas/Pages.ts"
import { JoinBody, NewRoomBody, NothingBody, roomBody, StartBody } from "./RoomBodies.ts"
import { type Asker, makeRoomCodeThrottle, refuseNoRoom } from "./RoomCodeThrottle.ts"
import { refuseRoom, type RoomProblemCode } from "./RoomProblems.ts"
import { purchaseIdempotency, receiptResponse, refuseRoomPurchase } from "./RoomPurchase.ts"

const newRoomBody = jsonBody(NewRoomBody)
const joinBody = jsonBody(JoinBody)
const startBody = jsonBody(StartBody, {})
const nothingBody = jsonBody(NothingBody, {})

/** Who asks, and for which room. */
const askerOf = ({ params, request }: {
  readonly params: { readonly id: string }
  readonly request: HttpServerRequest.HttpServerRequest
}): Effect.Effect<Asker, never, CurrentUser> =>
  Effect.map(CurrentUser, ({ userId }) => ({ userId, room: params.id, ip: requestOrigin(request).ip ?? "" }))

export const layer = HttpApiBuilder.group(
  Api,
  "rooms",
  Effect.fnUntraced(function*(handlers) {
    const draws = yield* Draws
    const rooms = yield* Rooms
    const proofBundle = yield* makeProofBundle
    const codes = yield* makeRoomCodeThrottle

    /** What was sought, unless it is null. */
    const found = <A>(asker: Asker, sought: Effect.Effect<A | null, Unavailable>) =>
      Effect.filterOrElse(sought, Predicate.isNotNull, () => codes.refuse(asker))

    /** Answers what a room refuses: with one of `may`, or that there is no such room. */
    const refused = <Code extends RoomProblemCode>(asker: Asker, may: ReadonlyArray<Code>) =>
    (
      { refusal }: RoomRefused
    ): Effect.Effect<never, Problem<Code | "not_found" | "rate_limited"> | Unavailable> =>
      refusal._tag === "NoRoom" ? codes.refuse(asker) : refuseRoom(refusal, may)

    return handlers
      .handle("rooms", ({ query }) =>
        Effect.gen(function*() {
          const { userId } = yield* CurrentUser
          const page = yield* rooms.list(userId, pageRequest(query))
          return { ...page, items: page.items.map(roomBody) }
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("createRoom", ({ request }) =>
        Effect.gen(function*() {
          const { maxParticipants = participantsMax, name } = (yield* newRoomBody(request)).value
          const { userId: hostId } = yield* CurrentUser
          return roomBody(yield* rooms.create({ hostId, name, maxParticipants }))
        }).pipe(Effect.catchTags({ UnknownUser: () => refuseUnknownPlayer, Unavailable: refuseUnavailable })))
      .handle("room", (call) =>
        Effect.gen(function*() {
          const asker = yield* askerOf(call)
          return roomBody(yield* found(asker, rooms.find(asker)))
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("joinRoom", (call) =>
        Effect.gen(function*() {
          const { code } = (yield* joinBody(call.request)).value
          const asker = yield* askerOf(call)
          return roomBody(yield* codes.guard(asker, rooms.join({ ...asker, code })))
        }).pipe(
          Effect.catchTags({
            RoomRefused: ({ refusal }) =>
              refusal._tag === "NoRoom"
                ? refuseNoRoom
                : refuseRoom(refusal, ["already_member", "room_full", "wrong_room_state"]),
            Unavailable: refuseUnavailable
          })
        ))
      .handleRaw("purchaseRoomTicket", (call) =>
        Effect.gen(function*() {
          const { bytes } = yield* nothingBody(call.request)
          const asker = yield* askerOf(call)
          const key = call.headers["idempotency-key"]
          const idempotency = purchaseIdempotency(asker.room, key, bytes)
          const receipt = yield* Effect.catchTags(rooms.purchase({ ...asker, idempotency }), {
            PurchaseRefused: ({ refusal }) => refuseRoomPurchase(refusal, codes.refuse(asker)),
            RoomRefused: refused(asker, ["already_has_ticket", "wrong_room_state"]),
            OutcomeUnknown: refuseUnknownOutcome(key)
          })
          return yield* receiptResponse(receipt)
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handle("roomTicket", (call) =>
        Effect.gen(function*() {
          const asker = yield* askerOf(call)
          const ticket = yield* rooms.ticket(asker)
          if (ticket !== null) return ticket
          yield* found(asker, rooms.find(asker))
          return yield* refuse("not_found", "You have no ticket of this room.")
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("leaveRoom", (call) =>
        Effect.gen(function*() {
          yield* nothingBody(call.request)
          const asker = yield* askerOf(call)
          yield* Effect.catchTag(
            rooms.leave(asker),
            "RoomRefused",
            refused(asker, ["forbidden", "already_has_ticket", "wrong_room_state"])
          )
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("closeRoom", (call) =>
        Effect.gen(function*() {
          yield* nothingBody(call.request)
          const asker = yield* askerOf(call)
          return roomBody(
            yield* Effect.catchTag(rooms.close(asker), "RoomRefused", refused(asker, ["forbidden", "wrong_room_state"]))
          )
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("startDraw", (call) =>
        Effect.gen(function*() {
          const { drawAt = null } = (yield* startBody(call.request)).value
          const asker = yield* askerOf(call)
          return roomBody(
            yield* Effect.catchTag(
              rooms.start({ ...asker, drawAt }),
              "RoomRefused",
              refused(asker, ["forbidden", "wrong_room_state", "invalid_request"])
            )
          )
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("executeDraw", (call) =>
        Effect.gen(function*() {
          yield* nothingBody(call.request)
          const asker = yield* askerOf(call)
          return roomBody(
            yield* Effect.catchTags(rooms.execute(asker), {
              RoomRefused: refused(asker, ["forbidden", "wrong_room_state", "beacon_pending"]),
              StepFailed: refuseFailedStep
            })
          )
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handle("roomProof", (call) =>
        Effect.gen(function*() {
          const asker = yield* askerOf(call)
          const { id } = yield* found(asker, rooms.find(asker))
          const draw = yield* found(asker, draws.byId(id))
          const source = yield* found(asker, draws.proof(id))
          return HttpServerResponse.stream(proofBundle(source, draw.beacon), { contentType: bundleContentType })
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
  })
)

/** The clockwork tries what failed again by itself; this soon, a host may ask whether it has. */
const failedStepRetrySeconds = 5

const refuseFailedStep = ({ cause, message }: StepFailed): Effect.Effect<never, Problem<"unavailable">> =>
  Effect.andThen(
    Effect.logWarning(message, cause),
    refuse("unavailable", "The room could not be drawn now. Nothing was changed; it is tried again by itself.", {
      retryAfter: failedStepRetrySeconds
    })
  )
