/** A server that starts while a draw cannot be decided. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "../support/Ddd.ts"
import { Site } from "../support/Site.ts"

const day = 86_400_000

describe("ddd serve", () => {
  it.live(
    "listens although a draw that is due is held by somebody else, and does it once it may",
    () =>
      Effect.gen(function*() {
        const { advance, ask, serve, sql, superuser } = yield* Site
        yield* Effect.gen(function*() {
          yield* superuser`SELECT 1 FROM draws WHERE draw_date = '2026-02-03' FOR UPDATE`
          yield* advance(day)
          const later = yield* serve()
          const current = yield* eventually(
            "the draw on sale",
            ask("GET", "/lottery/current-draw", { at: later.url }),
            ({ status }) => status === 200
          )
          assert.strictEqual(Reflect.get(Object(current.json), "drawDate"), "2026-02-04")
        }).pipe(superuser.withTransaction)
        yield* eventually(
          "the draw",
          Effect.orDie(sql<{ readonly status: string }>`SELECT status FROM draws WHERE draw_date = '2026-02-03'`),
          ([draw]) => draw?.status === "drawn"
        )
      }).pipe(Effect.scoped, Effect.provide(Site.layer())),
    180_000
  )

  it.live("starts and draws the next day although a draw can never be settled", () =>
    Effect.gen(function*() {
      const { advance, ask, serve, servers, sql, superuser } = yield* Site
      yield* superuser`SET session_replication_role = replica`
      yield* superuser`UPDATE draws SET tree_frontier = '\\x07' WHERE draw_date = '2026-02-03'`
      yield* advance(2 * day)
      const later = yield* serve()
      const ready = yield* ask("GET", "/readyz", { at: later.url })
      assert.strictEqual(ready.status, 200, ready.text)
      yield* eventually(
        "the next day's draw",
        Effect.orDie(sql<{ readonly status: string }>`SELECT status FROM draws WHERE draw_date = '2026-02-04'`),
        ([draw]) => draw?.status === "drawn"
      )
      yield* eventually(
        "the log",
        Effect.sync(() => servers[0]?.stderr() ?? ""),
        (text) => text.includes("lock of draw")
      )
      assert.notStrictEqual(
        (yield* sql<{ readonly status: string }>`SELECT status FROM draws WHERE draw_date = '2026-02-03'`)[0]?.status,
        "drawn"
      )
    }).pipe(Effect.scoped, Effect.provide(Site.layer())), 180_000)
})
