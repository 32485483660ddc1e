import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { cases, run } from "./RawCases.ts"
import { engines } from "./support.ts"

describe.each(engines)("bytes on a socket, on %s,", (engine) => {
  it.live("are answered as the list says, each of them", () =>
    Effect.gen(function*() {
      const seen = yield* run(engine)
      assert.deepStrictEqual(
        cases.map(({ name }, i) => [name, seen[i]]),
        cases.map(({ expected, name, uws }) => [name, engine === "uws" ? uws ?? expected : expected])
      )
    }), 60_000)
})
