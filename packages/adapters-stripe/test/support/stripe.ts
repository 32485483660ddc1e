/** A stand-in for Stripe whose clock is also the program's, and the adapter that talks to it. */
import type { AccountOpening } from "@ddd/core/money/PayoutAccount"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { ProviderWorld } from "@ddd/sim/contract/PayoutProvider"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import * as PayoutProviderStripe from "../../src/PayoutProviderStripe.ts"

/** The stand-in of a test. */
export class StandIn
  extends Context.Service<StandIn, StripeStandIn.StripeStandIn>()("@ddd/adapters-stripe/test/StandIn")
{}

const webhookSecret = "whsec_test"

/** The time at which every stand-in begins. */
export const startAt = Date.UTC(2026, 1, 3)

/** The adapter against any server: `apiBase`. */
export const providerAt = (
  apiBase: URL,
  config: Partial<PayoutProviderStripe.PayoutProviderStripeConfig> = {}
): Layer.Layer<PayoutProvider, never, Now> =>
  PayoutProviderStripe.layer({
    secretKey: Redacted.make("sk_test_standin"),
    webhookSecrets: [Redacted.make(webhookSecret)],
    apiBase,
    publicUrl: new URL("https://lottery.example"),
    timeoutMillis: 2_000,
    ...config
  })

const clockOf = (standIn: StripeStandIn.StripeStandIn) =>
  Layer.succeed(Now, Now.of({ now: Effect.sync(() => instant(standIn.now())) }))

/** Follows an onboarding page, as a browser does. */
const follow = (page: URL) =>
  Effect.promise(async () => {
    const response = await fetch(page)
    await response.text()
    if (!response.ok) throw new Error(`${page.href} answered ${response.status}`)
  })

export const layer = (
  options: StripeStandIn.StripeStandInOptions = {},
  config: Partial<PayoutProviderStripe.PayoutProviderStripeConfig> = {}
): Layer.Layer<StandIn | PayoutProvider | ProviderWorld | Now> =>
  Layer.unwrap(Effect.map(
    StripeStandIn.make({ clock: "still", startAt, silenceMillis: 5, ...options }),
    (standIn) =>
      Layer.mergeAll(
        Layer.succeed(StandIn, standIn),
        Layer.succeed(
          ProviderWorld,
          ProviderWorld.of({ follow, advance: (millis) => Effect.sync(() => standIn.advance(millis)) })
        ),
        providerAt(new URL(standIn.url), config)
      ).pipe(Layer.provideMerge(clockOf(standIn)))
  ))

/** Runs a test with a stand-in of its own. */
export const withStripe = (
  options: StripeStandIn.StripeStandInOptions,
  run: Effect.Effect<void, unknown, StandIn | PayoutProvider | ProviderWorld | Now | Scope.Scope>
) => Effect.scoped(Effect.provide(run, Layer.fresh(layer(options))))

export const ada = userId("018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2b")

export const opening: AccountOpening = { session: "a session", hour: 0, closed: null }

/** Opens an account that money can be sent to. */
export const readyAccount = Effect.gen(function*() {
  const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
  const account = yield* provider.openAccount({ userId: ada, email: "ada@example.com", username: "ada" }, opening)
  standIn.activate(account)
  return account
})
