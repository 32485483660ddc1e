/** Where money comes from and goes to, by the settings: who pays players out, who tells of purchases, and of identity checks. */
import * as IdentitySourceWebhook from "@ddd/adapters-kyc/IdentitySourceWebhook"
import * as FundingSourceRevenueCat from "@ddd/adapters-revenuecat/FundingSourceRevenueCat"
import type { CheckoutProvider } from "@ddd/core/ports/CheckoutProvider"
import type { Now } from "@ddd/core/ports/Now"
import type { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import * as Payouts from "@ddd/core/work/Payouts"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import * as CheckoutProviderOff from "./CheckoutProviderOff.ts"
import type { Settings } from "./config/Variables.ts"
import { dataDirOf } from "./DataDir.ts"
import { isLiveKey } from "./LiveKey.ts"
import * as PayoutProviderOff from "./PayoutProviderOff.ts"

type ProviderSettings = Pick<
  Settings,
  "DATA_DIR" | "NODE_ENV" | "STRIPE_API_BASE" | "STRIPE_SECRET_KEY" | "STRIPE_WEBHOOK_SECRET"
>

/** Who pays players out: Stripe; in development without its key a simulation; in production without it nobody. */
export const payoutsBy = (settings: Pick<Settings, "NODE_ENV" | "STRIPE_SECRET_KEY">): "Stripe" | "simulated" | "off" =>
  settings.STRIPE_SECRET_KEY !== undefined ? "Stripe" : settings.NODE_ENV === "production" ? "off" : "simulated"

/**
 * Whether players credit their wallets themselves, for nothing (POST `/dev/credit`): in development, and where no key pays real money out,
 * which what is won with such credit would be.
 */
export const hasDevCredit = (settings: Pick<Settings, "NODE_ENV" | "STRIPE_SECRET_KEY">): boolean =>
  settings.NODE_ENV !== "production" && !isLiveKey(settings.STRIPE_SECRET_KEY)

/** Whether players pay in on Stripe's page. */
export const hasCheckout = (
  { CHECKOUT_RETURN_URL, STRIPE_SECRET_KEY }: Pick<Settings, "CHECKOUT_RETURN_URL" | "STRIPE_SECRET_KEY">
): boolean => CHECKOUT_RETURN_URL !== undefined && STRIPE_SECRET_KEY !== undefined

/** Of a module that is loaded only where it is needed: Stripe's library is large, and production never reads a simulation. */
const loaded = <M, A, E, R>(module: () => Promise<M>, layerOf: (module: M) => Layer.Layer<A, E, R>) =>
  Layer.unwrap(Effect.map(Effect.promise(module), layerOf))

export const payoutProvider = (settings: ProviderSettings, publicUrl: URL): Layer.Layer<PayoutProvider, never, Now> => {
  const { STRIPE_API_BASE: apiBase, STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecrets } = settings
  if (secretKey !== undefined) {
    return loaded(
      () => import("@ddd/adapters-stripe/PayoutProviderStripe"),
      ({ layer }) => layer({ secretKey, webhookSecrets: webhookSecrets ?? [], publicUrl, apiBase })
    )
  }
  if (settings.NODE_ENV === "production") return PayoutProviderOff.layer
  const path = join(dataDirOf(settings), "simulated-payouts.json")
  return loaded(() => import("@ddd/sim/providers/PayoutProviderSim"), ({ layer }) => layer({ path, publicUrl }))
}

/** Whose page players pay in on. Without CHECKOUT_RETURN_URL no page is opened, and what was paid before is heard of all the same. */
export const checkoutProvider = (
  { CHECKOUT_RETURN_URL: returnUrl, STRIPE_API_BASE: apiBase, STRIPE_SECRET_KEY: secretKey }: Pick<
    Settings,
    "CHECKOUT_RETURN_URL" | "STRIPE_API_BASE" | "STRIPE_SECRET_KEY"
  >
): Layer.Layer<CheckoutProvider> =>
  secretKey === undefined
    ? CheckoutProviderOff.layer
    : loaded(
      () => import("@ddd/adapters-stripe/CheckoutProviderStripe"),
      ({ layer }) => layer({ secretKey, returnUrl, ...apiBase === undefined ? {} : { apiBase } })
    )

/** Who tells of identity checks. */
export const identitySource = ({ KYC_WEBHOOK_SECRET }: Pick<Settings, "KYC_WEBHOOK_SECRET">) =>
  IdentitySourceWebhook.layer(KYC_WEBHOOK_SECRET ?? [])

export const fundingSource = (
  settings: Pick<Settings, "PRODUCT_CATALOG" | "REVENUECAT_SIGNING_SECRET" | "REVENUECAT_WEBHOOK_AUTH">
) =>
  FundingSourceRevenueCat.layer({
    authorizations: settings.REVENUECAT_WEBHOOK_AUTH ?? [],
    signingSecret: settings.REVENUECAT_SIGNING_SECRET,
    catalog: settings.PRODUCT_CATALOG ?? new Map()
  })

/** That withdrawals are under way with another payout provider than the settings say, and what to do; null where none is. */
export const otherProviderProblem = Effect.map(
  Payouts.conflict(),
  (conflict) =>
    conflict === null ?
      null :
      `There are withdrawals under way that this server cannot go on with. Of one of them: ${conflict}. ` +
      "`ddd withdrawals list --status pending` and `--held` show them; another provider may pay out once they are over."
)
