/** Answers the problem that a handler, or the reading of its request, fails with; first of all, that the request holds what is not read. */
import { Effect, Layer } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiError, HttpApiMiddleware } from "effect/http-api"
import { invalidFields } from "../problems/InvalidFields.ts"
import { Problem } from "../problems/Problem.ts"
import { problemResponse } from "../problems/ProblemResponse.ts"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { CurrentRequestId } from "../requests/RequestId.ts"
import { refuseUnasked } from "../requests/Unasked.ts"

/**
 * Wraps every endpoint. A failure that is no problem dies, and is answered 500 by the boundary.
 *
 * It declares, once for all of them, what any request may be answered: it may hold what its endpoint does not read, or what the engine does
 * not take, it may have come unencrypted, it may be one too many, a defect may stand in its way, the store may not answer, and the server
 * may stop before it is done.
 */
export class ProblemMiddleware
  extends HttpApiMiddleware.Service<ProblemMiddleware>()("@ddd/http/boundary/ProblemMiddleware", {
    error: problems(
      ...bodyProblems,
      "https_required",
      "length_required",
      "rate_limited",
      "headers_too_large",
      "version_not_supported",
      "internal",
      "unavailable",
      "outcome_unknown"
    )
  })
{
  static readonly layer = Layer.succeed(
    ProblemMiddleware,
    ProblemMiddleware.of((respond, { endpoint }) => {
      const refused = refuseUnasked(endpoint)
      const read = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const refusal = refused(request)
        return refusal === undefined ? respond : Effect.andThen(refusal, respond)
      })
      return Effect.catch(read, (failure: unknown) => {
        const problem = failure instanceof Problem ? failure : problemOf(failure)
        return problem === undefined
          ? Effect.die(failure)
          : Effect.map(CurrentRequestId, (requestId) => problemResponse(problem, requestId))
      })
    })
  )
}

/** The problem of a request whose path, query or headers the endpoint does not take. A schema that fails on our own answer is a defect. */
const problemOf = (failure: unknown): Problem | undefined =>
  HttpApiError.HttpApiSchemaError.is(failure) && failure.kind !== "Body" && failure.kind !== "ResponseHeaders"
    ? new Problem("invalid_request", "The request is not what this endpoint takes.", {
      errors: invalidFields(failure.cause, failure.kind.toLowerCase())
    })
    : undefined
