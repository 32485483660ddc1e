/** The contract of the daily draw (docs/api.md, "Lottery"). */
import { ticketStatuses } from "@ddd/core/draws/Ticket"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { DrawIdText } from "../schemas/Ids.ts"
import { pageBody, pageQuery } from "../schemas/Pages.ts"
import { DayText } from "../schemas/Time.ts"
import {
  DrawBody,
  LastWinnerBody,
  PurchaseBody,
  ReceiptBody,
  RecordsBody,
  TicketBody,
  TicketCheckBody
} from "./LotteryBodies.ts"

const drawDate = { drawDate: DayText }

/** Where a purchase is posted: a part of what its idempotency key stands for. */
export const purchasePath = "/lottery/purchase-ticket"

export class LotteryApi extends HttpApiGroup.make("lottery").add(
  HttpApiEndpoint.get("currentDraw", "/lottery/current-draw", {
    success: DrawBody
  }).annotate(OpenApi.Summary, "The draw now on sale"),
  HttpApiEndpoint.post("purchaseTicket", purchasePath, {
    payload: PurchaseBody,
    headers: idempotencyHeaders,
    success: ReceiptBody.pipe(HttpApiSchema.status(201)),
    error: problems(...bodyProblems, "insufficient_funds", "account_frozen", "draw_closed", "idempotency_key_reused")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Buys tickets: all of them, or none"),
  HttpApiEndpoint.get("tickets", "/lottery/tickets", {
    query: {
      ...pageQuery(/^[0-9a-f-]{36}$/u),
      drawId: Schema.optionalKey(DrawIdText),
      status: Schema.optionalKey(Schema.Literals(ticketStatuses))
    },
    success: pageBody(TicketBody),
    error: problems("invalid_request")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "The player's own tickets, newest first"),
  HttpApiEndpoint.get("verifyTicket", "/lottery/tickets/:ticketId/verify", {
    params: { ticketId: Schema.String },
    success: TicketCheckBody,
    error: problems("not_found")
  }).annotate(OpenApi.Summary, "What anyone may know of a ticket: its seal, its place, and that it is in the draw"),
  HttpApiEndpoint.get("drawHistory", "/lottery/draw-history", {
    query: pageQuery(/^\d{4}-\d{2}-\d{2}$/u),
    success: pageBody(DrawBody),
    error: problems("invalid_request")
  }).annotate(OpenApi.Summary, "Draws that are over, newest first"),
  HttpApiEndpoint.get("lastWinner", "/lottery/last-winner", {
    success: LastWinnerBody
  }).annotate(OpenApi.Summary, "Who won the newest draw"),
  HttpApiEndpoint.get("drawByDate", "/lottery/draws/:drawDate", {
    params: drawDate,
    success: DrawBody,
    error: problems("invalid_request", "not_found")
  }).annotate(OpenApi.Summary, "The draw of a day"),
  HttpApiEndpoint.get("records", "/lottery/draws/:drawDate/records", {
    params: drawDate,
    success: RecordsBody,
    error: problems("invalid_request", "not_found")
  }).annotate(OpenApi.Summary, "The signed records of a day's draw, as far as they are published"),
  HttpApiEndpoint.get("proof", "/lottery/draws/:drawDate/proof", {
    params: drawDate,
    success: HttpApiSchema.StreamUint8Array({ contentType: "application/x-ndjson" }),
    error: problems("invalid_request", "not_found")
  }).annotate(OpenApi.Summary, "Everything that proves a day's draw, as far as it is public, in one file")
) {}
