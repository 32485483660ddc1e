/** A room's draw: the host starts it, has it drawn or closes the room; its members get the proof. */
import type { Draws, StepFailed } from "@ddd/core/ports/Draws"
import type { Rooms } from "@ddd/core/ports/Rooms"
import { bundleContentType } from "@ddd/core/proof/Proof"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import type { ProofBundle } from "../lottery/ProofBundle.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { askerOf, type RoomAccess, type RoomCall } from "./RoomAccess.ts"
import { roomBody, StartBody } from "./RoomBodies.ts"

const startBody = jsonBody(StartBody, {})

/** The handlers of a room's draw. */
export const roomDraw = (
  { draws, proofBundle, rooms }: {
    readonly draws: Draws["Service"]
    readonly proofBundle: ProofBundle
    readonly rooms: Rooms["Service"]
  },
  { found, refused }: RoomAccess
) => ({
  close: (call: RoomCall) =>
    Effect.gen(function*() {
      const asker = yield* askerOf(call)
      const refusals = refused(asker, ["forbidden", "wrong_room_state"])
      return roomBody(yield* Effect.catchTag(rooms.close(asker), "RoomRefused", refusals))
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

  start: (call: RoomCall) =>
    Effect.gen(function*() {
      const { drawAt = null } = (yield* startBody(call.request)).value
      const asker = yield* askerOf(call)
      const refusals = refused(asker, ["forbidden", "wrong_room_state", "invalid_request", "unavailable"])
      return roomBody(yield* Effect.catchTag(rooms.start({ ...asker, drawAt }), "RoomRefused", refusals))
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

  execute: (call: RoomCall) =>
    Effect.gen(function*() {
      const asker = yield* askerOf(call)
      return roomBody(
        yield* Effect.catchTags(rooms.execute(asker), {
          RoomRefused: refused(asker, ["forbidden", "wrong_room_state", "beacon_pending"]),
          StepFailed: refuseFailedStep
        })
      )
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

  proof: (call: RoomCall) =>
    Effect.gen(function*() {
      const asker = yield* askerOf(call)
      const { id } = yield* found(asker, rooms.find(asker))
      const draw = yield* found(asker, draws.byId(id))
      const source = yield* found(asker, draws.proof(id))
      return HttpServerResponse.stream(yield* proofBundle(source, draw), { contentType: bundleContentType })
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
})

/** The clockwork tries what failed again by itself; this soon, a host may ask whether it has. */
const failedStepRetrySeconds = 5

const refuseFailedStep = ({ cause, message }: StepFailed): Effect.Effect<never, Problem<"unavailable">> =>
  Effect.andThen(
    Effect.logWarning(message, cause),
    refuse("unavailable", "The room could not be drawn now. Nothing was changed; it is tried again by itself.", {
      retryAfter: failedStepRetrySeconds
    })
  )
