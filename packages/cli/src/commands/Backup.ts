/** `ddd backup`: a dump of the whole database, of one moment; tried out in another database where that is asked for (decision 88). */
import type { PgConnection } from "@ddd/adapters-pg/database/Provision"
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { visible, visibleError } from "@ddd/core/values/Visible"
import { Clock, Data, Effect } from "effect"
import { mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { settingsFor } from "../config/Environment.ts"
import { done, type ExitCode, refuted } from "../ExitCode.ts"
import { withCallable } from "../Invocation.ts"
import * as Logging from "../Logging.ts"
import { count } from "../terminal/Numbers.ts"
import { print, printJson, remark } from "../terminal/Output.ts"
import { programVersion } from "../Version.ts"
import { administratorOf, adminOption } from "./Administrator.ts"
import { auditJson, auditText } from "./AuditText.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"

/** No backup was made; the message says why, and what to do. */
class NotBackedUp extends Data.TaggedError("NotBackedUp")<{ readonly message: string }> {}

interface Flags extends JsonFlag {
  readonly verify?: string
}

/** Fails where nobody is reached who could try it out; no other database is to blame. */
const requireAdministrator = Effect.fnUntraced(function*(admin: PgConnection) {
  const { session } = yield* Effect.promise(() => import("@ddd/adapters-pg/database/Provision"))
  const { failureText } = yield* Effect.promise(() => import("@ddd/adapters-pg/database/Failure"))
  yield* Effect.flatMap(session(admin), (sql) => sql`SELECT 1`).pipe(
    Effect.scoped,
    Effect.mapError((error) =>
      new NotBackedUp({
        message: `The server of --verify cannot be used: ${failureText(error)}. Nothing was made.`
      })
    )
  )
})

const remarkUnlessJson = (json: true | undefined, text: string) => json === true ? Effect.void : remark(text)

/** `20260203T000000Z`: sorted as text they are sorted by time. */
const nameOf = (madeAt: string): string => `${madeAt.slice(0, 19).replaceAll(/[-:]/g, "")}Z`

const run = Effect.fn("ddd backup")(function*(place: string, { json, verify }: Flags) {
  const settings = yield* settingsFor("database", ...verify === undefined ? [] : ["draws"] as const)
  const admin = verify === undefined ? undefined : yield* administratorOf("--verify", verify)
  return yield* Effect.gen(function*() {
    const [Database, { dump }, { tryOut }] = yield* Effect.promise(() =>
      Promise.all([import("../Database.ts"), import("@ddd/adapters-pg/backup/Dump"), import("../backup/TryOut.ts")])
    )
    const { app, owner, servers } = yield* Database.openExisting(settings)
    if (owner === null) {
      return yield* new NotBackedUp({
        message:
          "DATABASE_OWNER_URL is missing: a backup is made by the role that owns the tables, which may read all of them."
      })
    }
    // before anything is dumped: a backup that was to be tried out is not left untried
    if (admin !== undefined) yield* requireAdministrator(admin)
    const madeAt = formatInstant(instant(yield* Clock.currentTimeMillis))
    const folder = join(resolve(place), nameOf(madeAt))
    yield* Effect.try({
      try: () => mkdirSync(resolve(place), { recursive: true, mode: 0o700 }),
      catch: (error) =>
        new NotBackedUp({
          message: `The folder ${visible(place)} cannot be made: ${visibleError(error)}.`
        })
    })
    const manifest = yield* dump({
      app: app.username,
      owner,
      servers,
      folder,
      program: programVersion(),
      madeAt
    })
    const report = admin === undefined ? null : yield* Effect.tapError(
      tryOut(admin, folder, settings),
      () => remarkUnlessJson(json, `${visible(folder)} is a whole backup, but was not tried out.`)
    )
    const { draws, tickets, transactions, users } = manifest.counts
    const holds: ExitCode = report === null || report.findings.length === 0 ? done : refuted
    if (json === true) {
      yield* printJson({ folder, manifest, audit: report === null ? null : auditJson(report) })
      return holds
    }
    if (report !== null) yield* print(auditText(report))
    yield* print(
      `${visible(folder)} holds ${count(users)} users, ${count(draws)} draws, ${count(tickets)} tickets and ${
        count(transactions)
      } transactions, of ${manifest.madeAt}. ${
        report === null
          ? withCallable("It was not tried out: `ddd backup --help` says how.")
          : holds === done
          ? "It was put back into another database, and the books hold there."
          : "It was put back into another database, and the books DO NOT HOLD there."
      }`
    )
    return holds
  }).pipe(Effect.scoped, Effect.provide(Logging.layer(settings)))
})

export const backup: Declare = (perform) =>
  command(
    "backup",
    "make a backup of the database, of one moment, by PostgreSQL's own pg_dump; servers go on meanwhile",
    "ddd backup /var/backups/ddd",
    "ddd backup /var/backups/ddd --verify 'postgres://postgres@localhost/postgres?host=/run/postgresql'"
  )
    .argument("<folder>", "where it is kept, in a folder of its own, named by the time")
    .addOption(
      adminOption(
        "--verify <url>",
        "try it out: put it back into a database that this superuser makes for it, and audit the books there"
      )
    )
    .addOption(jsonOption())
    .action((folder, flags) => perform(run(folder, flags)))
