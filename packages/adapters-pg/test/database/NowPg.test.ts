/** The program's clock where the database is slow to answer. */
import { Now } from "@ddd/core/ports/Now"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import * as NowPg from "../../src/database/NowPg.ts"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** Has every answer with the time leave the database two seconds after it was made; gives how many have. */
const makeSlow = Effect.gen(function*() {
  const sql = yield* session((yield* TestDatabase).owner)
  yield* sql`CREATE SEQUENCE slow_answers`
  yield* sql`
    CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $body$
    DECLARE
      answer timestamptz := date_trunc('milliseconds', clock_timestamp());
    BEGIN
      PERFORM pg_sleep(2), nextval('public.slow_answers');
      RETURN answer;
    END $body$`
  const count = Effect.map(
    sql<{ readonly count: string }>`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM slow_answers`,
    ([row]) => Number(row?.count)
  )
  return { count }
})

describe("the program's clock", () => {
  it.live("is not moved by answers that were long on their way", () =>
    Effect.gen(function*() {
      const { now } = yield* Now
      const { count } = yield* makeSlow
      yield* count.pipe(Effect.repeat({ until: (slow) => slow >= 2, schedule: Schedule.spaced("50 millis") }))
      const sql = yield* PgClient.PgClient
      // it would be a second behind for as long as answers are slow
      const isClose = Effect.gen(function*() {
        const [row] = yield* sql<{ readonly millis: number }>`
          SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS millis`
        return (yield* now) >= (row?.millis ?? Infinity) - 500
      })
      const close = yield* isClose.pipe(Effect.repeat({ until: (yes) => yes, times: 20 }))
      assert.isTrue(close)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        NowPg.layer({ remeasure: "10 millis" }).pipe(
          Layer.provideMerge(PgWorld.app),
          Layer.provideMerge(PgWorld.migrated)
        )
      )
    ), 180_000)
})
