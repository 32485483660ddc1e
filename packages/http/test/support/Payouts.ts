/** A provider of payouts that opens accounts, and knows its own webhooks as Stripe's are known. It moves no money. */
import * as PayoutProviderStripe from "@ddd/adapters-stripe/PayoutProviderStripe"
import type { PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import { Now } from "@ddd/core/ports/Now"
import { PayoutAccountGone, PayoutProvider, ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import { instant } from "@ddd/core/values/Instant"
import { signature as signed } from "@ddd/sim/providers/WebhookSignature"
import { Effect, Layer, Redacted } from "effect"

/** What the provider says of every account, and whether it answers at all; tests may change it. */
export const provider: {
  status: PayoutAccountStatus
  answers: boolean
  opened: number
  /** What happens elsewhere while an account is opened. */
  meanwhile: Effect.Effect<void>
  /** Accounts that it has closed. */
  readonly closed: Set<string>
} = {
  status: "ready",
  answers: true,
  opened: 0,
  meanwhile: Effect.void,
  closed: new Set()
}

/** While one secret replaces the other, both are good. */
const webhookSecrets = ["whsec_of_today", "whsec_of_tomorrow"]

const stripe = PayoutProviderStripe.layer({
  secretKey: Redacted.make("sk_test_nothing"),
  webhookSecrets: webhookSecrets.map((secret) => Redacted.make(secret)),
  // nobody listens there: what would be asked of Stripe is answered below
  apiBase: new URL("http://127.0.0.1:1"),
  publicUrl: new URL("http://localhost:8080")
})

const whileItAnswers = <A>(answer: Effect.Effect<A>): Effect.Effect<A, ProviderUnavailable> =>
  Effect.suspend((): Effect.Effect<A, ProviderUnavailable> =>
    provider.answers ? answer : Effect.fail(new ProviderUnavailable({ message: "secret-host does not answer" }))
  )

const whileOpen = (account: string): Effect.Effect<void, PayoutAccountGone> =>
  Effect.suspend(() => provider.closed.has(account) ? Effect.fail(new PayoutAccountGone({ account })) : Effect.void)

export const layer = Layer.effect(
  PayoutProvider,
  Effect.gen(function*() {
    const { now } = yield* Now
    const real = yield* PayoutProvider
    return PayoutProvider.of({
      ...real,
      identity: Effect.succeed("simulated"),
      openAccount: ({ userId }, { closed }) =>
        whileItAnswers(Effect.suspend(() => {
          provider.opened++
          return Effect.as(provider.meanwhile, closed === null ? `acct_${userId}` : `${closed}_2`)
        })),
      onboarding: (account) =>
        Effect.andThen(
          whileOpen(account),
          whileItAnswers(Effect.map(now, (at) => ({
            url: new URL(`https://provider.example/onboarding/${account}`),
            expiresAt: instant(at + 300_000)
          })))
        ),
      accountStatus: (account) => Effect.andThen(whileOpen(account), whileItAnswers(Effect.sync(() => provider.status)))
    })
  })
).pipe(Layer.provide(stripe))

/** The header that signs `body` at a time in Unix milliseconds. */
export const signature = (body: string, atMillis: number, secret = "whsec_of_today"): string =>
  signed(body, atMillis, secret)
