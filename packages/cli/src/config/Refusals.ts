/** What may not be, however well each variable is spelled (docs/design.md, "Configuration", last paragraph). */
import { quicknet } from "@ddd/core/proof/Beacon"
import { visible } from "@ddd/core/values/Visible"
import { isLiveKey } from "../LiveKey.ts"
import type { ConfigProblem } from "./ConfigProblem.ts"
import { type Need, type Settings, type VariableName, variableNames, variables } from "./Variables.ts"
import { weakSecrets } from "./WeakSecrets.ts"

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1"

/** Checks the values together; `isSet` tells whether the environment says anything of a variable. */
export const refusals = (
  settings: Partial<Settings>,
  isSet: (name: VariableName) => boolean,
  needs: ReadonlyArray<Need>
): ReadonlyArray<ConfigProblem> => [
  ...settings.NODE_ENV === "production"
    ? [...missing(isSet, needs), ...productionRefusals(settings, isSet, needs), ...weakSecrets(settings)]
    : developmentRefusals(settings, needs),
  ...beaconRefusals(settings),
  ...needs.includes("server") ? [...edgeRefusals(settings, isSet), ...placeRefusals(settings, isSet)] : [],
  ...moneyRefusals(settings, isSet, needs)
]

/** What of the beacon may not be, in production or out of it. */
const beaconRefusals = (
  { BEACON, DEV_CLOCK_START, DRAND_CHAIN, DRAND_URLS, NODE_ENV }: Partial<Settings>
): ReadonlyArray<ConfigProblem> => {
  if (BEACON === undefined) return []
  const problems: Array<ConfigProblem> = []
  if (BEACON === "drand" && DEV_CLOCK_START !== undefined && NODE_ENV !== "production") {
    problems.push({
      name: "DEV_CLOCK_START",
      message:
        "DEV_CLOCK_START is refused with BEACON=drand, whose rounds come by the world's clock. Use BEACON=dev, or remove it."
    })
  }
  // with BEACON=none the chains of draws that were published before may be followed still
  const alone = DRAND_CHAIN !== undefined && BEACON === "dev"
    ? "DRAND_CHAIN"
    : DRAND_URLS !== undefined && DRAND_CHAIN === undefined && BEACON === "none"
    ? "DRAND_URLS"
    : undefined
  if (alone !== undefined) {
    problems.push({
      name: alone,
      message: `${alone} means nothing where BEACON is ${BEACON}. Set BEACON=drand, or remove ${alone}.`
    })
  }
  const unserved = DRAND_URLS === undefined && BEACON !== "dev"
    ? DRAND_CHAIN?.find(({ publicKey }) => publicKey !== quicknet.publicKey)
    : undefined
  if (unserved !== undefined) {
    problems.push({
      name: "DRAND_URLS",
      message: `DRAND_URLS is missing: the relays of the League of Entropy do not serve the chain ${
        visible(unserved.beaconID)
      } of DRAND_CHAIN. Set DRAND_URLS to relays that serve each of its chains.`
    })
  }
  return problems
}

const howToSet = (name: VariableName): string =>
  variables[name].form.secret ? `Set ${name}, or ${name}_FILE to a file that holds it` : `Set ${name}`

const missing = (isSet: (name: VariableName) => boolean, needs: ReadonlyArray<Need>): ReadonlyArray<ConfigProblem> =>
  variableNames.flatMap((name) => {
    const { help, requiredFor } = { requiredFor: undefined, ...variables[name] }
    if (requiredFor === undefined || !needs.includes(requiredFor) || isSet(name)) return []
    return [{ name, message: `${name} is missing, which production needs (${help}). ${howToSet(name)}.` }]
  })

