/** Buying tickets: the hot path. */
import { formatCents } from "@ddd/core/Money"
import type { OutcomeUnknown, Sales } from "@ddd/core/ports/Sales"
import type { PurchaseRefusal } from "@ddd/core/Sale"
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { CurrentUser, refuseUnknownPlayer } from "../Authentication.ts"
import { idempotencyOf, replayHeaders } from "../Idempotency.ts"
import { jsonBody } from "../JsonBody.ts"
import { type Problem, refuse } from "../Problem.ts"
import { refuseUnavailable } from "../Unavailability.ts"
import { purchasePath } from "./LotteryApi.ts"
import { PurchaseBody } from "./LotteryBodies.ts"
import { receiptJson } from "./ReceiptJson.ts"

const purchaseBody = jsonBody(PurchaseBody, {})
const purchaseIdempotency = idempotencyOf(purchasePath)

/** The handler of purchases. */
export const makePurchase = (sales: typeof Sales.Service) =>
  Effect.fnUntraced(function*({ headers, request }: {
    readonly headers: { readonly "idempotency-key"?: string }
    readonly request: HttpServerRequest.HttpServerRequest
  }) {
    const { userId } = yield* CurrentUser
    const { bytes, value: { drawId = null, quantity = 1 } } = yield* purchaseBody(request)
    const key = headers["idempotency-key"]
    const idempotency = purchaseIdempotency(key, bytes)
    const receipt = yield* Effect.catchTags(sales.purchase({ userId, quantity, drawId, idempotency }), {
      PurchaseRefused: ({ refusal }) => refusePurchase(refusal),
      Unavailable: refuseUnavailable,
      OutcomeUnknown: refuseUnknownOutcome(key)
    })
    return HttpServerResponse.text(receiptJson(receipt), {
      status: 201,
      contentType: "application/json",
      headers: replayHeaders(receipt.replayed)
    })
  })

/** Nothing is on sale for at most the moment between two draws, unless the clockwork is stuck. */
export const nothingOnSaleRetrySeconds = 5

type PurchaseProblem = Problem<
  | "insufficient_funds"
  | "draw_closed"
  | "unavailable"
  | "account_frozen"
  | "unauthenticated"
  | "idempotency_key_reused"
>

const refusePurchase = (refusal: PurchaseRefusal): Effect.Effect<never, PurchaseProblem> => {
  switch (refusal._tag) {
    case "InsufficientFunds":
      return refuse(
        "insufficient_funds",
        `The wallet holds ${formatCents(refusal.balance)}; this purchase costs ${
          formatCents(refusal.needed)
        }. Nothing was bought.`
      )
    case "DrawClosed":
      return refuse("draw_closed", "This draw is not on sale. Nothing was bought.")
    case "NothingOnSale":
      return refuse("unavailable", "No draw is on sale at this moment. Nothing was bought.", {
        retryAfter: nothingOnSaleRetrySeconds
      })
    case "AccountFrozen":
      return refuse("account_frozen", "This account is frozen and cannot buy. Nothing was bought.")
    case "UnknownBuyer":
      return refuseUnknownPlayer
    case "KeyReused":
      return refuse(
        "idempotency_key_reused",
        "This idempotency key was used for another request. Nothing was bought; use a new key."
      )
  }
}

/** Only a key makes it safe to ask again: without one, the same request might buy twice. */
const refuseUnknownOutcome =
  (key: string | undefined) => ({ cause }: OutcomeUnknown): Effect.Effect<never, Problem<"outcome_unknown">> =>
    Effect.andThen(
      Effect.logError("It could not be found out whether a purchase happened", cause),
      key === undefined
        ? refuse(
          "outcome_unknown",
          "Whether the tickets were bought is not known. Look at your tickets before you buy again."
        )
        : refuse(
          "outcome_unknown",
          "Whether the tickets were bought is not known. Send the same request under the same idempotency key to find out.",
          { retryAfter: 1 }
        )
    )
