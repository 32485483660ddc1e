/**
 * Answers that are made while they are sent, and may take minutes: a player's export, a statement.
 *
 * Each reads page after page as its client takes them. So a player has one at a time, and a server no more than its memory has room for.
 */
import type { UserId } from "@ddd/core/values/Ids"
import { Context, Effect, Layer, type Scope } from "effect"
import { type Problem, refuse } from "../problems/Problem.ts"

/** How many a server makes at once, each with a page of rows in memory. */
export const longAnswersMax = 32

export class LongAnswers extends Context.Service<LongAnswers, {
  /** Counts one from here until the request's scope closes, which is when all of its answer was sent, or nobody is there to read it. */
  readonly begin: (userId: UserId) => Effect.Effect<void, Problem<"rate_limited" | "unavailable">, Scope.Scope>
}>()("@ddd/http/LongAnswers") {
  static readonly layer = Layer.sync(LongAnswers, () => {
    const underWay = new Set<UserId>()
    return LongAnswers.of({
      begin: (userId) =>
        Effect.suspend((): Effect.Effect<void, Problem<"rate_limited" | "unavailable">, Scope.Scope> => {
          if (underWay.has(userId)) {
            return refuse(
              "rate_limited",
              "An export or a statement of yours is still being sent: wait until it is there.",
              {
                retryAfter: 5
              }
            )
          }
          if (underWay.size >= longAnswersMax) {
            return refuse("unavailable", "As many exports and statements are being sent as may be. Try again.", {
              retryAfter: 5
            })
          }
          return Effect.acquireRelease(
            Effect.sync(() => void underWay.add(userId)),
            () => Effect.sync(() => void underWay.delete(userId))
          )
        })
    })
  })
}
