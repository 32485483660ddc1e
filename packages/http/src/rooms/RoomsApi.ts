/** The contract of private rooms (docs/api.md, "Rooms"). `:id` is a room's id or its code; to whoever is no member there is no room. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { TicketBody } from "../lottery/LotteryBodies.ts"
import { barringCodes } from "../play/PlayProblems.ts"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { OfferedHere } from "../requests/OfferedHere.ts"
import { operation } from "../schemas/Described.ts"
import { roomCodeExample } from "../schemas/Examples.ts"
import { pageBody, pageQuery } from "../schemas/Pages.ts"
import { JoinBody, NewRoomBody, RoomBody, RoomReceiptBody, StartBody } from "./RoomBodies.ts"

const room = {
  id: Schema.String.annotate({
    description: "The room's id, or its code in any case",
    examples: [roomCodeExample]
  })
}

/** What every request for one room may meet: codes that are tried and wrong are limited. */
const roomProblems = ["not_found", "rate_limited"] as const

export class RoomsApi extends HttpApiGroup.make("rooms").add(
  HttpApiEndpoint.get("rooms", "/rooms", {
    query: pageQuery,
    success: pageBody(RoomBody),
    error: problems("invalid_request")
  }).annotateMerge(operation(
    "read",
    "The rooms that the player is a member of, newest first",
    "Those that are over included."
  )),
  HttpApiEndpoint.post("createRoom", "/rooms", {
    payload: NewRoomBody,
    success: RoomBody.pipe(HttpApiSchema.status(201)),
    error: problems(...bodyProblems, "limit_exceeded", ...barringCodes)
  }).middleware(OfferedHere).annotateMerge(operation(
    "rooms",
    "Makes a room: the player is its host and first member",
    "Its code, which others join by, is in the answer. A hundred a UTC day: `limit_exceeded`, with `until`."
  )),
  HttpApiEndpoint.get("room", "/rooms/:id", {
    params: room,
    success: RoomBody,
    error: problems(...roomProblems)
  }).annotateMerge(operation(
    "read",
    "A room, as its members see it",
    "`not_found` to whoever is no member."
  )),
  HttpApiEndpoint.post("joinRoom", "/rooms/:id/join", {
    params: room,
    payload: JoinBody,
    success: RoomBody,
    error: problems(
      ...bodyProblems,
      ...roomProblems,
      "already_member",
      "limit_exceeded",
      "room_full",
      ...barringCodes,
      "wrong_room_state"
    )
  }).middleware(OfferedHere).annotateMerge(operation(
    "rooms",
    "Comes in, by the room's code",
    "A wrong code is `not_found`; after many, `rate_limited`."
  )),
  HttpApiEndpoint.post("purchaseRoomTicket", "/rooms/:id/purchase-ticket", {
    params: room,
    headers: idempotencyHeaders,
    success: RoomReceiptBody.pipe(HttpApiSchema.status(201)),
    error: problems(
      ...bodyProblems,
      ...roomProblems,
      "already_has_ticket",
      "wrong_room_state",
      "insufficient_funds",
      "account_frozen",
      ...barringCodes,
      "limit_exceeded",
      "idempotency_key_reused"
    )
  }).middleware(OfferedHere).annotateMerge(operation(
    "buy",
    "Buys the one ticket of a member",
    "A second one is `already_has_ticket`. `outcome_unknown`: send the same request again under the same key."
  )),
  HttpApiEndpoint.get("roomTicket", "/rooms/:id/ticket", {
    params: room,
    success: TicketBody,
    error: problems(...roomProblems)
  }).annotateMerge(operation(
    "read",
    "The player's own ticket of a room",
    "`not_found` without one."
  )),
  HttpApiEndpoint.post("leaveRoom", "/rooms/:id/leave", {
    params: room,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "already_has_ticket", "wrong_room_state")
  }).annotateMerge(operation(
    "rooms",
    "Leaves a room, before buying in it",
    "The host cannot leave: `forbidden`. Whoever has a ticket cannot either: `already_has_ticket`."
  )),
  HttpApiEndpoint.post("closeRoom", "/rooms/:id/close", {
    params: room,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "wrong_room_state")
  }).annotateMerge(operation(
    "rooms",
    "Closes a room before its draw starts; every ticket is refunded",
    "The host alone; from the lock on `wrong_room_state`."
  )),
  HttpApiEndpoint.post("startDraw", "/rooms/:id/start-draw", {
    params: room,
    payload: StartBody,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "wrong_room_state")
  }).annotateMerge(operation(
    "rooms",
    "Locks a room: no more members, no more tickets; the lock record is published",
    "The host alone. The lock record goes to every member at once, over the WebSocket."
  )),
  HttpApiEndpoint.post("executeDraw", "/rooms/:id/execute-draw", {
    params: room,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "wrong_room_state", "beacon_pending")
  }).annotateMerge(operation(
    "rooms",
    "Draws a locked room, once its time has come",
    "The host alone. Before the lock or before `drawAt`: `wrong_room_state`; until the beacon's round is there: `beacon_pending`, and the server draws by itself then. A drawn room is answered unchanged."
  )),
  HttpApiEndpoint.get("roomProof", "/rooms/:id/proof", {
    params: room,
    success: HttpApiSchema.StreamUint8Array({ contentType: "application/x-ndjson" }),
    error: problems(...roomProblems)
  }).annotateMerge(operation(
    "heavy",
    "Everything that proves a room's draw, as far as its members may know it, in one file",
    "The proof bundle, streamed, as of a day's draw."
  ))
).middleware(PlayerOnly) {}
