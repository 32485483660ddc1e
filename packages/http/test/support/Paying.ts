/** Stripe Checkout as players pay in by it: a stand-in of Stripe on a port of its own, at the world's time, and the real adapter to it. */
import * as CheckoutProviderStripe from "@ddd/adapters-stripe/CheckoutProviderStripe"
import { CheckoutProvider } from "@ddd/core/ports/CheckoutProvider"
import { Now } from "@ddd/core/ports/Now"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { Context, Effect, Layer, Redacted } from "effect"

/** The stand-in of a world. */
export class Stripe extends Context.Service<Stripe, StripeStandIn.StripeStandIn>()("@ddd/http/test/Stripe") {}

const returnUrl = new URL("https://lottery.example/play")

/** `returnUrl` null: nobody is offered a page. */
export const layerAt = (returns: URL | null) =>
  Layer.effect(
    CheckoutProvider,
    Effect.gen(function*() {
      const { secretKey, url } = yield* Stripe
      return Context.get(
        yield* Layer.build(CheckoutProviderStripe.layer({
          secretKey: Redacted.make(secretKey),
          apiBase: new URL(url),
          returnUrl: returns ?? undefined,
          timeoutMillis: 2_000
        })),
        CheckoutProvider
      )
    })
  ).pipe(
    Layer.provideMerge(Layer.effect(
      Stripe,
      Effect.gen(function*() {
        const startAt = yield* (yield* Now).now
        return yield* StripeStandIn.make({ startAt, clock: "still", silenceMillis: 50 })
      })
    ))
  )

export const layer = layerAt(returnUrl)
