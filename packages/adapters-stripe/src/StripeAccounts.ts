/** The players' accounts with Stripe: recipients of the platform (Accounts v2), opened, shown and asked for. */
import type { AccountOpening, PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import type { OwnProvider } from "@ddd/core/money/ProviderId"
import { PayoutAccountGone, type PayoutProvider, ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import { instant } from "@ddd/core/values/Instant"
import { Effect, Option, Ref } from "effect"
import { createHash } from "node:crypto"
import type { Stripe } from "stripe"
import { failureOf, isAccountGone, isMissing } from "./StripeFailure.ts"
import { propertiesOf, textOf, unreadable } from "./StripeObjects.ts"
import type { TimeLimit } from "./StripeTime.ts"

/** Once an opening while Stripe remembers keys; asked with another address, it is another request. */
const accountKey = (
  userId: string,
  email: string,
  username: string,
  { closed, hour, session }: AccountOpening
): string => {
  const digest = createHash("sha256").update(JSON.stringify([email, username, session, hour, closed])).digest("hex")
  return `ddd-account-${userId}-${digest.slice(0, 16)}`
}

/** Asks for what is not money. */
const asking =
  (limited: TimeLimit) =>
  <A>(what: string, request: () => Promise<unknown>, read: (answer: unknown) => A | undefined) =>
    limited(
      Effect.tryPromise({
        try: request,
        catch: (cause) =>
          new ProviderUnavailable({ message: `Stripe, asked for ${what}: ${failureOf(cause).reason}`, cause })
      }).pipe(Effect.flatMap((answer) => {
        const result = read(answer)
        return result === undefined
          ? Effect.fail(new ProviderUnavailable({ message: `Stripe, asked for ${what}: ${unreadable}` }))
          : Effect.succeed(result)
      })),
      () => Effect.fail(new ProviderUnavailable({ message: `Stripe, asked for ${what}, took too long` }))
    )

/** What is asked for until it is answered, and known from then on. */
export const onceKnown = <A, E>(ask: Effect.Effect<A, E>): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.map(Ref.make<Option.Option<A>>(Option.none()), (known) =>
    Effect.flatMap(
      Ref.get(known),
      Option.match({
        onNone: () => Effect.tap(ask, (answer) => Ref.set(known, Option.some(answer))),
        onSome: Effect.succeed
      })
    ))

/** Which account of ours a key belongs to. */
export const makeIdentity = (
  stripe: Stripe,
  limited: TimeLimit,
  isLive: boolean
): Effect.Effect<OwnProvider, ProviderUnavailable> =>
  asking(limited)("our own account", () => stripe.accounts.retrieveCurrent(), (answer) => {
    const id = textOf(propertiesOf(answer)["id"])
    return id === undefined ? undefined : `stripe ${isLive ? "live" : "test"} ${id}` as const
  })

/** The operations of the port that are about accounts. `publicUrl`: where players come back to from Stripe's pages. */
export const makeAccounts = (
  stripe: Stripe,
  limited: TimeLimit,
  publicUrl: URL
): Pick<PayoutProvider["Service"], "openAccount" | "onboarding" | "accountStatus"> => {
  const ask = asking(limited)
  const statusOf = (account: string): Effect.Effect<PayoutAccountStatus, ProviderUnavailable | PayoutAccountGone> =>
    ask(
      "an account's state",
      () => stripe.v2.core.accounts.retrieve(account, { include: ["configuration.recipient"] }),
      (answer) => {
        const { closed, configuration, id } = propertiesOf(answer)
        if (id !== account) return undefined
        if (closed === true) return "closed" as const
        // an account that lacks the configuration altogether cannot be sent money to either
        const path = ["recipient", "capabilities", "stripe_balance", "stripe_transfers", "status"]
        const status = path.reduce<unknown>((value, name) => propertiesOf(value)[name], configuration)
        return status === "active" ? "ready" as const : "pending" as const
      }
    ).pipe(
      Effect.catchTag(
        "ProviderUnavailable",
        (error) =>
          isAccountGone(error.cause) || isMissing(error.cause) ? Effect.succeed("closed" as const) : Effect.fail(error)
      ),
      Effect.filterOrFail((status) => status !== "closed", () => new PayoutAccountGone({ account }))
    )

  const backAt = (state: "done" | "again"): string => new URL(`/payout-account?state=${state}`, publicUrl).href

  return {
    openAccount: Effect.fn("PayoutProviderStripe.openAccount")(({ email, userId, username }, opening) =>
      ask(
        "an account",
        () =>
          stripe.v2.core.accounts.create({
            contact_email: email,
            display_name: username,
            dashboard: "express",
            identity: { country: "us", entity_type: "individual" },
            configuration: {
              recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } }
            },
            defaults: { responsibilities: { fees_collector: "application", losses_collector: "application" } },
            metadata: { player: userId },
            include: ["configuration.recipient", "requirements"]
          }, { idempotencyKey: accountKey(userId, email, username, opening) }),
        (account) => textOf(propertiesOf(account)["id"])
      )
    ),

    onboarding: Effect.fn("PayoutProviderStripe.onboarding")((account) =>
      ask(
        "an account's page",
        () =>
          stripe.v2.core.accountLinks.create({
            account,
            use_case: {
              type: "account_onboarding",
              account_onboarding: { refresh_url: backAt("again"), return_url: backAt("done") }
            }
          }),
        (link) => {
          const { expires_at: expiresAt, url } = propertiesOf(link)
          const expires = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN
          return typeof url !== "string" || !URL.canParse(url) || Number.isNaN(expires)
            ? undefined
            : { url: new URL(url), expiresAt: instant(expires) }
        }
      ).pipe(
        // whatever Stripe says of the page of a closed account, of the account itself it says that it is closed
        Effect.catchTag("ProviderUnavailable", (error) => Effect.andThen(statusOf(account), Effect.fail(error)))
      )
    ),

    accountStatus: Effect.fn("PayoutProviderStripe.accountStatus")(statusOf)
  }
}
