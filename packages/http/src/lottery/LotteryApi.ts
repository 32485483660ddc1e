/** The contract of the daily draw (docs/api.md, "Lottery"). */
import { ticketStatuses } from "@ddd/core/draws/Ticket"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { barringCodes } from "../play/PlayProblems.ts"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { OfferedHere } from "../requests/OfferedHere.ts"
import { operation } from "../schemas/Described.ts"
import { drawExample } from "../schemas/Examples.ts"
import { UuidText } from "../schemas/Ids.ts"
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

const ofDraw = UuidText.annotate({ description: "Tickets of this draw alone", examples: [drawExample] }).pipe(
  Schema.brand("DrawId")
)
const ofStatus = Schema.Literals(ticketStatuses).annotate({
  description: "Tickets of this status alone",
  examples: ["won"]
})

/** Where a purchase is posted: a part of what its idempotency key stands for. */
export const purchasePath = "/lottery/purchase-ticket"

export class LotteryApi extends HttpApiGroup.make("lottery").add(
  HttpApiEndpoint.get("currentDraw", "/lottery/current-draw", {
    success: DrawBody
  }).annotateMerge(operation(
    "read",
    "The draw now on sale",
    "`unavailable` where none is, as before the first one is published, and where its beacon is not followed by this server: then it is not sold."
  )),
  HttpApiEndpoint.post("purchaseTicket", purchasePath, {
    payload: PurchaseBody,
    headers: idempotencyHeaders,
    success: ReceiptBody.pipe(HttpApiSchema.status(201)),
    error: problems(
      ...bodyProblems,
      "insufficient_funds",
      "account_frozen",
      ...barringCodes,
      "limit_exceeded",
      "draw_closed",
      "idempotency_key_reused"
    )
  }).middleware(PlayerOnly).middleware(OfferedHere).annotateMerge(operation(
    "buy",
    "Buys tickets: all of them, or none",
    "With a `drawId` that is no longer on sale: `draw_closed`. Without, the draw on sale at the instant of sale. `unavailable` while its beacon is not followed by this server. `outcome_unknown`: send the same request again under the same key."
  )),
  HttpApiEndpoint.get("tickets", "/lottery/tickets", {
    query: {
      ...pageQuery,
      drawId: Schema.optionalKey(ofDraw),
      status: Schema.optionalKey(ofStatus)
    },
    success: pageBody(TicketBody),
    error: problems("invalid_request")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "read",
    "The player's own tickets, newest first",
    "Those of rooms included."
  )),
  HttpApiEndpoint.get("verifyTicket", "/lottery/tickets/:ticketId/verify", {
    params: { ticketId: Schema.String.annotate({ description: "Its public id", examples: ["DDL-20260203-7K3QX"] }) },
    success: TicketCheckBody,
    error: problems("not_found")
  }).annotateMerge(operation(
    "read",
    "What anyone may know of a ticket: its seal, its place, and that it is in the draw",
    "Takes public ids in any case. A room's ticket is `not_found` to all but the room's members, who send their access token."
  )),
  HttpApiEndpoint.get("drawHistory", "/lottery/draw-history", {
    query: pageQuery,
    success: pageBody(DrawBody),
    error: problems("invalid_request")
  }).annotateMerge(operation(
    "read",
    "Draws whose sales are over, newest first",
    "Those too that wait for their outcome: locked ones, beside drawn and void ones."
  )),
  HttpApiEndpoint.get("lastWinner", "/lottery/last-winner", {
    success: LastWinnerBody
  }).annotateMerge(operation(
    "read",
    "Who won the newest draw",
    "Both members are null before any draw is drawn; `winner` is null where nobody had entered."
  )),
  HttpApiEndpoint.get("drawByDate", "/lottery/draws/:drawDate", {
    params: drawDate,
    success: DrawBody,
    error: problems("invalid_request", "not_found")
  }).annotateMerge(operation(
    "read",
    "The draw of a day",
    "`not_found` before its open record is published, a week ahead."
  )),
  HttpApiEndpoint.get("records", "/lottery/draws/:drawDate/records", {
    params: drawDate,
    success: RecordsBody,
    error: problems("invalid_request", "not_found")
  }).annotateMerge(operation(
    "read",
    "The signed records of a day's draw, as far as they are published",
    "What docs/fairness.md tells to the byte; the keys that sign them stand at `/log/vkey`."
  )),
  HttpApiEndpoint.get("proof", "/lottery/draws/:drawDate/proof", {
    params: drawDate,
    success: HttpApiSchema.StreamUint8Array({ contentType: "application/x-ndjson" }),
    error: problems("invalid_request", "not_found")
  }).annotateMerge(operation(
    "heavy",
    "Everything that proves a day's draw, as far as it is public, in one file",
    "The proof bundle, streamed: one JSON text a line. `ddd-verify` and the page `/verify` read it. `unavailable` of a drawn draw of whose beacon's chain the server knows no parameters."
  ))
) {}
