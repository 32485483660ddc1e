/** No payout provider: production without STRIPE_SECRET_KEY. What was asked for before waits until there is one. */
import { PayoutProvider, ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import { Effect, Layer } from "effect"

const reason = "no payout provider is configured (STRIPE_SECRET_KEY)"
const unavailable = Effect.fail(new ProviderUnavailable({ message: reason }))

export const layer = Layer.succeed(
  PayoutProvider,
  PayoutProvider.of({
    name: "off",
    identity: Effect.succeed("off"),
    openAccount: () => unavailable,
    onboarding: () => unavailable,
    accountStatus: () => unavailable,
    send: (_, { attempt, isFirst, step, turn }) =>
      Effect.succeed({ _tag: "NotNow", step, attempt, turn, isFirst, isKeySpent: false, reason }),
    lookUp: () => Effect.succeed({ _tag: "Unknown", reason }),
    inspect: () => Effect.succeed({ _tag: "Unknown", reason }),
    transfersSince: () => unavailable,
    authenticate: () => Effect.succeed({ _tag: "NotConfigured" }),
    read: () => ({ _tag: "Ignored", why: reason })
  })
)
