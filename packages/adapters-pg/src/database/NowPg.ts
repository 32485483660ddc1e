/**
 * The program's clock, from the database's: one clock for all nodes, whatever theirs say (docs/design.md, "Time").
 *
 * The difference to this process' monotonic clock is measured every second, so that asking costs no query. An answer was made somewhere
 * between asking and hearing it, so it says between what bounds the difference lies; one within them is kept, and slow answers move
 * nothing. Where the database does not answer, or disagrees with this process' own clock, the last difference goes on; a clock that came
 * back is followed again. What decides by time under a lock asks `app_now()` itself.
 */
import { Now } from "@ddd/core/ports/Now"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { makeLogThrottle } from "@ddd/core/work/LogThrottle"
import { PgClient } from "@effect/sql-pg"
import { type Duration, Effect, Layer, Schedule } from "effect"
import { performance } from "node:perf_hooks"
import { clockProblem, wallClockColumn, type WallClockRow } from "./ClockCheck.ts"

export interface NowOptions {
  /** How often the difference is measured anew. */
  readonly remeasure?: Duration.Input
}

export const layer = (options: NowOptions = {}) =>
  Layer.effect(
    Now,
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const measure = Effect.gen(function*() {
        const before = performance.now()
        const [row] = yield* sql<WallClockRow & { readonly millis: number }>`
          SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS millis, ${wallClockColumn(sql)}`
        if (row === undefined) return yield* Effect.die(new Error("the row of app_clock is gone"))
        return { least: row.millis - performance.now(), most: row.millis - before, problem: clockProblem(row) }
      })
      const { least, most } = yield* measure
      let difference = (least + most) / 2
      let latest = 0
      const disagreement = makeLogThrottle()

      const remeasure = Effect.gen(function*() {
        const { least, most, problem } = yield* measure
        if (problem === null) {
          difference = Math.min(Math.max(difference, least), most)
          if (disagreement.ended()) yield* Effect.logInfo("the database's clock agrees with this process' own again")
          return
        }
        yield* disagreement.failed(Effect.logError(problem))
      })
      yield* remeasure.pipe(
        Effect.tapError((error) => Effect.logDebug("the database's clock could not be read", error)),
        Effect.ignore,
        Effect.schedule(Schedule.spaced(options.remeasure ?? "1 second")),
        Effect.forkScoped
      )
      return Now.of({
        now: Effect.sync((): Instant => {
          latest = Math.max(latest, Math.floor(performance.now() + difference))
          return instant(latest)
        })
      })
    })
  )
