/** One request and the answer to it, as an engine has them. */
import type { Effect } from "effect"
import type { HttpServerResponse } from "effect/http"
import type { RenderedProblem } from "../problems/ProblemResponse.ts"

export abstract class Exchange {
  /** The client went away before the answer was complete; called once, at most. */
  onAborted: (() => void) | undefined
  /** Answers with a problem and closes the connection: what else stands on it is not to be trusted. */
  abstract refuse(problem: RenderedProblem): void
  /**
   * Sends the application's response; `internal`, where it is one that cannot be sent. Completes when all of it was handed
   * over; interrupted where the client goes away.
   */
  abstract send(
    response: HttpServerResponse.HttpServerResponse,
    internal: () => RenderedProblem
  ): Effect.Effect<void>
}
