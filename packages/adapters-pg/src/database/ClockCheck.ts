/**
 * The database's clock, compared with this process' own before anything is decided by it (core `values/Clocks`).
 *
 * It is read beside `app_now()`, in the same statement, so that comparing costs no query.
 */
import { clocksDisagreeText, doClocksAgree } from "@ddd/core/values/Clocks"
import { type Instant, instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Data, Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { uptime } from "node:os"
import { performance } from "node:perf_hooks"
import { instantOf } from "./Rows.ts"

/** The clocks disagree: nothing was decided, and nothing changed. The message says what to do. */
export class ClocksDisagree extends Data.TaggedError("ClocksDisagree")<{ readonly message: string }> {}

// a process' time at its start, and the machine's uptime since: unlike the machine's clock it cannot be set, and it goes on while the
// machine sleeps
const startedAt = performance.timeOrigin + performance.now() - uptime() * 1000

/** This process' own clock. */
const processClock = (): Instant => instant(Math.round(startedAt + uptime() * 1000))

/** Beside a clock that decides: the database's without a development clock's shift. The real clock has none, so one that it has counts. */
export interface WallClockRow {
  readonly wall_clock: Date
}

const wallClock =
  `(SELECT clock_timestamp() + CASE WHEN started_as IS NULL THEN shift ELSE interval '0' END FROM app_clock) AS wall_clock`

/** The column of `WallClockRow`. */
export const wallClockColumn = (sql: Pick<PgClient.PgClient, "literal">) => sql.literal(wallClock)

/** What is wrong with the clocks; null where they agree. `row` has just been read. */
export const clockProblem = (row: WallClockRow): string | null => {
  const readings = { database: instantOf(row.wall_clock), process: processClock() }
  return doClocksAgree(readings) ? null : clocksDisagreeText(readings)
}

/** Passes on rows by whose clock something may be decided. */
export const requireAgreement = <Row extends WallClockRow>(
  rows: ReadonlyArray<Row>
): Effect.Effect<ReadonlyArray<Row>, ClocksDisagree> => {
  const message = rows[0] === undefined ? null : clockProblem(rows[0])
  return message === null ? Effect.succeed(rows) : Effect.fail(new ClocksDisagree({ message }))
}

/**
 * The database's clock; fails where it is not to be believed. What opens by it is on sale by it at once: `Now` may be a little ahead.
 */
export const clockOf = (sql: PgClient.PgClient) =>
  Effect.map(
    Effect.flatMap(
      sql<WallClockRow & { readonly clock: Date }>`SELECT app_now() AS clock, ${wallClockColumn(sql)}`,
      requireAgreement
    ),
    ([row]) => instantOf(row!.clock)
  )

/** Asks the database what is wrong with the clocks; null where they agree. */
export const readClockProblem = Effect.fnUntraced(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<WallClockRow>`SELECT ${sql.literal(wallClock)}`
  return row === undefined ? null : clockProblem(row)
})

/** Waits until the clocks agree, up to a minute, and says so meanwhile; fails then. */
export const awaitAgreement = Effect.gen(function*() {
  const problem = yield* readClockProblem()
  if (problem === null) return
  yield* Effect.logWarning(problem)
  return yield* new ClocksDisagree({ message: problem })
}).pipe(
  Effect.retry({
    while: (error) => error._tag === "ClocksDisagree",
    schedule: Schedule.spaced("5 seconds").pipe(Schedule.upTo({ duration: "1 minute" }))
  })
)
