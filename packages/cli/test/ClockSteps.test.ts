/** A server whose database's clock is set wrong for a while. */
import type { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "./support/Ddd.ts"
import { assertProblem, Site } from "./support/Site.ts"

interface Clock {
  readonly started_as: Date | null
}

/** Moves the database's clock by days, which no development clock says once `startedAs` is null. */
const step = (sql: PgClient.PgClient, days: number, startedAs: Date | null) =>
  sql`UPDATE app_clock SET shift = shift + ${
    days * 24
  }::float8 * interval '1 hour', started_as = ${startedAs}::timestamptz`

describe("ddd serve on a database whose clock is set wrong", () => {
  it.live(
    "sells nothing and says why meanwhile, and goes on once it is right again",
    () =>
      Effect.gen(function*() {
        const site = yield* Site
        const { ask, buy, sql } = site
        const ada = yield* site.newPlayer
        assert.strictEqual((yield* site.deposit(ada, "5.00")).status, 201)
        const sold = yield* buy(ada.accessToken)
        assert.strictEqual(sold.status, 201, sold.text)
        const [before] = yield* sql<Clock>`SELECT started_as FROM app_clock`

        yield* step(sql, 1, null)
        const unready = yield* eventually("/readyz", ask("GET", "/readyz"), ({ status }) => status === 503)
        assert.include(unready.text, "clock")
        assertProblem(yield* buy(ada.accessToken), 503, "unavailable")
        const said = () => site.servers[0]?.stderr().match(/the database's clock is \d+ s/g) ?? []
        yield* eventually("the log", Effect.sync(said), (lines) => lines.length > 0)

        yield* step(sql, -1, before?.started_as ?? null)
        yield* eventually("/readyz", ask("GET", "/readyz"), ({ status }) => status === 200)
        yield* eventually("a sale", buy(ada.accessToken), ({ status }) => status === 201)
        const draws = yield* sql<
          { readonly status: string }
        >`SELECT status FROM draws WHERE status NOT IN ('scheduled')`
        assert.deepStrictEqual(draws, [{ status: "open" }])
      }).pipe(Effect.provide(Site.layer())),
    180_000
  )
})
