/** Buying tickets: the hot path. */
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import type { WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import type { Sales } from "@ddd/core/ports/Sales"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { type Problem, refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser } from "../requests/Authentication.ts"
import type { KeyedCall } from "../requests/Call.ts"
import { idempotencyOf, replayHeaders } from "../requests/Idempotency.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { purchasePath } from "./LotteryApi.ts"
import { PurchaseBody } from "./LotteryBodies.ts"
import { type BuyerProblem, refuseBuyer, refuseUnfollowed, refuseUnknownOutcome } from "./PurchaseProblems.ts"
import { receiptJson } from "./ReceiptJson.ts"

const purchaseBody = jsonBody(PurchaseBody, {})
const purchaseIdempotency = idempotencyOf(purchasePath)

/** The handler of purchases. */
export const makePurchase = (sales: typeof Sales.Service, terms: WithdrawalTerms) =>
  Effect.fnUntraced(function*({ headers, request }: KeyedCall) {
    const { userId } = yield* CurrentUser
    const { bytes, value: { drawId = null, quantity = 1 } } = yield* purchaseBody(request)
    const key = headers["idempotency-key"]
    const idempotency = purchaseIdempotency(key, bytes)
    const receipt = yield* Effect.catchTags(sales.purchase({ userId, quantity, drawId, idempotency }), {
      PurchaseRefused: ({ refusal }) => refusePurchase(refusal),
      Unavailable: refuseUnavailable,
      OutcomeUnknown: refuseUnknownOutcome(key)
    })
    return HttpServerResponse.text(receiptJson(receipt, terms), {
      status: 201,
      contentType: "application/json",
      headers: replayHeaders(receipt.replayed)
    })
  })

/** Nothing is on sale for at most the moment between two draws, unless the clockwork is stuck. */
export const nothingOnSaleRetrySeconds = 5

/** A person has to resume them. */
const pausedRetrySeconds = 60

const refusePurchase = (
  refusal: PurchaseRefusal
): Effect.Effect<never, BuyerProblem | Problem<"draw_closed" | "unavailable">> => {
  switch (refusal._tag) {
    case "DrawClosed":
      return refuse("draw_closed", "This draw is not on sale. Nothing was bought.")
    case "NothingOnSale":
      return refuse("unavailable", "No draw is on sale at this moment. Nothing was bought.", {
        retryAfter: nothingOnSaleRetrySeconds
      })
    case "SalesPaused":
      return refuse(
        "unavailable",
        "The operator has paused the sales of this draw. Nothing was bought. Try again later; it is drawn at its time all the same.",
        { retryAfter: pausedRetrySeconds }
      )
    case "BeaconNotFollowed":
      return refuseUnfollowed("Nothing was bought.")
    case "NotMember":
    case "AlreadyHasTicket":
      return Effect.die(new Error(`a daily draw refused a purchase as only rooms do: ${refusal._tag}`))
    default:
      return refuseBuyer(refusal)
  }
}
