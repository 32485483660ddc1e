/** A PostgreSQL that outlives the servers on it: for shows that run several of them, or kill one and go on. */
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as EmbeddedPostgres from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import { Effect, Redacted } from "effect"
import type { Environment } from "./ServerProcess.ts"
import { temporaryDataDir } from "./TemporaryFolder.ts"

/** A connection as the variables of the environment name it. */
export const urlOf = ({ database, host = "", password, username }: Provision.PgConnection): string => {
  const secret = password === undefined ? "" : encodeURIComponent(Redacted.value(password))
  return `postgres://${username}:${secret}@localhost/${database}?host=${encodeURIComponent(host)}`
}

/** An empty database on a PostgreSQL of its own, as programs are told of it. The scope removes both. */
export const sharedDatabase: Effect.Effect<
  Environment,
  Effect.Error<ReturnType<typeof EmbeddedPostgres.start>> | Effect.Error<ReturnType<typeof Provision.provision>>,
  Effect.Services<typeof temporaryDataDir>
> = Effect.gen(function*() {
  const dataDir = yield* temporaryDataDir
  const { admin } = yield* EmbeddedPostgres.start(dataDir)
  const { app, owner } = yield* Provision.provision(admin, "ddd_show")
  return { DATA_DIR: dataDir, DATABASE_URL: urlOf(app), DATABASE_OWNER_URL: urlOf(owner) }
})