const productionRefusals = (
  settings: Partial<Settings>,
  isSet: (name: VariableName) => boolean,
  needs: ReadonlyArray<Need>
): ReadonlyArray<ConfigProblem> => {
  const problems: Array<ConfigProblem> = []
  const refuse = (name: VariableName, message: string) => problems.push({ name, message: `${name} ${message}` })
  if (settings.PUBLIC_URL !== undefined && settings.PUBLIC_URL.protocol !== "https:") {
    refuse("PUBLIC_URL", "must begin with https:// in production.")
  }
  if (needs.includes("draws") && isSet("BEACON") && settings.BEACON === "none" && settings.ALLOW_NO_BEACON !== "yes") {
    refuse(
      "ALLOW_NO_BEACON",
      "must be yes where BEACON is none in production: without a beacon the operator alone knows the seed before the lock."
    )
  }
  if (needs.includes("draws") && settings.BEACON === "dev") {
    refuse(
      "BEACON",
      "must not be dev in production: everybody can tell the rounds of that beacon in advance. Set it to drand."
    )
  }
  if (settings.DEV_CLOCK_START !== undefined) {
    refuse("DEV_CLOCK_START", "is refused in production: its clock is the database's. Remove it.")
  }
  if (settings.RATE_LIMITS === "off") {
    refuse(
      "RATE_LIMITS",
      "must not be off in production: anyone could take the server from everybody. Remove it, or name limits."
    )
  }
  if (settings.STRIPE_API_BASE?.protocol === "http:") {
    refuse("STRIPE_API_BASE", "must begin with https:// in production: it is sent the key that moves the money.")
  }
  if (settings.CHECKOUT_RETURN_URL?.protocol === "http:") {
    refuse(
      "CHECKOUT_RETURN_URL",
      "must begin with https:// in production: players come back to it from where they paid."
    )
  }
  if (settings.EXPO_API_BASE?.protocol === "http:") {
    refuse("EXPO_API_BASE", "must begin with https:// in production: it is sent the token that speaks to players.")
  }
  for (const name of ["OPERATOR_URL", "TERMS_URL", "HELP_URL"] as const) {
    if (settings[name]?.protocol === "http:") refuse(name, "must begin with https:// in production.")
  }
  if (needs.includes("server") && isSet("STRIPE_SECRET_KEY") && !isSet("STRIPE_WEBHOOK_SECRET")) {
    refuse(
      "STRIPE_WEBHOOK_SECRET",
      "is missing, which production needs beside STRIPE_SECRET_KEY: that a payout came back is learnt late " +
        `without Stripe's webhooks. ${howToSet("STRIPE_WEBHOOK_SECRET")}.`
    )
  }
  return problems
}

/** What of proxies and of TLS may not be, in production or out of it. */
const edgeRefusals = (
  { CLIENT_ADDRESS_FROM, ENGINE, PUBLIC_URL }: Partial<Settings>,
  isSet: (name: VariableName) => boolean
): ReadonlyArray<ConfigProblem> => {
  const problems: Array<ConfigProblem> = []
  const refuse = (name: VariableName, message: string) => problems.push({ name, message: `${name} ${message}` })
  if (isSet("CLIENT_ADDRESS_FROM") && !isSet("TRUSTED_PROXIES")) {
    refuse(
      "TRUSTED_PROXIES",
      "is missing, without which CLIENT_ADDRESS_FROM means nothing: nobody is believed. " +
        "Set TRUSTED_PROXIES to the addresses of the proxies, or remove CLIENT_ADDRESS_FROM."
    )
  }
  if (ENGINE === "uws" && CLIENT_ADDRESS_FROM === "proxy-protocol") {
    refuse(
      "CLIENT_ADDRESS_FROM",
      "must not be proxy-protocol with ENGINE=uws, which takes its header from anybody. " +
        "Set ENGINE=node, or have the proxy send X-Forwarded-For."
    )
  }
  const given = (["TLS_CERT", "TLS_KEY"] as const).filter(isSet)
  const [one] = given
  if (one === undefined) return problems
  if (given.length === 1) {
    const other = one === "TLS_CERT" ? "TLS_KEY" : "TLS_CERT"
    refuse(other, `is missing, which belongs to ${one}. Set ${other}, or remove ${one}.`)
  }
  if (ENGINE === "uws") {
    refuse(
      one,
      "is refused with ENGINE=uws, which stands behind a proxy that speaks TLS. Set ENGINE=node, or remove it."
    )
  }
  if (PUBLIC_URL?.protocol !== "https:") {
    refuse("PUBLIC_URL", `must begin with https:// where ${one} is set: the server speaks nothing else then.`)
  }
  return problems
}

