/** Asking for a page to pay in on. What is paid there is credited by the provider's word alone, later. */
import type { CheckoutRefusal } from "@ddd/core/money/Checkout"
import type { CheckoutProvider } from "@ddd/core/ports/CheckoutProvider"
import type { Checkouts } from "@ddd/core/ports/Checkouts"
import type { ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import { begin } from "@ddd/core/work/Checkouts"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { ageProblem, barredProblem, limitProblem } from "../play/PlayProblems.ts"
import { refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import type { KeyedCall } from "../requests/Call.ts"
import { idempotencyOf, replayHeaders } from "../requests/Idempotency.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { checkoutPath } from "./WalletApi.ts"
import { CheckoutAsked, CheckoutBody } from "./WalletBodies.ts"

const checkoutBody = jsonBody(CheckoutAsked)
const checkoutIdempotency = idempotencyOf(checkoutPath)
const encodeCheckout = Schema.encodeEffect(CheckoutBody)

/** Nothing but a new configuration changes it. */
const notOfferedRetrySeconds = 3_600
/** Providers say nothing about when they will be back. */
const providerRetrySeconds = 30

const nothing = "Nothing was charged."

const refuseNotOffered = refuse("unavailable", `Nobody pays in by a page here, at present. ${nothing}`, {
  retryAfter: notOfferedRetrySeconds
})

/** The same request is repeated under its key, or as another one where it had none: either opens no second payment by itself. */
const refuseProvider = ({ cause, message }: ProviderUnavailable) =>
  Effect.andThen(
    Effect.logWarning(message, cause),
    refuse("unavailable", `The service that takes payments does not answer now. ${nothing} Try again.`, {
      retryAfter: providerRetrySeconds
    })
  )

const refuseNotOpened = ({ reason }: { readonly reason: string }) =>
  Effect.andThen(
    Effect.logError(`a checkout was not opened: ${reason}`),
    refuse("unavailable", `No page could be opened for this payment. ${nothing} Try again, under a new key.`, {
      retryAfter: providerRetrySeconds
    })
  )

const refuseCheckout = (refusal: CheckoutRefusal) => {
  switch (refusal._tag) {
    case "UnknownUser":
      return refuseUnknownPlayer
    case "KeyReused":
      return refuse(
        "idempotency_key_reused",
        `This idempotency key was used for another request. ${nothing} Use a new key.`
      )
    case "AccountFrozen":
      return refuse("account_frozen", `This account is frozen and cannot pay in. ${nothing}`)
    case "PlayerBarred":
      return Effect.fail(barredProblem(refusal, nothing))
    case "UnderAge":
    case "BirthUnsaid":
      return Effect.fail(ageProblem(refusal, nothing))
    case "LimitExceeded":
      return Effect.fail(limitProblem(refusal, `Payments that are under way count. ${nothing}`))
    case "WalletFull":
      return refuse("limit_exceeded", `The wallet cannot hold that much more. ${nothing}`)
    case "TooManyUnderWay":
      return refuse(
        "limit_exceeded",
        `${refusal.max} payments are under way: pay on one of their pages, or wait until one is over. ${nothing}`,
        refusal.until === null ? {} : { until: refusal.until }
      )
  }
}

/** What these ask for. */
type Ports = CheckoutProvider | Checkouts

/** The handler of checkouts. */
export const makeCheckout = Effect.map(
  Effect.context<Ports>(),
  (ports) =>
    Effect.fnUntraced(function*({ headers, request }: KeyedCall) {
      const { userId } = yield* CurrentUser
      const { bytes, value: { amount } } = yield* checkoutBody(request)
      const key = headers["idempotency-key"]
      const opened = yield* begin({ userId, amount, idempotency: checkoutIdempotency(key, bytes) }).pipe(
        Effect.provideContext(ports),
        Effect.catchTags({
          CheckoutNotOpened: refuseNotOpened,
          CheckoutRefused: ({ refusal }) => refuseCheckout(refusal),
          ProviderUnavailable: refuseProvider,
          Unavailable: (error) => refuseUnavailable(error, key !== undefined)
        })
      )
      if (opened === null) return yield* refuseNotOffered
      const { checkout: { expiresAt }, isReplayed, url } = opened
      const body = yield* Effect.orDie(encodeCheckout({ url, expiresAt }))
      return HttpServerResponse.jsonUnsafe(body, { status: 201, headers: replayHeaders(isReplayed) })
    })
)
