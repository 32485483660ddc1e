/** What `ddd doctor` looks at in the database. It reads alone, as the role of the application. */
import type { Waits } from "@ddd/adapters-pg/database/Client"
import { readClockProblem } from "@ddd/adapters-pg/database/ClockCheck"
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import { readDurability } from "@ddd/adapters-pg/database/DurabilityCheck"
import * as Migrator from "@ddd/adapters-pg/database/Migrator"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { readServerKind, unfitServerText } from "@ddd/adapters-pg/database/ServerKind"
import { behindText, readLost } from "@ddd/adapters-pg/draws/Behind"
import * as Restored from "@ddd/adapters-pg/draws/Restored"
import { lostText } from "@ddd/core/draws/Remembered"
import { nothingAcknowledged } from "@ddd/core/ports/Acknowledged"
import { PgClient } from "@effect/sql-pg"
import { Effect, Result, type Scope } from "effect"
import type { SqlClient } from "effect/sql"
import { join } from "node:path"
import * as AcknowledgedFiles from "../AcknowledgedFiles.ts"
import { everyNeed, type Settings } from "../config/Variables.ts"
import * as Database from "../Database.ts"
import { proofDirOf } from "../DataDir.ts"
import { type Keys, keysThere } from "../Keys.ts"
import { otherProviderProblem } from "../MoneyProviders.ts"
import * as Ports from "../Ports.ts"
import { requireSecrets } from "../SecretGuard.ts"
import { check, failed, failedOr, type Finding, leftOut, ok, type Said, skipped, warning } from "./Finding.ts"
import { standingChecks, standingNames } from "./StandingChecks.ts"

/** Names of the checks that need a database of this program's schema. */
const ofSchema = ["clock", "role", "secrets", "withdrawals", "remembered", ...standingNames]
const ofServer = ["version", "durability", "sessions", "schema", ...ofSchema]

/** A busy database is not one that is away: longer than a request may wait, and within the time of a check. */
const waits: Waits = {
  connection: "15 seconds",
  statementMillis: 20_000,
  lockMillis: 5_000,
  idleMillis: 60_000,
  silenceMillis: 25_000
}

/** Losses that are told; more are counted. */
const lossesTold = 3

type Reading<E> = Effect.Effect<Said, E, PgClient.PgClient | SqlClient.SqlClient>

/** A check on a connection of its own, which no other waits for. */
const looking = <E>({ app, servers }: Database.Database, name: string, look: Reading<E>) =>
  check(
    name,
    Effect.provide(
      look,
      Provision.layer(app, { applicationName: "ddd doctor", maxConnections: 1, waits, servers })
    )
  )

const version = Effect.flatMap(PgClient.PgClient, readServerKind).pipe(
  Effect.map((kind) => failedOr(kind.fits ? null : unfitServerText(kind), `PostgreSQL ${kind.version}.`))
)

/** By the rule that production starts by; development, whose database may be anything, is warned. */
const durability = (isProduction: boolean) =>
  Effect.map(readDurability, (problems) => {
    if (problems.length === 0) return ok("What was committed outlives a power cut.")
    const say = isProduction && problems.some(({ isRefused }) => isRefused) ? failed : warning
    return say(problems.map(({ message }) => message).join(" "))
  })

/** `migrates`: whether a server that starts would bring the database to its schema. */
const schemaSaid = (state: Migrator.SchemaState, migrates: boolean): Said => {
  if (state._tag === "Unfit") return failed(`The database does not fit: ${state.problem}.`)
  if (state._tag === "Behind") {
    return migrates
      ? warning(`As it is, ${state.problem}; or start the server, which does it by DATABASE_OWNER_URL.`)
      : failed(`The database does not fit: ${state.problem}.`)
  }
  return state.unknown.length === 0
    ? ok(`At this program's schema, migration ${state.newest}.`)
    : warning(
      `A newer program has migrated the database (${
        state.unknown.join(", ")
      }). This one goes on; update it once the new one stands.`
    )
}

/** The clocks by which everything is decided, and which of them it is. */
const clock = ({ DEV_CLOCK_START }: Settings) =>
  Effect.gen(function*() {
    const problem = yield* readClockProblem()
    if (problem !== null) return failed(`Clocks disagree: ${problem}.`)
    // what it begins, where it is the first time, is for the server
    if (DEV_CLOCK_START === undefined) yield* DevClock.ensure(null)
    return ok("The database's clock and this machine's agree.")
  })

const role = (isProduction: boolean) =>
  Effect.map(Database.roleProblem, (problem) =>
    problem === null
      ? ok("The application's role owns nothing.")
      : isProduction
      ? failed(problem)
      : ok("The application's role owns the tables, as it may in development."))

