/** Draws that wait for their outcome, as operators and strangers find them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { at } from "../../src/demo/Client.ts"
import { eventually } from "../support/Ddd.ts"
import { arrayAt, Site } from "../support/Site.ts"

const day = 86_400_000

const statusesOf = (draws: ReadonlyArray<unknown>) =>
  new Map(draws.map((draw) => [String(at(draw, "drawDate")), String(at(draw, "status"))]))

describe("a draw whose round does not come", () => {
  it.live("stays in `ddd draw list` and in the draw history for as long as it waits", () =>
    Effect.gen(function*() {
      const { advance, ask, ddd } = yield* Site
      for (let passed = 0; passed < 5; passed++) yield* advance(day)
      const history = yield* eventually(
        "the locks",
        ask("GET", "/lottery/draw-history"),
        ({ json }) => arrayAt(json, "items").every((draw) => at(draw, "status") === "locked")
      )
      const told = statusesOf(arrayAt(history.json, "items"))
      assert.strictEqual(told.get("2026-02-03"), "locked")
      assert.strictEqual(told.size, 5)
      const listed = yield* ddd(["draw", "list", "--json"], "", { BEACON: "dev" })
      assert.strictEqual(statusesOf(JSON.parse(listed.stdout)).get("2026-02-03"), "locked", listed.stderr)
    }).pipe(
      // nobody listens there
      Effect.provide(Site.layer({ processes: [{ BEACON: "dev", DRAND_URLS: "http://127.0.0.1:9" }] }))
    ), 180_000)
})
