import { Throttles } from "@ddd/core/ports/Throttles"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as PgWorld from "../support/PgWorld.ts"

describe("ThrottlesPg", () => {
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
