/** The server as a process: what it says when it is open, and to whom. */
import { Effect, Layer } from "effect"
import { edgeWarning } from "../config/EdgeWarning.ts"
import { settingsFor } from "../config/Environment.ts"
import type { Settings } from "../config/Variables.ts"
import { everyNeed } from "../config/Variables.ts"
import * as Logging from "../Logging.ts"
import * as Observability from "../observability/Observability.ts"
import { print } from "../terminal/Output.ts"
import { banner } from "./Banner.ts"
import * as Server from "./Server.ts"

/** Within this time another signal is the same one: npm passes on what the terminal has sent already. */
const sameSignalMillis = 1_000
const signals = ["SIGINT", "SIGTERM"] as const

/** Nothing stands before a developer's server, which is to stop at once. */
const drainSecondsOf = ({ DRAIN_DELAY, NODE_ENV }: Pick<Settings, "DRAIN_DELAY" | "NODE_ENV">): number =>
  DRAIN_DELAY ?? (NODE_ENV === "production" ? 5 : 0)

/**
 * Serves on while `/readyz` says that we are about to stop, until whoever sends us requests has had the time to hear it; another signal
 * ends it at once.
 */
const drain = (seconds: number): Effect.Effect<void> =>
  seconds === 0 ? Effect.void : Effect.callback((resume) => {
    const begun = performance.now()
    const end = (): void => {
      clearTimeout(timer)
      for (const signal of signals) process.off(signal, heard)
      resume(Effect.void)
    }
    const heard = (): void => {
      if (performance.now() - begun >= sameSignalMillis) end()
    }
    const timer = setTimeout(end, seconds * 1_000)
    for (const signal of signals) process.on(signal, heard)
  })

/** Says what production is warned of. */
const warnOfEdge = (settings: Settings): Effect.Effect<void> => {
  const warning = edgeWarning(settings)
  return warning === null ? Effect.void : Effect.logWarning(warning)
}

/** Runs the server of the environment until it is interrupted; never ends by itself. */
export const serve = Effect.gen(function*() {
  const settings = yield* settingsFor(...everyNeed)
  let stopping = false
  return yield* Effect.gen(function*() {
    const running = yield* Server.start(settings, () => stopping)
    if (settings.NODE_ENV === "production") {
      const { metrics, migrated, port, url, vkeys } = running
      const where = {
        url: url.origin,
        host: settings.HOST,
        port,
        ...(metrics === null ? {} : { metrics: metrics.href })
      }
      yield* warnOfEdge(settings)
      yield* Effect.logInfo("serving", { ...where, migrated, vkeys })
    } else {
      yield* print(banner(settings, running))
    }
    // for whoever started us and waits
    process.send?.({ port: running.port })
    return yield* Effect.never.pipe(Effect.onExit(() => {
      stopping = true
      return Effect.logInfo("stopping").pipe(
        Effect.andThen(drain(drainSecondsOf(settings))),
        // a database that does not answer keeps no process
        Effect.andThen(Effect.sync(() => running.database.servers.hasten()))
      )
    }))
  }).pipe(
    Effect.scoped,
    Effect.provide(Observability.layer(settings).pipe(Layer.provideMerge(Logging.layer(settings))))
  )
})
