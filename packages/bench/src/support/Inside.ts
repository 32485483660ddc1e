/** The ports of a server's database and keys, beside the server: to prepare what a run needs, and to look at what it left. */
import { workWaits } from "@ddd/adapters-pg/database/Client"
import { type Environment, readConfig, settingsOf } from "@ddd/cli/config/Config"
import * as Database from "@ddd/cli/Database"
import { keysOf } from "@ddd/cli/Keys"
import * as Ports from "@ddd/cli/Ports"
import { Effect, Layer } from "effect"

/** What the environment of a program says. */
export const settingsIn = (environment: Environment) =>
  Effect.fromResult(settingsOf(readConfig(environment, ["database", "draws"])))

/** Every port, as the server at `origin` with this environment has it, but for its haste: who looks waits for a connection as commands do. */
export const inside = (environment: Environment, origin: string) =>
  Layer.unwrap(
    Effect.gen(function*() {
      const settings = yield* settingsIn(environment)
      const database = yield* Database.open(settings, { own: false })
      return Ports.all(database, yield* keysOf(settings), settings, new URL(origin), workWaits)
    })
  )
