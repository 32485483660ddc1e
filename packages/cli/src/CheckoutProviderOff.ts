/** No provider of checkouts: without STRIPE_SECRET_KEY nobody pays in on a page. */
import { CheckoutNotOpened, CheckoutProvider } from "@ddd/core/ports/CheckoutProvider"
import { ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import { Effect, Layer } from "effect"

const reason = "no provider of checkouts is configured (STRIPE_SECRET_KEY)"
const unavailable = Effect.fail(new ProviderUnavailable({ message: reason }))

export const layer = Layer.succeed(
  CheckoutProvider,
  CheckoutProvider.of({
    isOffered: false,
    identity: Effect.succeed("off"),
    open: () => Effect.fail(new CheckoutNotOpened({ reason })),
    session: () => unavailable,
    sessionsSince: () => unavailable,
    isOurs: () => unavailable,
    paymentEvents: () => unavailable,
    read: () => ({ _tag: "Other" })
  })
)
