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
import { Socket } from "node:net"
import { Stripe } from "stripe"

export interface StripeClientConfig {
  /** STRIPE_SECRET_KEY. */
  readonly secretKey: Redacted.Redacted
  /** STRIPE_API_BASE: another server than Stripe's, by its origin. */
  readonly apiBase?: URL
  /** How long Stripe may be silent, in milliseconds. */
  readonly timeoutMillis: number
}

/**
 * How long a connection waits for another request, in milliseconds. Stripe closes those that are idle for longer, at a time that it does
 * not tell: a request that meets that moment has to be taken for one that may have been done.
 */
const idleMillis = 1_000

/** Keeps connections for the next request, no longer than `idleMillis`. */
const keepShortly = <A extends HttpAgent>(agent: A): A => {
  const keep = agent.keepSocketAlive.bind(agent)
  agent.keepSocketAlive = (socket) => {
    const kept = keep(socket)
    // of an idle connection: a request sets its own when it takes it
    if (socket instanceof Socket) socket.setTimeout(idleMillis)
    return kept
  }
  return agent
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
      Effect.sync(() =>
        keepShortly(isPlain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true }))
      ),
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
