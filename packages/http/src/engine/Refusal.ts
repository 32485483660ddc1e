/**
 * The problems that an engine answers by itself, before the application or instead of it: requests that are not lawful HTTP, or
 * that cannot be served at all.
 */
import { STATUS_CODES } from "node:http"
import type { AnswerHeaders } from "../boundary/AnswerHeaders.ts"
import type { LimitHeaders } from "../limits/CountedRequest.ts"
import { Problem } from "../problems/Problem.ts"
import { type RenderedProblem, renderProblem } from "../problems/ProblemResponse.ts"
import { keyHeader } from "../requests/Idempotency.ts"
import { requestIdOf } from "../requests/RequestId.ts"

export const malformed = (detail: string): Problem => new Problem("invalid_request", detail)

/** For a request that names itself twice: it is not certain which of the two a repeat would be known by. */
export const keyRepeated: Problem = new Problem(
  "invalid_request",
  "The header Idempotency-Key stands more than once. Nothing was done: send it once.",
  { errors: [{ path: keyHeader, message: "must stand once" }] }
)

export const bodyTooLarge = (bytesMax: number): Problem =>
  new Problem("payload_too_large", `The body is larger than ${bytesMax} bytes.`)

/** `allow`: what the path takes instead. */
export const methodRefused = (method: "TRACE" | "CONNECT", allow: string): Problem =>
  new Problem("method_not_allowed", `${method} is not served.`, { allow })

/** For requests that came unencrypted as far as the proxy; what they held was readable on the way. */
export const httpsRequired = new Problem(
  "https_required",
  "This server is asked by https alone. Nothing was done: send it again by https, and think of what it held as read by others."
)

/** Nobody is answered so: a proxy that does not say for whom it asks is cut off. */
export const noProxyHeader = malformed("A trusted proxy begins with the header of the PROXY protocol, version 2.")

/** Nobody is answered so: it takes less to cut them off. */
export const tooManyConnections = new Problem("unavailable", "The server has as many connections as it takes.")

/** RFC 6455, section 4.2.2: it is said which version is spoken. */
export const otherSocketVersion = new Problem(
  "invalid_request",
  "Sec-WebSocket-Version must be 13.",
  { socketVersion: "13" }
)

export const foreignOrigin = new Problem("forbidden", "Pages of this origin may not open a WebSocket here.")

export const notServing = new Problem(
  "unavailable",
  "The server is starting or stopping. Nothing was done; try again.",
  { retryAfter: 1 }
)

export const tooManySockets = new Problem(
  "rate_limited",
  "Too many WebSockets are open from this network. Close some, or try again later.",
  { retryAfter: 60 }
)

/** What the answer to a refused request repeats of its headers, or depends on. */
export interface RefusedHead {
  /** `X-Request-Id` */
  readonly requestId: string | undefined
  /** `Origin` */
  readonly origin: string | undefined
  /** How it counted. */
  readonly limits: LimitHeaders
}

/** A refused request, as far as it could be read. */
export interface RefusedRequest extends RefusedHead {
  /** Undefined where its first line could not be read. */
  readonly method: string | undefined
  /** Path and query; undefined where its first line could not be read. */
  readonly url: string | undefined
  /** Of the client, in text form. */
  readonly clientAddress: string
}

/** A request whose head could not be read. */
export const unreadRequest = (clientAddress: string, limits: LimitHeaders): RefusedRequest => ({
  method: undefined,
  url: undefined,
  requestId: undefined,
  origin: undefined,
  clientAddress,
  limits
})

/**
 * What an engine calls with each request that it refuses: gives the whole answer, and leaves a line in the log
 * (`RefusalLog`). Never throws.
 */
export type Refuse = (problem: Problem, request: RefusedRequest) => RenderedProblem

/** The whole answer to a refused request. */
export const renderRefusal = (problem: Problem, head: RefusedHead, answerHeaders: AnswerHeaders): RenderedProblem => {
  const rendered = renderProblem(problem, requestIdOf(head.requestId))
  return { ...rendered, headers: { ...answerHeaders(head.origin), ...head.limits, ...rendered.headers } }
}

/** `"Bad Request"` for 400. */
export const reasonPhrase = (status: number): string => STATUS_CODES[status] ?? "Unknown"
