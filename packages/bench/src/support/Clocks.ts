/** The development clock of the servers on a database, moved from outside. */
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as Database from "@ddd/cli/Database"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { settingsIn } from "./Inside.ts"
import type { Environment } from "./ServerProcess.ts"

/** Moves the clock of a database forward by whole milliseconds. */
export const advanceClock = (environment: Environment, millis: number) =>
  Effect.gen(function*() {
    const { app, owner } = yield* Database.open(yield* settingsIn(environment), { own: false })
    const sql = yield* Provision.session(owner ?? app)
    yield* Effect.provideService(DevClock.advance(millis), SqlClient.SqlClient, sql)
  }).pipe(Effect.scoped)
