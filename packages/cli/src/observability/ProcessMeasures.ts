/** What the process measures of itself: its work, its memory, and how late the event loop is. */
import { gauge, keptCounter } from "@ddd/core/values/Measure"
import { Effect, type Scope } from "effect"
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks"

/** How often the event loop's delay is told anew: who asks more often, or is one of several, is told the same. */
const windowPause = "15 seconds"

/** How often it is looked, in milliseconds; what is measured is this and the delay. */
const resolution = 20

const quantiles = [0.5, 0.99, 1] as const

export const measureProcess: Effect.Effect<void, never, Scope.Scope> = Effect.gen(function*() {
  const startedAt = performance.timeOrigin / 1_000
  yield* gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", () => startedAt)
  yield* keptCounter("process_cpu_seconds_total", "Processor time of the process.", () => {
    const { system, user } = process.cpuUsage()
    return (system + user) / 1_000_000
  })
  yield* gauge("process_resident_memory_bytes", "Memory of the process.", () => process.memoryUsage.rss())
  yield* gauge("ddd_heap_used_bytes", "Of it, what JavaScript objects take.", () => process.memoryUsage().heapUsed)
  yield* measureEventLoop
})

const measureEventLoop = Effect.gen(function*() {
  const delay = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const monitor = monitorEventLoopDelay({ resolution })
      monitor.enable()
      return monitor
    }),
    (monitor) => Effect.sync(() => monitor.disable())
  )
  const lateness = (quantile: number): number =>
    delay.count === 0 ? 0 : Math.max(0, delay.percentile(quantile * 100) / 1e9 - resolution / 1_000)
  let since: EventLoopUtilization = performance.eventLoopUtilization()
  let utilization = 0
  let late = quantiles.map(() => 0)
  for (const [at, quantile] of quantiles.entries()) {
    yield* gauge(
      "ddd_event_loop_delay_seconds",
      "How late the event loop came to what was due, in the last 15 seconds.",
      () => late[at] ?? 0,
      { quantile: String(quantile) }
    )
  }
  yield* gauge(
    "ddd_event_loop_utilization",
    "The part of the last 15 seconds that the event loop was busy, from 0 to 1.",
    () => utilization
  )
  const turn = Effect.sync(() => {
    late = quantiles.map(lateness)
    delay.reset()
    const now = performance.eventLoopUtilization()
    utilization = performance.eventLoopUtilization(now, since).utilization
    since = now
  })
  yield* turn.pipe(Effect.delay(windowPause), Effect.forever, Effect.forkScoped)
})