const secrets = (database: Database.Database, keys: Keys | null) =>
  keys === null
    ? Effect.succeed(skipped("Development has made no secrets yet."))
    : requireSecrets(database, keys, everyNeed, { keep: false, waits }).pipe(
      Effect.as(ok("They are those that the database was used with, or it was used with none."))
    )

/** Whether withdrawals under way are with the payout provider of the settings, as a server that starts asks it. */
const withdrawals = (database: Database.Database, keys: Keys | null, settings: Settings) =>
  keys === null
    ? Effect.succeed(skipped("Development has made no secrets yet."))
    : Effect.map(
      Effect.provide(otherProviderProblem, Ports.money(database, keys, settings)),
      (problem) => failedOr(problem, "No withdrawal is under way with another payout provider.")
    )

/** What PROOF_DIR remembers, compared with what the database holds. */
const remembered = (settings: Settings) =>
  Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    const folder = join(proofDirOf(settings), yield* Restored.readIdentity)
    const acknowledged = yield* AcknowledgedFiles.look(folder)
    const { lost } = yield* readLost(sql, acknowledged ?? nothingAcknowledged)
    const unreadable = acknowledged?.unreadable() ?? []
    if (lost.length === 0 && unreadable.length > 0) return failed(`${AcknowledgedFiles.unreadableText(unreadable)}.`)
    if (acknowledged === null && lost.length === 0) {
      const [sold] = yield* sql<{ readonly any: boolean }>`SELECT EXISTS (SELECT 1 FROM tickets) AS any`
      return sold?.any === true
        ? warning(
          "PROOF_DIR remembers nothing of this database, which has sold tickets. On a new machine that is so, until its server starts. " +
            "Where a backup was put back: docs/operations/restoring.md."
        )
        : ok("Nothing was sold on this database, and nothing is remembered of it.")
    }
    if (lost.length === 0) return ok("The database has all that was acknowledged.")
    const told = lost.slice(0, lossesTold).map(lostText).join("; ")
    const more = lost.length > lossesTold ? `; and ${lost.length - lossesTold} more` : ""
    return failed(`It is so that ${behindText}. It lacks: ${told}${more}.`)
  })

/** Every check of the database. `complete`: whether the settings are, without which no secret is compared. */
export const databaseChecks = Effect.fnUntraced(function*(
  settings: Settings,
  complete: boolean
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const found = yield* Effect.result(Database.find(settings))
  if (Result.isFailure(found)) {
    return [{ check: "database", ...failed(found.failure.message) }, ...leftOut(ofServer, "It needs the database.")]
  }
  const database = found.success
  if (database === null) {
    return leftOut(["database", ...ofServer], "No server runs on the embedded PostgreSQL: start one, and ask again.")
  }
  const isProduction = settings.NODE_ENV === "production"
  const reached = yield* looking(
    database,
    "database",
    Effect.as(
      Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT 1`),
      ok(`${database.place} takes connections.`)
    )
  )
  if (reached.status !== "ok") return [reached, ...leftOut(ofServer, "It needs the database.")]
  let state: Migrator.SchemaState | undefined
  const [schema, ...ofServers] = yield* Effect.all([
    looking(
      database,
      "schema",
      Effect.map(Migrator.schemaState(), (read) => {
        state = read
        return schemaSaid(read, database.owner !== null)
      })
    ),
    looking(database, "version", version),
    looking(database, "durability", durability(isProduction)),
    database.embedded
      ? Effect.succeed<Finding>({ check: "sessions", ...ok("No pooler stands before the embedded PostgreSQL.") })
      : check(
        "sessions",
        Effect.map(
          Database.sessionProblem(database),
          (problem) => failedOr(problem, "A session stays the same between transactions.")
        )
      )
  ], { concurrency: "unbounded" })
  /** A check that needs the secrets. */
  const ofKeys = <E>(name: string, look: (keys: Keys | null) => Effect.Effect<Said, E, Scope.Scope>) =>
    complete
      ? check(name, Effect.flatMap(keysThere(settings), look))
      : Effect.succeed<Finding>({ check: name, ...skipped("It needs settings that are complete.") })
  const ofDatabase = state?._tag === "Fits"
    ? yield* Effect.all([
      looking(database, "clock", clock(settings)),
      looking(database, "role", role(isProduction)),
      ofKeys("secrets", (keys) => secrets(database, keys)),
      ofKeys("withdrawals", (keys) => withdrawals(database, keys, settings)),
      looking(database, "remembered", remembered(settings)),
      ...standingChecks.map(({ look, name }) => looking(database, name, look))
    ], { concurrency: "unbounded" })
    : leftOut(ofSchema, "It needs this program's schema.")
  return [reached, ...ofServers, schema, ...ofDatabase]
})
