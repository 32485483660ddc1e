import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { contest } from "../src/sell/Contest.ts"

describe("bench:sell", () => {
  it.live("sells in all ways, plays fair, and leaves books that hold", () =>
    Effect.gen(function*() {
      const figures = yield* contest({
        buyers: 50,
        buyersMin: 1,
        rounds: 1,
        millis: 700,
        atOnce: { plan: [4], port: [64], http: [16], unlimited: [16], uws: [16] }
      }, () => Effect.void)
      assert.deepStrictEqual(figures.map(({ way }) => way), ["plan", "port", "http", "unlimited", "uws"])
      for (const { median } of figures) assert.isAbove(median, 0)
    }), 600_000)
})
