/**
 * The program's clock, from the database's: one clock for all nodes, whatever theirs say (docs/design.md, "Time").
 *
 * The difference to this process' monotonic clock is measured every second, so that asking costs no query. Where the database
 * does not answer, the last difference goes on. What decides by time under a lock asks `app_now()` itself.
 */
import { Now } from "@ddd/core/ports/Now"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { type Duration, Effect, Layer, Schedule } from "effect"
import { performance } from "node:perf_hooks"

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
        const [row] = yield* sql<{ readonly millis: number }>`
          SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS millis`
        // the answer was made somewhere between asking and hearing it
        return (row?.millis ?? 0) - (before + performance.now()) / 2
      })
      let difference = yield* measure
      let latest = 0
      yield* measure.pipe(
        Effect.map((measured) => {
          difference = measured
        }),
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
