/**
 * What the demo plays on: a server of its own in a process of its own, on a data folder and a port of its own, with a clock
 * that can be moved and the beacon of development. All of it is gone afterwards.
 */
import * as DevClock from "@ddd/adapters-pg/DevClock"
import * as Provision from "@ddd/adapters-pg/Provision"
import { roundFor, roundTime } from "@ddd/core/draws/Beacon"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import { chain } from "@ddd/sim/providers/BeaconStandIn"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Environment, readConfig, settingsOf } from "../config/Config.ts"
import { withoutOurs } from "../config/UnknownNames.ts"
import * as Database from "../Database.ts"
import { DemoFailed } from "./DemoFailed.ts"

export interface Site {
  readonly url: string
  /** What the shop shows when it tells of a purchase. */
  readonly shopAuthorization: string
  /** The subjects of the mails written so far. */
  readonly mails: Effect.Effect<ReadonlyArray<string>>
  /** A folder for files of the demo. */
  readonly folder: string
  /** Runs another `ddd` on the same database, in a process of its own. */
  readonly ddd: (...args: ReadonlyArray<string>) => Effect.Effect<Finished, DemoFailed>
  /** Moves the clock forward to an instant. The server notices within a second or two. */
  readonly moveTo: (at: Instant) => Effect.Effect<void, DemoFailed>
  /** Moves it past the round of the beacon that a draw waits for whose outcome is due at `draws`. */
  readonly moveToRound: (draws: Instant) => Effect.Effect<void, DemoFailed>
  /** Asks the server to stop, and gives its exit code. */
  readonly stop: Effect.Effect<number | null>
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const main = join(import.meta.dirname, "../main.ts")

/** How long the server may take to start, and to stop before it is ended by force. */
const patience = "30 seconds"

const failed = (message: string) => new DemoFailed({ message })

const orFail = <A, R>(what: string, effect: Effect.Effect<A, { readonly message: string }, R>) =>
  Effect.mapError(effect, (error) => failed(`${what}: ${error.message}`))

/** A folder that is removed with all that is in it; what a link in it leads to as well, which the embedded server may need. */
const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = fs.mkdtempSync(join(tmpdir(), "ddd-demo-"))
    fs.chmodSync(folder, 0o711)
    return folder
  }),
  (folder) =>
    Effect.sync(() => {
      const cluster = join(folder, "data", "postgres")
      if (fs.existsSync(cluster)) fs.rmSync(fs.realpathSync(cluster), { recursive: true, force: true })
      fs.rmSync(folder, { recursive: true, force: true })
    })
)

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
const databaseVariables = Effect.gen(function*() {
  const url = process.env["DATABASE_URL"]
  if (url === undefined || url === "") return {}
  const admin = yield* Provision.fromUrl(Redacted.make(url))
  const { app, owner } = yield* Effect.acquireRelease(
    Provision.provision(admin, `ddd_demo_${randomBytes(5).toString("hex")}`),
    ({ name }) => Effect.ignore(Provision.drop(admin, name), { log: true })
  )
  return { DATABASE_URL: urlOf(app), DATABASE_OWNER_URL: urlOf(owner) }
})

const collect = (stream: NodeJS.ReadableStream | null): () => string => {
  let text = ""
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  })
  return () => text
}

const exitOf = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("close", (code) => resume(Effect.succeed(code)))
  })

const stopped = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.suspend(() => {
    child.kill("SIGTERM")
    return exitOf(child).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => {
          child.kill("SIGKILL")
          return exitOf(child)
        }
      })
    )
  })

/** The port in the server's message that it is ready. */
const portIn = (message: unknown): number | undefined =>
  typeof message === "object" && message !== null && "port" in message ? Number(message.port) : undefined

const startServer = Effect.fnUntraced(function*(env: Environment) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [main, "serve"], { env, stdio: ["ignore", "ignore", "pipe", "ipc"] })),
    stopped
  )
  const log = collect(child.stderr)
  const url = yield* Effect.callback<string, DemoFailed>((resume) => {
    child.once("message", (message) => {
      const port = portIn(message)
      resume(
        port === undefined
          ? Effect.fail(failed("The server says something else than where it is."))
          : Effect.succeed(`http://127.0.0.1:${port}`)
      )
    })
    child.once("close", () => resume(Effect.fail(failed(`The server did not start. It said:\n${log()}`))))
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(failed(`The server does not start:\n${log()}`))
    })
  )
  return { child, url }
})

const runDdd = (env: Environment, args: ReadonlyArray<string>): Effect.Effect<Finished, DemoFailed> =>
  Effect.callback<Finished, DemoFailed>((resume) => {
    const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    child.once("error", (error) => resume(Effect.fail(failed(`ddd ${args[0]} did not start: ${error.message}`))))
    child.once("close", (code) => resume(Effect.succeed({ code, stdout: stdout(), stderr: stderr() })))
    return Effect.sync(() => child.kill("SIGTERM"))
  })

/** What the shop sells, and what it is worth: the credit that each player buys. */
export const shopProduct = "funds_15"
const shopProducts = { [shopProduct]: "15.00" }

/** The subjects of the mails in a folder. */
const subjectsIn = (folder: string): ReadonlyArray<string> =>
  !fs.existsSync(folder) ? [] : fs.readdirSync(folder).filter((name) => name.endsWith(".eml")).flatMap((name) => {
    const subject = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(fs.readFileSync(join(folder, name), "utf8"))?.[1]
    return subject === undefined ? [] : [subject.replaceAll(/\r?\n[ \t]+/g, " ")]
  })

/** Opens the site with its clock at `start`; the scope takes it away. */
export const openSite = Effect.fn("Site.open")(function*(start: Instant) {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  const shopAuthorization = randomBytes(24).toString("base64url")
  const env: Environment = {
    ...withoutOurs(process.env),
    ...yield* orFail("The demo needs a database of its own", databaseVariables),
    NODE_ENV: "development",
    DATA_DIR: dataDir,
    PORT: "0",
    LOG_LEVEL: "warn",
    BEACON: "dev",
    REVENUECAT_WEBHOOK_AUTH: shopAuthorization,
    PRODUCT_CATALOG: JSON.stringify(shopProducts),
    DEV_CLOCK_START: formatInstant(start)
  }
  const { child, url } = yield* startServer(env)

  const sql = yield* orFail("The demo's database", ownerSession(env))
  const moveTo = (at: Instant) =>
    Effect.gen(function*() {
      const [clock] = yield* sql<{ readonly millis: number }>`
        SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS millis`
      yield* DevClock.advance(Math.max(0, Math.ceil(at - (clock?.millis ?? at))))
    }).pipe(Effect.provideService(SqlClient.SqlClient, sql))

  const site: Site = {
    url,
    shopAuthorization,
    mails: Effect.sync(() => subjectsIn(join(dataDir, "mail"))),
    folder,
    ddd: (...args) => runDdd(env, args),
    moveTo: (at) => orFail("The clock", moveTo(at)),
    moveToRound: (draws) => orFail("The clock", moveTo(roundTime(chain, roundFor(chain, draws)))),
    stop: stopped(child)
  }
  return site
})

/** A session as the role that may move the clock. */
const ownerSession = Effect.fnUntraced(function*(env: Environment) {
  const settings = yield* Effect.fromResult(settingsOf(readConfig(env, ["database"])))
  const { app, owner } = yield* Database.open(settings, { own: false })
  return yield* Provision.session(owner ?? app)
})
