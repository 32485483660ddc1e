/**
 * What goes around every request: its id, what is told of it, the headers of every answer, and an answer for whatever no handler
 * answered.
 *
 * Nothing of a request's body, of its credentials or of a defect leaves through here.
 */
import { Cause, Context, Effect, References } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { countedOf } from "../engine/Exchange.ts"
import { ServerStop } from "../engine/GracefulStop.ts"
import { lengthOf } from "../engine/ResponsePayload.ts"
import { internalProblem, nothingHere, Problem } from "../problems/Problem.ts"
import { problemResponse } from "../problems/ProblemResponse.ts"
import { unknownOutcome } from "../problems/UnknownOutcome.ts"
import { keyHeader } from "../requests/Idempotency.ts"
import { CurrentRequestId, requestIdOf } from "../requests/RequestId.ts"
import { wantsPage } from "../requests/WantsPage.ts"
import type { AnswerHeaders } from "./AnswerHeaders.ts"
import type { Cors } from "./Cors.ts"
import type { Insecure } from "./Insecure.ts"
import { knownMethod, type RecordRequest, traceIdOf } from "./RequestRecord.ts"
import type { PathEntry, RouteTable } from "./RouteTable.ts"

export interface BoundaryOptions {
  readonly routes: RouteTable
  readonly cors: Cors
  readonly insecure: Insecure
  readonly answerHeaders: AnswerHeaders
  /** What is told of each request that was answered. */
  readonly record: RecordRequest
  /** For browsers, where nothing is. */
  readonly notFoundPage: HttpServerResponse.HttpServerResponse | undefined
}

/** Wraps `respond`. A failure that nothing else answers is logged, and answered 500. */
export const boundary = ({ answerHeaders, cors, insecure, notFoundPage, record, routes }: BoundaryOptions) => {
  return <E, R>(
    respond: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.withFiber((fiber) => {
      const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
      const traceId = traceIdOf(fiber, request.headers)
      const requestId = requestIdOf(request.headers["x-request-id"])
      const origin = request.headers["origin"]
      const entry = routes(request.url)
      const startedAt = performance.now()

      const answer = insecure(request, requestId) ?? preflightOf(request, cors, entry) ??
        (entry === undefined
          ? notFound(request, requestId, notFoundPage)
          : Effect.catchCause(respond, (cause) => recover(cause, request, requestId, entry)))
      const finished = Effect.map(answer, (response) => {
        const complete = HttpServerResponse.setHeaders(response, {
          ...answerHeaders(origin),
          ...countedOf(request)?.headers(),
          ...response.headers,
          "x-request-id": requestId
        })
        record({
          requestId,
          traceId,
          method: knownMethod(request.method),
          // the path itself may hold ids and codes, which a log must not
          route: entry?.template ?? "(none)",
          status: complete.status,
          millis: performance.now() - startedAt,
          bytes: lengthOf(complete)
        })
        return complete
      })
      return Effect.updateContext(finished, (context: Context.Context<R>) =>
        context.pipe(
          Context.add(CurrentRequestId, requestId),
          Context.add(References.CurrentLogAnnotations, {
            ...Context.get(context, References.CurrentLogAnnotations),
            requestId,
            traceId
          })
        ))
    })
}

const preflightOf = (
  request: HttpServerRequest.HttpServerRequest,
  cors: Cors,
  entry: PathEntry | undefined
) => {
  if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return undefined
  const response = cors.preflight(request.headers["origin"], entry?.allow ?? "")
  return response === undefined ? undefined : Effect.succeed(response)
}

/**
 * Answers what failed; where the client has gone, fails itself, since no answer can reach it. An interrupt that neither the client nor the
 * stopping server caused is a defect.
 */
const recover = <E>(
  cause: Cause.Cause<E>,
  request: HttpServerRequest.HttpServerRequest,
  requestId: string,
  entry: PathEntry
): Effect.Effect<HttpServerResponse.HttpServerResponse, E> => {
  if (Cause.hasInterruptsOnly(cause)) {
    const isCausedBy = (mark: { readonly key: string }) =>
      cause.reasons.some(({ annotations }) => annotations.has(mark.key))
    if (isCausedBy(HttpServerError.ClientAbort)) return Effect.failCause(cause)
    if (isCausedBy(ServerStop)) {
      return Effect.succeed(problemResponse(cutShort(request, entry), requestId))
    }
  }
  const error = Cause.squash(cause)
  if (HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound") {
    return Effect.succeed(notRouted(request, requestId, entry))
  }
  return Effect.as(
    Effect.logError("A request could not be answered", cause),
    problemResponse(internalProblem, requestId)
  )
}

/** For a request that the stopping server waits for no longer: what only reads has changed nothing, anything else may have. */
const cutShort = ({ headers, method }: HttpServerRequest.HttpServerRequest, { takesKey }: PathEntry): Problem =>
  method === "GET" || method === "HEAD"
    ? new Problem("unavailable", "The server stopped before it could answer. Try again.", { retryAfter: 1 })
    : unknownOutcome(
      takesKey && headers[keyHeader] !== undefined,
      "The server stopped before it could answer: whether anything was changed is not known.",
      "Look at what this request was to change before you send it again."
    )

const notFound = (
  request: HttpServerRequest.HttpServerRequest,
  requestId: string,
  page: HttpServerResponse.HttpServerResponse | undefined
) => Effect.succeed(page !== undefined && wantsPage(request) ? page : problemResponse(nothingHere, requestId))

const notRouted = ({ method }: HttpServerRequest.HttpServerRequest, requestId: string, { allow }: PathEntry) =>
  problemResponse(
    allow.split(", ").includes(method)
      ? nothingHere
      : new Problem("method_not_allowed", `This path takes ${allow}.`, { allow }),
    requestId
  )
