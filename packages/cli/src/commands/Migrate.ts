/** `ddd migrate`: brings the database to this program's schema. */
import { visible } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { settingsFor } from "../config/Environment.ts"
import { done } from "../ExitCode.ts"
import * as Logging from "../Logging.ts"
import { print, printJson } from "../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"

const run = Effect.fn("ddd migrate")(function*({ json }: JsonFlag) {
  const settings = yield* settingsFor("database")
  yield* Effect.gen(function*() {
    const Database = yield* Effect.promise(() => import("../Database.ts"))
    const database = yield* Database.open(settings, { own: false })
    const applied = yield* Database.migrate(database)
    yield* json === true
      ? printJson({ database: database.place, applied })
      : print(
        applied.length === 0
          ? `${visible(database.place)} is at this program's schema already.`
          : `${visible(database.place)}: applied ${applied.join(", ")}.`
      )
  }).pipe(Effect.scoped, Effect.provide(Logging.layer(settings)))
  return done
})

export const migrate: Declare = (perform) =>
  command("migrate", "bring the database to this program's schema", "ddd migrate")
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
