/**
 * Paying in by Stripe Checkout, on the page that Stripe hosts.
 *
 * Session and payment bear the checkout's id, by which they are known again. Stripe is asked once a session, under a key of the checkout's own.
 */
import type { Checkout } from "@ddd/core/money/Checkout"
import { CheckoutNotOpened, CheckoutProvider, type PaymentEvent } from "@ddd/core/ports/CheckoutProvider"
import { ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import { Effect, Layer, type Redacted } from "effect"
import type { Stripe } from "stripe"
import * as CheckoutEvents from "./CheckoutEvents.ts"
import { checkoutOn, type PaymentWord, readDispute, readOpened, readRefund, readSession } from "./CheckoutObjects.ts"
import { makeIdentity, onceKnown } from "./StripeAccounts.ts"
import * as StripeClient from "./StripeClient.ts"
import { failureOf, isMissing } from "./StripeFailure.ts"
import { allPagesMax, readAll, startingAfter } from "./StripeLists.ts"
import { amountOf, propertiesOf, unreadable } from "./StripeObjects.ts"
import { timeLimit } from "./StripeTime.ts"

export interface CheckoutProviderStripeConfig {
  /** STRIPE_SECRET_KEY. */
  readonly secretKey: Redacted.Redacted
  /** STRIPE_API_BASE: another server than Stripe's, by its origin. */
  readonly apiBase?: URL
  /** CHECKOUT_RETURN_URL: where players come back to from Stripe's page; undefined: none is opened. */
  readonly returnUrl: URL | undefined
  /** How long Stripe may be silent, in milliseconds: 30 s. */
  readonly timeoutMillis?: number
}

/** What players see on the page, and on what their bank tells them of it. */
const productName = "Credit for Daily Dollar Draw"

/** Where the page leads to: what it says of the payment is for the player's eyes, and nothing is credited by it. */
const backAt = (returnUrl: URL, outcome: "done" | "canceled"): string => {
  const url = new URL(returnUrl)
  url.searchParams.set("checkout", outcome)
  return url.href
}

const sessionParams = (
  { amount, expiresAt, id, userId }: Checkout,
  returnUrl: URL
): Stripe.Checkout.SessionCreateParams => {
  const metadata = { checkout: id, player: userId }
  return {
    mode: "payment",
    client_reference_id: id,
    metadata,
    payment_intent_data: { metadata },
    line_items: [{
      quantity: 1,
      price_data: { currency: "usd", unit_amount: amountOf(amount), product_data: { name: productName } }
    }],
    // what is asked for is paid in dollars, or not at all
    adaptive_pricing: { enabled: false },
    expires_at: Math.floor(expiresAt / 1_000),
    success_url: backAt(returnUrl, "done"),
    cancel_url: backAt(returnUrl, "canceled")
  }
}

/** The events of a payment's refunds and disputes; what is unclear of them is said by their notices. */
const eventsOf = (words: ReadonlyArray<PaymentWord>): ReadonlyArray<PaymentEvent> =>
  words.flatMap((word) => word._tag === "Events" ? word.events : [])

export const layer = (
  { apiBase, returnUrl, secretKey, timeoutMillis = 30_000 }: CheckoutProviderStripeConfig
): Layer.Layer<CheckoutProvider> =>
  Layer.effect(
    CheckoutProvider,
    Effect.gen(function*() {
      const stripe = yield* StripeClient.make({
        secretKey,
        timeoutMillis,
        ...(apiBase === undefined ? {} : { apiBase })
      })
      const isLive = StripeClient.isLive(secretKey)
      const limited = timeLimit(timeoutMillis)

      /** Asks Stripe. `read` gives undefined where the answer is not what was asked for. */
      const ask = <A, E = never>(
        what: string,
        request: () => Promise<A | undefined>,
        failed: (error: unknown) => E | ProviderUnavailable = (cause) =>
          unavailable(what, failureOf(cause).reason, cause)
      ): Effect.Effect<A, E | ProviderUnavailable> =>
        limited(
          Effect.flatMap(
            Effect.tryPromise({ try: request, catch: failed }),
            (answer): Effect.Effect<A, ProviderUnavailable> =>
              answer === undefined ? Effect.fail(unavailable(what, unreadable)) : Effect.succeed(answer)
          ),
          () => Effect.fail(unavailable(what, "it took too long"))
        )

      /** The same, `absent` where Stripe has nothing by that name. */
      const askFor = <A>(what: string, request: () => Promise<A | undefined>, absent: A) =>
        ask(what, () =>
          request().catch((error: unknown) => {
            if (isMissing(error)) return absent
            throw error
          }))

      return CheckoutProvider.of({
        isOffered: returnUrl !== undefined,
        identity: yield* onceKnown(makeIdentity(stripe, limited, isLive)),

        open: Effect.fn("CheckoutProviderStripe.open")(function*(checkout) {
          if (returnUrl === undefined) return yield* new CheckoutNotOpened({ reason: "no page is opened here" })
          const what = "a session"
          return yield* ask(
            what,
            async () =>
              readOpened(
                await stripe.checkout.sessions.create(sessionParams(checkout, returnUrl), {
                  idempotencyKey: `ddd-checkout-${checkout.id}`
                }),
                checkout.id
              ),
            (error) => {
              const failure = failureOf(error)
              return failure._tag === "Refused"
                ? new CheckoutNotOpened({ reason: `Stripe, asked for ${what}: ${failure.reason}` })
                : unavailable(what, failure.reason, error)
            }
          )
        }),

        session: Effect.fn("CheckoutProviderStripe.session")((sessionId) =>
          askFor(
            "a session's state",
            async () => {
              const answer = await stripe.checkout.sessions.retrieve(sessionId, { expand: ["payment_intent"] })
              const session = propertiesOf(answer)
              if (session["object"] !== "checkout.session" || session["id"] !== sessionId) return undefined
              return checkoutOn(session) === undefined ? null : readSession(answer)
            },
            null
          )
        ),

        sessionsSince: Effect.fn("CheckoutProviderStripe.sessionsSince")((since) =>
          ask("its sessions", async () => {
            const created = { gte: Math.floor(since / 1_000) }
            const sessions = await readAll(
              (after) => stripe.checkout.sessions.list({ created, ...startingAfter(after) }),
              allPagesMax
            )
            return sessions?.flatMap((session) => readSession(session) ?? [])
          })
        ),

        isOurs: Effect.fn("CheckoutProviderStripe.isOurs")((paymentId) =>
          askFor(
            "a payment",
            async () => {
              const payment = propertiesOf(await stripe.paymentIntents.retrieve(paymentId))
              return payment["object"] === "payment_intent" ? checkoutOn(payment) !== undefined : undefined
            },
            false
          )
        ),

        paymentEvents: Effect.fn("CheckoutProviderStripe.paymentEvents")((payment) =>
          ask("a payment's refunds and disputes", async () => {
            const of = (after: string | undefined) => ({ payment_intent: payment, ...startingAfter(after) })
            const refunds = await readAll((after) => stripe.refunds.list(of(after)))
            const disputes = await readAll((after) => stripe.disputes.list(of(after)))
            // lists are newest first
            return refunds === undefined || disputes === undefined ? undefined : eventsOf([
              ...refunds.toReversed().map(readRefund),
              ...disputes.toReversed().map((dispute) => readDispute(dispute, null))
            ])
          })
        ),

        read: (body) => CheckoutEvents.read(body, isLive)
      })
    })
  )

const unavailable = (what: string, why: string, cause?: unknown): ProviderUnavailable =>
  new ProviderUnavailable({ message: `Stripe, asked for ${what}: ${why}`, cause })
