import { type UserId, userId } from "@ddd/core/values/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { LongAnswers, longAnswersMax } from "../../src/requests/LongAnswers.ts"

const player = (number: number): UserId => userId(`019c0000-0000-7000-8000-${String(number).padStart(12, "0")}`)

describe("long answers", () => {
  it.effect("are one at a time of a player and so many of a server, until they are sent or given up", () =>
    Effect.gen(function*() {
      const { begin } = yield* LongAnswers
      const codeOf = (number: number) =>
        Effect.scoped(begin(player(number))).pipe(
          Effect.match({ onFailure: ({ code }) => code, onSuccess: () => "begun" })
        )
      const [first, others] = [yield* Scope.make(), yield* Scope.make()]
      yield* Scope.provide(begin(player(0)), first)
      assert.deepStrictEqual([yield* codeOf(0), yield* codeOf(1)], ["rate_limited", "begun"])
      for (let number = 1; number < longAnswersMax; number++) yield* Scope.provide(begin(player(number)), others)
      assert.deepStrictEqual([yield* codeOf(0), yield* codeOf(99)], ["rate_limited", "unavailable"])
      yield* Scope.close(first, Exit.interrupt(1))
      assert.deepStrictEqual([yield* codeOf(99), yield* codeOf(0)], ["begun", "begun"])
      yield* Scope.close(others, Exit.void)
      assert.strictEqual(yield* codeOf(1), "begun")
    }).pipe(Effect.provide(LongAnswers.layer)))
})
