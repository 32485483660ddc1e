/** The one form of every problem that this server answers, whether an engine refuses the request or the application does. */
import { formatInstant } from "@ddd/core/values/Instant"
import { HttpServerResponse } from "effect/http"
import { STATUS_CODES } from "node:http"
import { type Problem, type ProblemCode, problemStatus } from "./Problem.ts"

/** A problem as it is sent. */
export interface RenderedProblem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** `application/problem+json` (RFC 9457). */
  readonly body: string
}

const contentType = "application/problem+json"

/** RFC 9110, section 11.6.1: a 401 names the scheme; RFC 6750, section 3.1: and why the token was not taken. */
const challenges: Partial<Record<ProblemCode, string>> = {
  unauthenticated: "Bearer",
  token_expired: "Bearer error=\"invalid_token\""
}

/** Status, headers and body of a problem that the request `requestId` met. */
export const renderProblem = (problem: Problem, requestId: string): RenderedProblem => {
  const { allow, code, detail, errors, reasons, retryAfter, socketVersion, until } = problem
  const status = problemStatus[code]
  const challenge = challenges[code]
  return {
    status,
    headers: {
      "content-type": contentType,
      "cache-control": "no-store",
      "x-request-id": requestId,
      ...(allow === undefined ? {} : { allow }),
      ...(socketVersion === undefined ? {} : { "sec-websocket-version": socketVersion }),
      ...(retryAfter === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(retryAfter))) }),
      ...(challenge === undefined ? {} : { "www-authenticate": challenge })
    },
    body: JSON.stringify({
      type: "about:blank",
      title: STATUS_CODES[status],
      status,
      code,
      detail,
      requestId,
      errors,
      reasons,
      until: until === undefined ? undefined : formatInstant(until)
    })
  }
}

/** A rendered problem as the application's answer. */
const renderedResponse = ({ body, headers, status }: RenderedProblem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(body, { status, contentType, headers })

/** The application's answer to a request that met a problem. */
export const problemResponse = (problem: Problem, requestId: string): HttpServerResponse.HttpServerResponse =>
  renderedResponse(renderProblem(problem, requestId))
