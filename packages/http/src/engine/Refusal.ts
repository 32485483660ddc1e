/**
 * The answers an engine gives by itself, before or instead of the application: requests that are not lawful HTTP, or that
 * cannot be served at all. They look like every other error of the API (API.md, "Conventions").
 */
import { HttpServerResponse } from "effect/http"
import { STATUS_CODES } from "node:http"
import { type ProblemCode, problemStatus } from "../problems/Problem.ts"

export interface Refusal {
  readonly code: ProblemCode
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

export const malformed = (detail: string): Refusal => ({ code: "invalid_request", detail })

export const bodyTooLarge = (maxBytes: number): Refusal => ({
  code: "payload_too_large",
  detail: `The body is larger than ${maxBytes} bytes.`
})

export const traceRefused: Refusal = {
  code: "method_not_allowed",
  detail: "TRACE is not served.",
  headers: { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" }
}

export const foreignOrigin: Refusal = {
  code: "forbidden",
  detail: "Pages of this origin may not open a WebSocket here."
}

export const notServing: Refusal = {
  code: "unavailable",
  detail: "The server is starting or stopping. Nothing was done; try again.",
  headers: { "retry-after": "1" }
}

export const internal: Refusal = {
  code: "internal",
  detail: "Something went wrong on our side."
}

/** A refusal as it is sent. */
export interface Rendered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** `application/problem+json` (RFC 9457) */
  readonly body: string
}

export const render = (refusal: Refusal, requestId: string): Rendered => {
  const status = problemStatus[refusal.code]
  const { code, detail } = refusal
  return {
    status,
    headers: { "content-type": "application/problem+json", "x-request-id": requestId, ...refusal.headers },
    body: JSON.stringify({ type: "about:blank", title: reasonPhrase(status), status, code, detail, requestId })
  }
}

/** The refusal as a response of the application, which closes the connection. */
export const toResponse = (refusal: Refusal, requestId: string): HttpServerResponse.HttpServerResponse => {
  const { status, headers, body } = render(refusal, requestId)
  return HttpServerResponse.text(body, {
    status,
    headers: { ...headers, connection: "close" },
    contentType: "application/problem+json"
  })
}

/** `"Bad Request"` for 400. */
export const reasonPhrase = (status: number): string => STATUS_CODES[status] ?? "Unknown"