/** What of where play is offered may not be, in production or out of it. */
const placeRefusals = (
  { CLIENT_ADDRESS_FROM }: Partial<Settings>,
  isSet: (name: VariableName) => boolean
): ReadonlyArray<ConfigProblem> => {
  const problems: Array<ConfigProblem> = []
  const refuse = (name: VariableName, message: string) => problems.push({ name, message: `${name} ${message}` })
  const [list, other] = (["ALLOWED_COUNTRIES", "BLOCKED_COUNTRIES"] as const).filter(isSet)
  if (list !== undefined && other !== undefined) {
    refuse(other, `is refused beside ${list}, which says already where play is offered. Remove one of them.`)
  }
  if (list !== undefined && !isSet("GEO_DB") && !isSet("GEO_HEADER")) {
    refuse(
      "GEO_DB",
      `is missing, without which nobody's country is known, and ${list} means nothing. ` +
        `Set GEO_DB to a .mmdb file, or GEO_HEADER to the header of a trusted proxy, or remove ${list}.`
    )
  }
  if (!isSet("GEO_HEADER")) return problems
  if (isSet("GEO_DB")) refuse("GEO_HEADER", "is refused beside GEO_DB: one of them says where requests come from.")
  if (!isSet("TRUSTED_PROXIES")) {
    refuse(
      "TRUSTED_PROXIES",
      "is missing, without which GEO_HEADER means nothing: anybody could name a country. " +
        "Set TRUSTED_PROXIES to the addresses of the proxies, or GEO_DB instead of GEO_HEADER."
    )
  }
  if (CLIENT_ADDRESS_FROM === "proxy-protocol") {
    refuse(
      "GEO_HEADER",
      "is refused with CLIENT_ADDRESS_FROM=proxy-protocol: such a proxy passes requests on as clients wrote them. Set GEO_DB instead."
    )
  }
  return problems
}

/** What of the money may not be, in production or out of it. */
const moneyRefusals = (
  { NODE_ENV, STRIPE_API_BASE, STRIPE_SECRET_KEY }: Partial<Settings>,
  isSet: (name: VariableName) => boolean,
  needs: ReadonlyArray<Need>
): ReadonlyArray<ConfigProblem> => {
  const problems: Array<ConfigProblem> = []
  const refuse = (name: VariableName, message: string) => problems.push({ name, message: `${name} ${message}` })
  if (needs.includes("server")) {
    const isTold = isSet("REVENUECAT_WEBHOOK_AUTH")
    if (isTold && !isSet("PRODUCT_CATALOG")) {
      refuse(
        "PRODUCT_CATALOG",
        "is missing, without which no purchase that RevenueCat tells of is worth anything. " +
          "Set PRODUCT_CATALOG, such as {\"funds_5\": \"5.00\"}, or remove REVENUECAT_WEBHOOK_AUTH."
      )
    }
    const alone = (["PRODUCT_CATALOG", "REVENUECAT_SIGNING_SECRET"] as const).find((name) => !isTold && isSet(name))
    if (alone !== undefined) {
      refuse(
        "REVENUECAT_WEBHOOK_AUTH",
        `is missing, without which ${alone} means nothing: RevenueCat could not tell of purchases. ` +
          `${howToSet("REVENUECAT_WEBHOOK_AUTH")}, or remove ${alone}.`
      )
    }
  }
  // in production that address is refused already
  if (
    NODE_ENV !== "production" && STRIPE_API_BASE?.protocol === "http:" && isLiveKey(STRIPE_SECRET_KEY)
  ) {
    refuse(
      "STRIPE_API_BASE",
      "must begin with https:// where STRIPE_SECRET_KEY is a live key, which anyone on the way could read. " +
        "Use a test key, or remove STRIPE_API_BASE."
    )
  }
  return problems
}

const developmentRefusals = (settings: Partial<Settings>, needs: ReadonlyArray<Need>): ReadonlyArray<ConfigProblem> => {
  if (!needs.includes("server") || settings.ALLOW_INSECURE_DEV === "yes") return []
  const reached = (["HOST", "METRICS_HOST"] as const).flatMap((name) => {
    const address = settings[name]
    return address === undefined || isLoopback(address) ? [] : [{ name, address }]
  })
  return reached.map(({ address, name }) => ({
    name,
    message:
      `${name} is ${address}, which others can reach, and this is development, with secrets and rules for one machine. ` +
      "Use 127.0.0.1, or set ALLOW_INSECURE_DEV=yes where nobody else is on the network."
  }))
}
