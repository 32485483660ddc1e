/**
 * The development clock: `app_now()` from an instant of one's choice.
 *
 * The database keeps by how much it is ahead of real time, so a restart goes on from there and nothing ever rewinds
 * (docs/design.md, "Time"). All of it runs as the tables' owner, but for `ensure(null)`, which only reads.
 */
import { formatInstant, type Instant, instant } from "@ddd/core/values/Instant"
import { Data, Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The database lived under another clock. Nothing was changed; the message says what to do. */
export class ClockRefused extends Data.TaggedError("ClockRefused")<{ readonly message: string }> {}

interface ClockRow {
  readonly started_as: Date | null
  readonly used: boolean
}

/**
 * Makes sure that the database's clock is the one asked for: begun at `start`, or the real one (null).
 *
 * A clock is set once, while there is no draw yet; afterwards the same `start` goes on where the clock stands.
 */
export const ensure = Effect.fn("DevClock.ensure")(function*(start: Instant | null) {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.gen(function*() {
    const [clock] = yield* sql<ClockRow>`
      SELECT started_as, EXISTS (SELECT 1 FROM draws) AS used FROM app_clock ${
      start === null ? sql.literal("") : sql.literal("FOR UPDATE")
    }`
    if (clock === undefined) return yield* Effect.die(new Error("the row of app_clock is gone"))
    const startedAs = clock.started_as === null ? null : instant(clock.started_as.getTime())
    if (startedAs === start) return
    if (startedAs !== null) {
      const began = formatInstant(startedAs)
      return yield* new ClockRefused({
        message: `This database lives under a development clock that began at ${began}. ` +
          `Set DEV_CLOCK_START=${began} to go on with it, or use another DATA_DIR (or DATABASE_URL).`
      })
    }
    if (start === null) return
    if (clock.used) {
      return yield* new ClockRefused({
        message: "This database has draws under the real clock, which cannot be exchanged any more. " +
          "Remove DEV_CLOCK_START, or use another DATA_DIR (or DATABASE_URL)."
      })
    }
    const at = formatInstant(start)
    yield* sql`UPDATE app_clock SET shift = make_interval(secs => extract(epoch FROM ${at}::timestamptz - clock_timestamp())::float8),
      started_as = ${at}::timestamptz`
  }).pipe(sql.withTransaction)
})

/** Moves a development clock forward by whole milliseconds, zero or more. The real clock is refused. */
export const advance = Effect.fn("DevClock.advance")(function*(millis: number) {
  if (!Number.isSafeInteger(millis) || millis < 0) {
    return yield* Effect.die(new RangeError(`a clock cannot be moved by ${millis} ms`))
  }
  const sql = yield* SqlClient.SqlClient
  const moved = yield* sql`
    UPDATE app_clock SET shift = shift + ${millis}::float8 * interval '1 millisecond' WHERE started_as IS NOT NULL RETURNING 1 AS moved`
  if (moved.length === 0) {
    return yield* new ClockRefused({ message: "This database lives under the real clock, which nobody moves." })
  }
})
