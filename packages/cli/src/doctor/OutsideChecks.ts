/** What `ddd doctor` asks of the services that this program works with: each is greeted, and none is given anything to do. */
import { check as checkMail } from "@ddd/adapters-mail/MailerSmtp"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { formatCents } from "@ddd/core/money/Money"
import { providerText } from "@ddd/core/money/ProviderId"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { BeaconRelays } from "@ddd/core/ports/BeaconRelays"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { chainHash, roundFor } from "@ddd/core/proof/Beacon"
import { toHex } from "@ddd/core/values/Bytes"
import { instant } from "@ddd/core/values/Instant"
import { genuineRound } from "@ddd/core/work/BeaconRounds"
import { Clock, Effect, Layer } from "effect"
import * as Beacon from "../Beacon.ts"
import type { Settings } from "../config/Variables.ts"
import { payoutProvider, payoutsBy } from "../MoneyProviders.ts"
import { destinationOf } from "../server/MailWorkers.ts"
import { check, failed, type Finding, ok, type Said, warning } from "./Finding.ts"

/** This machine's clock: what is asked for here decides nothing. */
const machineClock = Layer.succeed(Now, { now: Effect.map(Clock.currentTimeMillis, instant) })

/** A round of then is there on every relay. */
const roundAgeMillis = 60_000

/** What each relay says of each chain that is followed; null where it told a round that the chain's key has signed. */
const askRelays = Effect.gen(function*() {
  const relays = yield* BeaconRelays
  const { followed } = yield* BeaconChains
  const at = (yield* Clock.currentTimeMillis) - roundAgeMillis
  const asked = followed.flatMap((chain) => {
    const hash = chainHash(nobleSha256, chain)
    return hash === undefined ? [] : relays.map((relay) => ({ chain, hash: toHex(hash), relay }))
  })
  return yield* Effect.forEach(
    asked,
    ({ chain, hash, relay }) =>
      genuineRound(relay, chain, hash, roundFor(chain, at)).pipe(
        Effect.match({
          onFailure: ({ message }) => `${relay.name} (${chain.beaconID}): ${message}`,
          onSuccess: () => null
        })
      ),
    { concurrency: "unbounded" }
  )
})

const beacon = (settings: Settings) =>
  settings.BEACON === "none" && settings.DRAND_CHAIN === undefined
    ? Effect.succeed(ok("None: nobody but the operator can know that a seed is not chosen (BEACON=drand)."))
    : settings.BEACON === "dev"
    ? Effect.succeed(ok("Development's own, which proves nothing to others."))
    : askRelays.pipe(
      Effect.map((answers): Said => {
        const problems = answers.filter((answer) => answer !== null)
        if (problems.length === 0) return ok(`${answers.length} answers of relays, each signed by its chain's key.`)
        const told = problems.join("; ")
        return problems.length < answers.length
          ? warning(`Some relays do not answer rightly, and are passed by: ${told}.`)
          : failed(
            `No relay tells a round, and draws would wait: ${told}. Let this machine reach them by HTTPS, or set DRAND_URLS ` +
              "(docs/operations/beacon.md)."
          )
      }),
      Effect.provide(Beacon.layer(settings).pipe(Layer.provide(machineClock)))
    )

const mailPatience = { connectMillis: 10_000, silenceMillis: 10_000, mailMillis: 10_000 }

const mail = (settings: Settings) => {
  const { SMTP_URL } = settings
  const { place } = destinationOf(settings)
  return SMTP_URL === undefined
    ? Effect.succeed(
      settings.NODE_ENV === "production" ? failed("SMTP_URL is missing: no mail is sent.") : ok(`Written to ${place}.`)
    )
    : Effect.map(checkMail(SMTP_URL, mailPatience), (words) =>
      words === null
        ? ok(`${place} greets, and would take our mail. None was sent.`)
        : failed(
          `${place} would not take our mail (${words}), which waits meanwhile. Check SMTP_URL, and that this machine reaches it.`
        ))
}

