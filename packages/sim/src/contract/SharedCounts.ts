/** What every adapter of `SharedCounts` must do. Its windows are of real time. */
import { SharedCounts } from "@ddd/core/ports/SharedCounts"
import { assert } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { times } from "../scenario/Steps.ts"
import { contract, patience, type Subject } from "./Subject.ts"

const hour = 3_600
const counterOf = (quantity: number, seconds = hour) =>
  SharedCounts.use(({ counter }) => Effect.succeed(counter("credentials", { quantity, seconds })))

export const sharedCountsContract = (subject: Subject): void =>
  contract("SharedCounts", subject, (it) => {
    it(
      "counts down to a quota, and says of each more that it is too many",
      Effect.gen(function*() {
        const count = yield* counterOf(3)
        const counts = yield* Effect.all(Array.from({ length: 5 }, () => count("a")))
        assert.deepStrictEqual(counts.map(({ isOver, remaining }) => [isOver, remaining]), [
          [false, 2],
          [false, 1],
          [false, 0],
          [true, 0],
          [true, 0]
        ])
        for (const { reset } of counts) assert.isTrue(reset > hour - 120 && reset <= hour, String(reset))
      })
    )

    it(
      "counts each key, and each policy, by itself",
      Effect.gen(function*() {
        const { counter } = yield* SharedCounts
        const [network, player] = [
          counter("money", { quantity: 1, seconds: hour }),
          counter("money-user", { quantity: 1, seconds: hour })
        ]
        for (const count of [network("a"), network("b"), player("a")]) assert.isFalse((yield* count).isOver)
        for (const count of [network("a"), network("b"), player("a")]) assert.isTrue((yield* count).isOver)
      })
    )

    it(
      "lets exactly a quota through of many at once",
      Effect.gen(function*() {
        const counts = yield* times(40, (yield* counterOf(10))("a"))
        assert.strictEqual(counts.filter(({ isOver }) => !isOver).length, 10)
      })
    )

    it(
      "begins anew when a window is over",
      Effect.gen(function*() {
        const count = (yield* counterOf(1, 1))("a")
        yield* Effect.repeat(count, { until: ({ isOver }) => isOver })
        yield* Effect.repeat(count, { until: ({ isOver }) => !isOver, schedule: Schedule.spaced("20 millis") }).pipe(
          Effect.timeout(patience)
        )
      })
    )
  })
