import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import * as Migrator from "@ddd/adapters-pg/database/Migrator"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { SqlClient } from "effect/sql"

const start = instant(Date.UTC(2026, 1, 3, 23, 59, 30))

/** In a database of its own, as the owner of its tables. */
const asOwner = <A, E>(test: Effect.Effect<A, E, SqlClient.SqlClient | Scope.Scope>) =>
  Effect.gen(function*() {
    const { app, owner } = yield* TestDatabase.make
    return yield* Effect.andThen(Migrator.migrate(app.username), test).pipe(
      Effect.provide(Provision.layer(owner, { maxConnections: 2 }))
    )
  }).pipe(Effect.scoped)

const clock: Effect.Effect<number, unknown, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly now: Date }>`SELECT app_now() AS now`
  return row?.now.getTime() ?? Number.NaN
})

const refused = (asked: Instant | null) => Effect.map(Effect.flip(DevClock.ensure(asked)), ({ message }) => message)

/** As much as a test may take between setting the clock and reading it. */
const soon = 10_000

describe("the development clock", () => {
  it.live("begins where it is told, goes on at the next start, and is no other's", () =>
    asOwner(Effect.gen(function*() {
      yield* DevClock.ensure(start)
      const first = yield* clock
      assert.isTrue(first >= start && first < start + soon)
      yield* DevClock.advance(3_600_000)
      yield* DevClock.ensure(start)
      const second = yield* clock
      assert.isTrue(second >= first + 3_600_000 && second < start + 3_600_000 + soon)
      assert.include(yield* refused(null), "Set DEV_CLOCK_START=2026-02-03T23:59:30.000Z")
      assert.include(yield* refused(instant(start + 1)), "Set DEV_CLOCK_START=2026-02-03T23:59:30.000Z")
    })))

  it.live("is refused where there are draws under the real clock, which nobody moves", () =>
    asOwner(Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* DevClock.ensure(null)
      assert.strictEqual((yield* Effect.flip(DevClock.advance(1)))._tag, "ClockRefused")
      yield* sql`
        INSERT INTO draws (id, kind, draw_date, commitment_hash, status, opens_at, closes_at, seal_key_id, tree_frontier, open_note)
        VALUES ('019a0000-0000-7000-8000-000000000001', 'daily', '2026-02-03', ${"0".repeat(64)}, 'scheduled',
          '2026-02-03', '2026-02-04', '1', '', '')`
      assert.include(yield* refused(start), "Remove DEV_CLOCK_START")
      yield* DevClock.ensure(null)
      assert.isTrue(Math.abs((yield* clock) - performance.timeOrigin - performance.now()) < soon)
    })))

  it.live("begins at its instant in UTC, and goes on from there, whatever time zone its roles are in", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const summer = instant(Date.UTC(2026, 6, 3, 23, 30))
      yield* (yield* Provision.session(owner)).unsafe(
        `ALTER ROLE "${owner.username}" SET timezone = 'America/New_York'`
      )
      yield* Effect.gen(function*() {
        yield* Migrator.migrate(app.username)
        yield* DevClock.ensure(summer)
        const begun = yield* clock
        assert.isTrue(begun >= summer && begun < summer + soon, String(begun))
        // from winter into summer and back, over days on which clocks are put forward and back
        for (let month = 0; month < 12; month++) {
          const before = yield* clock
          yield* DevClock.advance(31 * 86_400_000)
          const moved = (yield* clock) - before
          assert.isTrue(moved >= 31 * 86_400_000 && moved < 31 * 86_400_000 + soon)
        }
      }).pipe(Effect.provide(Provision.layer(owner, { maxConnections: 2 })))
    }).pipe(Effect.scoped))
})
