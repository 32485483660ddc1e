import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { ChannelKind } from "../../src/live/ChannelKind.ts"
import { Connection } from "../../src/live/Connection.ts"
import { Topics } from "../../src/live/Topics.ts"
import { LocalSocket } from "./support.ts"

describe("Topics", () => {
  patiently(
    "asks about each of 3,000 channels every three seconds, in one question a second",
    () =>
      Effect.gen(function*() {
        const questions: Array<ReadonlyArray<string>> = []
        const versions = new Map<string, number>()
        const kind: ChannelKind = {
          matches: () => true,
          private: false,
          authorise: () => Effect.succeed(null),
          marks: (names) =>
            Effect.sync(() => {
              questions.push(names)
              return new Map(names.map((name) => [name, String(versions.get(name) ?? 0)]))
            }),
          state: (name) => Effect.sync(() => ({ text: `${name} ${versions.get(name) ?? 0}` }))
        }
        const topics = new Topics(yield* Effect.scope, () => [])
        const socket = new LocalSocket()
        const connection = new Connection(socket)
        const names = Array.from({ length: 3_000 }, (_, nth) => `c${nth}`)
        yield* Effect.forEach(names, (name) => topics.listen(connection, name, kind), { discard: true })
        yield* TestClock.adjust("1 second")
        const ask = Effect.andThen(topics.askAbout, TestClock.adjust("1 second"))
        yield* Effect.repeat(ask, { times: 2 })
        assert.deepStrictEqual(questions.map(({ length }) => length), [1_000, 1_000, 1_000])
        assert.deepStrictEqual(questions.flat().toSorted(), names.toSorted())
        const [first] = questions
        yield* ask
        assert.deepStrictEqual(questions.at(-1), first)
        topics.leaveAll(connection)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(topics.size, 0)
        yield* ask
        assert.lengthOf(questions, 4)
      })
  )
})
