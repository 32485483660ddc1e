/**
 * Refuses what an endpoint does not read, for every endpoint at once: a query where it declares none, and fields in a body where it
 * declares none. What is ignored in silence was meant to do something.
 */
import { Effect, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { unknownField, unknownFields } from "../problems/InvalidFields.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import { type BodyProblem, jsonBody } from "./JsonBody.ts"

/** The body of an endpoint without parameters: an empty object, or none. */
const NothingBody = Schema.Record(Schema.String, Schema.Never.annotate({ message: unknownField }))
const readNothing = jsonBody(NothingBody, {})

/** Whether a body of any length was announced. */
const hasBody = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0"

/** The names in the query of a URL; none where it has no query, or an empty one. */
const queryNames = (url: string): ReadonlyArray<string> => {
  const at = url.indexOf("?")
  return at < 0 ? [] : [...new Set(new URLSearchParams(url.slice(at + 1)).keys())]
}

const refuseQuery = (names: ReadonlyArray<string>): Effect.Effect<never, Problem<"invalid_request">> =>
  refuse("invalid_request", "This endpoint takes no query.", { errors: unknownFields(names) })

/** Of an endpoint: fails for a request with something that it does not read; `undefined` for any other, at no cost. */
export const refuseUnasked = ({ payload, query }: Pick<HttpApiEndpoint.Top, "payload" | "query">) =>
(
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<void, BodyProblem> | undefined => {
  const unread = query === undefined ? queryNames(request.url) : []
  if (unread.length > 0) return refuseQuery(unread)
  return payload.size === 0 && hasBody(request) ? Effect.asVoid(readNothing(request)) : undefined
}
