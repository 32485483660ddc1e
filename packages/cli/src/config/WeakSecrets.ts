/**
 * Secrets that production refuses because they can be guessed (decision 31).
 *
 * A secret is to be made by a machine. Whether one was cannot be told for certain, but one that a person thought up, or left as an
 * example, shows: it is short, repeats itself, counts up, is plain words, or says that it is to be changed. No random one does, but for
 * one in millions.
 */
import { Redacted } from "effect"
import type { ConfigProblem } from "./ConfigProblem.ts"
import type { Settings, VariableName } from "./Variables.ts"

/** 32 characters of hex are 128 bits. */
const ownLengthMin = 32
/** What providers make is shorter than what we ask for, and long enough. */
const providersLengthMin = 20

const placeholders = /change.?me|replace.?me|password|passphrase|example|placeholder|insecure|default|your.?secret/i

/** Why a text can be guessed: completes "it …"; undefined for one that a machine may have made. */
export const weakness = (text: string, lengthMin: number = ownLengthMin): string | undefined => {
  if (text.length < lengthMin) return `has fewer than ${lengthMin} characters`
  if (placeholders.test(text)) return "reads like an example that was to be replaced"
  const pairs = Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2))
  // of 43 random characters one pair in fifty comes twice, of 32 hex digits one in ten
  if (new Set(pairs).size < pairs.length * 0.7) return "repeats itself"
  const steps = pairs.filter((pair) => Math.abs(pair.charCodeAt(1) - pair.charCodeAt(0)) <= 1).length
  if (steps > pairs.length / 2) return "counts up or down"
  const isMixed = /[A-Z]/.test(text) && /[a-z]/.test(text)
  return isMixed || /\d/.test(text) ? undefined : "is made of words"
}

interface Judged {
  /** Its secrets, which may be several; those that no longer make anything new are left alone. */
  readonly secrets: (settings: Partial<Settings>) => ReadonlyArray<string>
  readonly lengthMin: number
  /** How to come by another. */
  readonly remedy: string
}

const make = "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='"
const fresh = `Make one with: ${make}`

/** Of one variable, which may hold several. */
type Held = (settings: Partial<Settings>) => Redacted.Redacted | ReadonlyArray<Redacted.Redacted> | undefined

const judge = (of: Held, lengthMin: number, remedy: string): Judged => ({
  secrets: (settings) => [of(settings) ?? []].flat().map((secret) => Redacted.value(secret)),
  lengthMin,
  remedy
})

const own = (of: Held, remedy: string = fresh): Judged => judge(of, ownLengthMin, remedy)

const ofProvider = (of: Held, remedy: string): Judged => judge(of, providersLengthMin, remedy)

const byComma = (secret: Redacted.Redacted | undefined): ReadonlyArray<string> =>
  secret === undefined ? [] : Redacted.value(secret).split(",").map((each) => each.trim())

const judged: { readonly [N in VariableName]?: Judged } = {
  TICKET_SEAL_SECRET: own(({ TICKET_SEAL_SECRET }) => TICKET_SEAL_SECRET),
  SEED_KEY: own(({ SEED_KEY }) => SEED_KEY),
  LOG_SIGNING_KEYS: {
    // the older ones can never be taken away
    secrets: ({ LOG_SIGNING_KEYS }) => byComma(LOG_SIGNING_KEYS).slice(-1),
    lengthMin: ownLengthMin,
    remedy: fresh
  },
  JWT_PRIVATE_KEYS: {
    secrets: ({ JWT_PRIVATE_KEYS }) => byComma(JWT_PRIVATE_KEYS).map((each) => each.slice(each.indexOf(":") + 1)),
    lengthMin: ownLengthMin,
    remedy: `Make the part behind the id with: ${make}`
  },
  REFRESH_KEY: own(({ REFRESH_KEY }) => REFRESH_KEY),
  INTERNAL_API_TOKEN: own(({ INTERNAL_API_TOKEN }) => INTERNAL_API_TOKEN),
  REVENUECAT_WEBHOOK_AUTH: own(
    ({ REVENUECAT_WEBHOOK_AUTH }) => REVENUECAT_WEBHOOK_AUTH,
    `Make one with: ${make} and give it to RevenueCat too`
  ),
  REVENUECAT_SIGNING_SECRET: ofProvider(
    ({ REVENUECAT_SIGNING_SECRET }) => REVENUECAT_SIGNING_SECRET,
    "Take it as RevenueCat shows it"
  ),
  STRIPE_SECRET_KEY: ofProvider(({ STRIPE_SECRET_KEY }) => STRIPE_SECRET_KEY, "Take it as Stripe shows it"),
  STRIPE_WEBHOOK_SECRET: ofProvider(({ STRIPE_WEBHOOK_SECRET }) => STRIPE_WEBHOOK_SECRET, "Take it as Stripe shows it"),
  KYC_WEBHOOK_SECRET: ofProvider(
    ({ KYC_WEBHOOK_SECRET }) => KYC_WEBHOOK_SECRET,
    `Take it as who checks identities shows it, or make one with: ${make}`
  )
}

/** What of the secrets production refuses, without showing any. */
export const weakSecrets = (settings: Partial<Settings>): ReadonlyArray<ConfigProblem> =>
  Object.entries(judged).flatMap(([name, { lengthMin, remedy, secrets }]) => {
    const [why] = secrets(settings).flatMap((secret) => weakness(secret, lengthMin) ?? [])
    return why === undefined ? [] : [{ name, message: `${name} can be guessed: it ${why}. ${remedy}.` }]
  })
