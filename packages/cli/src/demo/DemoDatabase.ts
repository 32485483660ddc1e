/** The database of the demo, and the clock in it. */
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import type { Instant } from "@ddd/core/values/Instant"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import { type Environment, readConfig, settingsOf } from "../config/Config.ts"
import * as Database from "../Database.ts"

/** A connection as a URL, for another process. */
const urlOf = ({ database, password, url, username }: Provision.PgConnection): string => {
  const made = new URL(Redacted.value(url ?? Redacted.make("postgres://localhost")))
  for (const name of ["user", "password", "dbname"]) made.searchParams.delete(name)
  made.username = encodeURIComponent(username)
  made.password = password === undefined ? "" : encodeURIComponent(Redacted.value(password))
  made.pathname = `/${database}`
  return made.href
}

/** A database of the demo's own on the PostgreSQL of DATABASE_URL, whose role must be able to make one; none: the embedded one. */
export const databaseVariables = Effect.gen(function*() {
  const url = process.env["DATABASE_URL"]
  if (url === undefined || url === "") return {}
  const admin = yield* Provision.fromUrl(Redacted.make(url))
  const { app, owner } = yield* Effect.acquireRelease(
    Provision.provision(admin, `ddd_demo_${randomBytes(5).toString("hex")}`),
    ({ name }) => Effect.ignore(Provision.drop(admin, name), { log: true })
  )
  return { DATABASE_URL: urlOf(app), DATABASE_OWNER_URL: urlOf(owner) }
})

/** A session as the role that may move the clock. */
const ownerSession = Effect.fnUntraced(function*(env: Environment) {
  const settings = yield* Effect.fromResult(settingsOf(readConfig(env, ["database"])))
  const { app, owner } = yield* Database.open(settings, { own: false })
  return yield* Provision.session(owner ?? app)
})

/** What moves the clock of the server with this environment forward to an instant; never backward. */
export const openClock = Effect.fnUntraced(function*(env: Environment) {
  const sql = yield* ownerSession(env)
  return (to: Instant) =>
    Effect.gen(function*() {
      const [clock] = yield* sql<{ readonly millis: number }>`
        SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS millis`
      yield* DevClock.advance(Math.max(0, Math.ceil(to - (clock?.millis ?? to))))
    }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
})
