/** The contract of private rooms (docs/api.md, "Rooms"). `:id` is a room's id or its code; to whoever is no member there is no room. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { TicketBody } from "../lottery/LotteryBodies.ts"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { pageBody, pageQuery } from "../schemas/Pages.ts"
import { JoinBody, NewRoomBody, RoomBody, RoomReceiptBody, StartBody } from "./RoomBodies.ts"

const room = { id: Schema.String.annotate({ description: "The room's id, or its code in any case" }) }

/** What every request for one room may meet: codes that are tried and wrong are limited. */
const roomProblems = ["not_found", "rate_limited"] as const

export class RoomsApi extends HttpApiGroup.make("rooms").add(
  HttpApiEndpoint.get("rooms", "/rooms", {
    query: pageQuery(/^[0-9a-f-]{36}$/u),
    success: pageBody(RoomBody),
    error: problems("invalid_request")
  }).annotate(OpenApi.Summary, "The rooms that the player is a member of, newest first"),
  HttpApiEndpoint.post("createRoom", "/rooms", {
    payload: NewRoomBody,
    success: RoomBody.pipe(HttpApiSchema.status(201)),
    error: problems(...bodyProblems)
  }).annotate(OpenApi.Summary, "Makes a room: the player is its host and first member"),
  HttpApiEndpoint.get("room", "/rooms/:id", {
    params: room,
    success: RoomBody,
    error: problems(...roomProblems)
  }).annotate(OpenApi.Summary, "A room, as its members see it"),
  HttpApiEndpoint.post("joinRoom", "/rooms/:id/join", {
    params: room,
    payload: JoinBody,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "already_member", "room_full", "wrong_room_state")
  }).annotate(OpenApi.Summary, "Comes in, by the room's code"),
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
      "idempotency_key_reused"
    )
  }).annotate(OpenApi.Summary, "Buys the one ticket of a member"),
  HttpApiEndpoint.get("roomTicket", "/rooms/:id/ticket", {
    params: room,
    success: TicketBody,
    error: problems(...roomProblems)
  }).annotate(OpenApi.Summary, "The player's own ticket of a room"),
  HttpApiEndpoint.post("leaveRoom", "/rooms/:id/leave", {
    params: room,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "already_has_ticket", "wrong_room_state")
  }).annotate(OpenApi.Summary, "Leaves a room, before buying in it"),
  HttpApiEndpoint.post("closeRoom", "/rooms/:id/close", {
    params: room,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "wrong_room_state")
  }).annotate(OpenApi.Summary, "Closes a room before its draw starts; every ticket is refunded"),
  HttpApiEndpoint.post("startDraw", "/rooms/:id/start-draw", {
    params: room,
    payload: StartBody,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "wrong_room_state")
  }).annotate(OpenApi.Summary, "Locks a room: no more members, no more tickets; the lock record is published"),
  HttpApiEndpoint.post("executeDraw", "/rooms/:id/execute-draw", {
    params: room,
    success: RoomBody,
    error: problems(...bodyProblems, ...roomProblems, "forbidden", "wrong_room_state", "beacon_pending")
  }).annotate(OpenApi.Summary, "Draws a locked room, once its time has come"),
  HttpApiEndpoint.get("roomProof", "/rooms/:id/proof", {
    params: room,
    success: HttpApiSchema.StreamUint8Array({ contentType: "application/x-ndjson" }),
    error: problems(...roomProblems)
  }).annotate(OpenApi.Summary, "Everything that proves a room's draw, as far as its members may know it, in one file")
).middleware(PlayerOnly) {}
