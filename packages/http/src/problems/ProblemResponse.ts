/** The answer that tells of a problem. */
import { HttpServerResponse } from "effect/http"
import { STATUS_CODES } from "node:http"
import { type Problem, problemStatus } from "./Problem.ts"

/** The answer to a request that met a problem (RFC 9457). */
export const problemResponse = (
  problem: Problem,
  requestId: string,
  headers: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => {
  const status = problemStatus[problem.code]
  const body = {
    type: "about:blank",
    title: STATUS_CODES[status],
    status,
    code: problem.code,
    detail: problem.detail,
    requestId,
    errors: problem.errors
  }
  return HttpServerResponse.text(JSON.stringify(body), {
    status,
    contentType: "application/problem+json",
    headers: {
      ...headers,
      ...(problem.retryAfter === undefined
        ? {}
        : { "retry-after": String(Math.max(1, Math.ceil(problem.retryAfter))) }),
      // RFC 9110, section 11.6.1: a 401 names the scheme; RFC 6750, section 3.1: and why the token was not taken
      ...(problem.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {}),
      ...(problem.code === "token_expired" ? { "www-authenticate": "Bearer error=\"invalid_token\"" } : {})
    }
  })
}
