/**
 * Payouts through Stripe Connect.
 *
 * A player's account is a recipient of the platform (Accounts v2). A withdrawal is transferred to it from the
 * platform's balance, and paid out from there to the player's bank. Both bear the withdrawal's id, by which they are
 * found again when their names were lost.
 */
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { Effect, Layer, type Redacted } from "effect"
import { makeAccounts, makeIdentity, onceKnown } from "./StripeAccounts.ts"
import * as StripeClient from "./StripeClient.ts"
import * as StripeEvents from "./StripeEvents.ts"
import { makeMoney } from "./StripeMoney.ts"
import { timeLimit } from "./StripeTime.ts"

export interface PayoutProviderStripeConfig {
  /** STRIPE_SECRET_KEY. */
  readonly secretKey: Redacted.Redacted
  /** STRIPE_WEBHOOK_SECRET: each that is good at the moment. None: webhooks are not configured. */
  readonly webhookSecrets: ReadonlyArray<Redacted.Redacted>
  /** STRIPE_API_BASE: another server than Stripe's, by its origin. */
  readonly apiBase?: URL
  /** PUBLIC_URL: where players come back to from Stripe's pages. */
  readonly publicUrl: URL
  /** How long Stripe may be silent, in milliseconds: 30 s. */
  readonly timeoutMillis?: number
}

export const layer = (
  { apiBase, publicUrl, secretKey, timeoutMillis = 30_000, webhookSecrets }: PayoutProviderStripeConfig
): Layer.Layer<PayoutProvider, never, Now> =>
  Layer.effect(
    PayoutProvider,
    Effect.gen(function*() {
      const clock = yield* Now
      const stripe = yield* StripeClient.make({
        secretKey,
        timeoutMillis,
        ...(apiBase === undefined ? {} : { apiBase })
      })
      const isLive = StripeClient.isLive(secretKey)
      const limited = timeLimit(timeoutMillis)
      return PayoutProvider.of({
        name: "Stripe",
        identity: yield* onceKnown(makeIdentity(stripe, limited, isLive)),
        ...makeAccounts(stripe, limited, publicUrl),
        ...makeMoney(stripe, limited),
        authenticate: Effect.fn("PayoutProviderStripe.authenticate")(function*(request) {
          return StripeEvents.authenticate(request, webhookSecrets, yield* clock.now)
        }),
        read: (body) => StripeEvents.read(body, isLive)
      })
    })
  )