const payouts = (settings: Settings) =>
  payoutsBy(settings) !== "Stripe"
    ? Effect.succeed(
      settings.NODE_ENV === "production"
        ? warning("Nothing is paid out: withdrawals answer 503 until STRIPE_SECRET_KEY is set.")
        : ok("Simulated, as it may be in development.")
    )
    : Effect.gen(function*() {
      const identity = yield* (yield* PayoutProvider).identity
      const isTest = identity.startsWith("stripe test ")
      const answered = `Stripe takes the key: ${providerText(identity)}.`
      return isTest && settings.NODE_ENV === "production"
        ? warning(`${answered} In test mode nobody is paid: set STRIPE_SECRET_KEY to a live key.`)
        : ok(answered)
    }).pipe(
      Effect.provide(
        payoutProvider(settings, settings.PUBLIC_URL ?? new URL(`http://localhost:${settings.PORT}`)).pipe(
          Layer.provide(machineClock)
        )
      ),
      Effect.catchTag("ProviderUnavailable", ({ message }) =>
        Effect.succeed(failed(`${message}. Check STRIPE_SECRET_KEY, and that this machine reaches STRIPE_API_BASE.`)))
    )

const checkout = ({ CHECKOUT_RETURN_URL, STRIPE_SECRET_KEY }: Settings): Said =>
  CHECKOUT_RETURN_URL === undefined
    ? ok("Nobody pays in on Stripe's page: POST /wallet/checkout answers 503 until CHECKOUT_RETURN_URL is set.")
    : STRIPE_SECRET_KEY === undefined
    ? failed(
      "CHECKOUT_RETURN_URL is set and STRIPE_SECRET_KEY is not: POST /wallet/checkout answers 503. Set both, or neither."
    )
    : ok(
      "Players pay in on Stripe's page. Its events of payments, refunds and disputes must come to /webhooks/stripe " +
        "(docs/money.md)."
    )

const purchases = (
  { NODE_ENV, PRODUCT_CATALOG, REVENUECAT_SIGNING_SECRET, REVENUECAT_WEBHOOK_AUTH }: Settings
): Said => {
  if (REVENUECAT_WEBHOOK_AUTH === undefined) {
    const off = "No shop tells of purchases: the webhook answers 503 until REVENUECAT_WEBHOOK_AUTH is set."
    return NODE_ENV === "production" ? warning(off) : ok(off)
  }
  const products = `${PRODUCT_CATALOG?.size ?? 0} products have a price`
  return REVENUECAT_SIGNING_SECRET === undefined
    ? ok(`RevenueCat tells of purchases; ${products}. Its notices need no signature (REVENUECAT_SIGNING_SECRET).`)
    : ok(`RevenueCat tells of purchases, and signs what it tells; ${products}.`)
}

/** What waits for an identity check, by the settings: a clause. */
const identityNeeds = ({ KYC_ABOVE, PRIZE_HOLD_KYC }: Settings): ReadonlyArray<string> => [
  ...KYC_ABOVE === undefined ? [] : [`withdrawals above $${formatCents(KYC_ABOVE)}`],
  ...PRIZE_HOLD_KYC ? ["prizes from PRIZE_REPORT_FROM on"] : []
]

const identity = (settings: Settings): Said => {
  const needs = identityNeeds(settings).join(" and ")
  if (settings.KYC_WEBHOOK_SECRET !== undefined) {
    return ok(
      needs === "" ? "Checks are told of; nothing waits for one." : `Checks are told of; ${needs} wait for one.`
    )
  }
  if (needs === "") return ok("Nothing waits for a check.")
  const off =
    `Nobody tells of a check, and ${needs} wait for one: the webhook answers 503 until KYC_WEBHOOK_SECRET is set ` +
    "(docs/identity.md). Until then operators alone say how checks stand (`ddd kyc set`)."
  return settings.NODE_ENV === "production" ? warning(off) : ok(off)
}

export const outsideChecks = (settings: Settings): ReadonlyArray<Effect.Effect<Finding>> => [
  check("beacon", beacon(settings)),
  check("mail", mail(settings)),
  check("payouts", payouts(settings)),
  check("checkout", Effect.succeed(checkout(settings))),
  check("purchases", Effect.succeed(purchases(settings))),
  check("identity", Effect.succeed(identity(settings)))
]
