/** The server as a process: what it says when it is open, and to whom. */
import { Effect } from "effect"
import { settingsFor } from "../config/Environment.ts"
import { everyNeed } from "../config/Variables.ts"
import * as Logging from "../Logging.ts"
import { print } from "../terminal/Output.ts"
import { banner } from "./Banner.ts"
import * as Server from "./Server.ts"

/** Runs the server of the environment until it is interrupted; never ends by itself. */
export const serve = Effect.gen(function*() {
  const settings = yield* settingsFor(...everyNeed)
  let stopping = false
  return yield* Effect.gen(function*() {
    const running = yield* Server.start(settings, () => stopping)
    if (settings.NODE_ENV === "production") {
      const { migrated, port, url, vkeys } = running
      yield* Effect.logInfo("serving", { url: url.origin, host: settings.HOST, port, migrated, vkeys })
    } else {
      yield* print(banner(settings, running))
    }
    // for whoever started us and waits
    process.send?.({ port: running.port })
    return yield* Effect.never.pipe(Effect.onExit(() => {
      stopping = true
      return Effect.logInfo("stopping")
    }))
  }).pipe(Effect.scoped, Effect.provide(Logging.layer(settings)))
})
