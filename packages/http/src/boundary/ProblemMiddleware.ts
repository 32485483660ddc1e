/** Answers the problem that a handler, or the reading of its request, fails with. */
import { Effect, Layer } from "effect"
import { HttpApiError, HttpApiMiddleware } from "effect/http-api"
import { invalidFields } from "../problems/InvalidFields.ts"
import { Problem } from "../problems/Problem.ts"
import { problemResponse } from "../problems/ProblemResponse.ts"
import { problems } from "../problems/ProblemSchema.ts"
import { CurrentRequestId } from "../requests/RequestId.ts"

/**
 * Wraps every endpoint. A failure that is no problem dies, and is answered 500 by the boundary.
 *
 * It declares, once for all of them, what any request may be answered: a defect may stand in its way, the store may not answer, the
 * server may stop before it is done, and the engine refuses what it does not read.
 */
export class ProblemMiddleware
  extends HttpApiMiddleware.Service<ProblemMiddleware>()("@ddd/http/boundary/ProblemMiddleware", {
    error: problems(
      "internal",
      "unavailable",
      "outcome_unknown",
      "length_required",
      "headers_too_large",
      "version_not_supported"
    )
  })
{
  static readonly layer = Layer.succeed(
    ProblemMiddleware,
    ProblemMiddleware.of((respond) =>
      Effect.catch(respond, (failure: unknown) => {
        const problem = failure instanceof Problem ? failure : problemOf(failure)
        return problem === undefined
          ? Effect.die(failure)
          : Effect.map(CurrentRequestId, (requestId) => problemResponse(problem, requestId))
      })
    )
  )
}

/** The problem of a request whose path, query or headers the endpoint does not take. A schema that fails on our own answer is a defect. */
const problemOf = (failure: unknown): Problem | undefined =>
  HttpApiError.HttpApiSchemaError.is(failure) && failure.kind !== "Body" && failure.kind !== "ResponseHeaders"
    ? new Problem("invalid_request", "The request is not what this endpoint takes.", {
      errors: invalidFields(failure.cause, failure.kind.toLowerCase())
    })
    : undefined
