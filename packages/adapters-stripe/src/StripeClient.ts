/**
 * Stripe's library, as payouts need it: each call is one request, under the key that we chose, and its failure is ours
 * to judge.
 *
 * Even with no retries the library sends a request again whose connection was closed (`RequestSender._shouldRetry`).
 * The second one's answer says nothing of the first: "another request under way", or "too many requests", would be
 * taken for "nothing was done". So closed connections are shown to it as failures of another kind.
 */
import { Effect, Redacted, type Scope } from "effect"
import { Agent as HttpAgent } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import { Stripe } from "stripe"

export interface StripeClientConfig {
  /** STRIPE_SECRET_KEY. */
  readonly secretKey: Redacted.Redacted
  /** STRIPE_API_BASE: another server than Stripe's, by its origin. */
  readonly apiBase?: URL
  /** How long Stripe may be silent, in milliseconds. */
  readonly timeoutMillis: number
}

const closedCodes = new Set<unknown>(["ECONNRESET", "EPIPE"])

/** A client whose closed connections have no code by which the library would know them. */
const onceOnly = (client: Stripe.HttpClient): Stripe.HttpClient => ({
  getClientName: () => client.getClientName(),
  makeRequest: (...request) =>
    client.makeRequest(...request).catch((cause: unknown) => {
      const { code }: Readonly<Record<string, unknown>> = { ...Object(cause) }
      throw closedCodes.has(code) ? new Error("the connection was closed", { cause }) : cause
    })
})

/** The library with connections of its own, closed with the scope. */
export const make = (
  { apiBase, secretKey, timeoutMillis }: StripeClientConfig
): Effect.Effect<Stripe, never, Scope.Scope> =>
  Effect.gen(function*() {
    const isPlain = apiBase?.protocol === "http:"
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() => isPlain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true })),
      (agent) => Effect.sync(() => agent.destroy())
    )
    return new Stripe(Redacted.value(secretKey), {
      httpClient: onceOnly(Stripe.createNodeHttpClient(agent)),
      maxNetworkRetries: 0,
      timeout: timeoutMillis,
      telemetry: false,
      ...(apiBase === undefined ? {} : {
        host: apiBase.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: apiBase.port === "" ? (isPlain ? 80 : 443) : Number(apiBase.port),
        protocol: isPlain ? "http" as const : "https" as const
      })
    })
  })

/** Whether a key moves real money. */
export const isLive = (secretKey: Redacted.Redacted): boolean => /^[sr]k_live_/.test(Redacted.value(secretKey))
