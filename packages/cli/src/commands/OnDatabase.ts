/** What commands that work on the draws have in common: the database of the environment, at the right schema, and its ports. */
import { Effect, type Layer } from "effect"
import { settingsFor } from "../config/Environment.ts"
import * as Database from "../Database.ts"
import { keysOf } from "../Keys.ts"
import * as Logging from "../Logging.ts"
import * as Ports from "../Ports.ts"

type DrawPorts = Layer.Success<ReturnType<typeof Ports.draws>>

/** Runs `task` beside the server that runs on the same database, or alone. */
export const onDatabase = <A, E>(task: Effect.Effect<A, E, DrawPorts>) =>
  Effect.gen(function*() {
    const settings = yield* settingsFor("database", "draws")
    return yield* Effect.gen(function*() {
      const database = yield* Database.open(settings, { own: false })
      yield* Database.requireSchema(database)
      const keys = yield* keysOf(settings)
      return yield* Effect.provide(task, Ports.draws(database, keys))
    }).pipe(Effect.scoped, Effect.provide(Logging.layer(settings)))
  })
