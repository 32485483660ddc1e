import { Throttles } from "@ddd/core/ports/Throttles"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import * as ThrottlesPg from "../../src/accounts/ThrottlesPg.ts"
import * as PgWorld from "../support/PgWorld.ts"

describe("ThrottlesPg", () => {
  it.live("removes what is too old to matter", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO throttles (key, failures, failed_at, wait_until)
        SELECT k, 9, app_now() - age, app_now() - age
        FROM (VALUES ('old', interval '61 minutes'), ('new', interval '59 minutes')) v (k, age)`
      yield* sql`
        INSERT INTO known_networks (account, network, seen_at)
        SELECT k, k, app_now() - age FROM (VALUES ('old', interval '91 days'), ('new', interval '89 days')) v (k, age)`
      yield* Layer.build(Layer.fresh(ThrottlesPg.layer))
      const left = sql<{ readonly name: string }>`
        SELECT key AS name FROM throttles UNION ALL SELECT account FROM known_networks`
      const rows = yield* left.pipe(
        Effect.repeat({ until: (rows) => rows.length <= 2, schedule: Schedule.spaced("10 millis") }),
        Effect.timeout("10 seconds")
      )
      assert.deepStrictEqual(rows.map(({ name }) => name), ["new", "new"])
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live("keeps neither accounts nor networks in clear", () =>
    Effect.gen(function*() {
      const attempt = { act: "sign_in", account: "ada@example.com", ip: "192.0.2.7" } as const
      const throttles = yield* Throttles
      yield* throttles.admit(attempt)
      yield* throttles.succeeded(attempt)
      yield* throttles.admit(attempt)
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ readonly text: string }>`
        SELECT t::text AS text FROM throttles t UNION ALL SELECT k::text FROM known_networks k`
      assert.isAbove(rows.length, 2)
      for (const { text } of rows) assert.notMatch(text, /ada|192\.0/)
    }).pipe(Effect.provide(PgWorld.layer())))
})
