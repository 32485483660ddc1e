/**
 * PostgreSQL's own programs, `pg_dump`, `pg_restore` and `psql`: found on this machine, in a version that the server takes, and run.
 *
 * The embedded PostgreSQL brings neither. Debian keeps those of each version in a folder of its own; otherwise those on the PATH are taken.
 */
import { visible } from "@ddd/core/values/Visible"
import { Data, type Duration, Effect, Redacted } from "effect"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { existsSync, globSync } from "node:fs"
import { delimiter, join } from "node:path"
import { portDefault, readConnectionUrl, type TlsUse } from "../database/ConnectionUrl.ts"
import type { PgConnection } from "../database/Provision.ts"

type Program = "pg_dump" | "pg_restore" | "psql"

/** A program is not there, or did not do its part. The message says what to do, and holds no password. */
export class PgToolFailed extends Data.TaggedError("PgToolFailed")<{ readonly message: string }> {}

/** A program that is there. */
export interface PgTool {
  readonly path: string
  /** The first part of its version. */
  readonly major: number
}

/** `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
const majorIn = (text: string): number | undefined => {
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(text) ?? []
  return major === undefined ? undefined : Number(major)
}

const versionMillis = 10_000

const versionOf = (path: string): Effect.Effect<PgTool | null> =>
  Effect.callback((resume) => {
    const child = execFile(path, ["--version"], { timeout: versionMillis, env: { LC_ALL: "C" } }, (error, stdout) => {
      const major = error === null ? majorIn(stdout) : undefined
      resume(Effect.succeed(major === undefined ? null : { path, major }))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** Those of Debian first: the one on its PATH is a script that chooses by the clusters of this machine. */
const placesOf = (program: Program): ReadonlyArray<string> => [
  ...globSync(`/usr/lib/postgresql/*/bin/${program}`),
  ...(process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "").map((folder) =>
    join(folder, program)
  )
    .filter((path) => existsSync(path))
]

/** The oldest program that is as new as `majorMin`: a newer one may write what an older server does not read. */
export const findTool = Effect.fn("PgTools.findTool")(function*(program: Program, majorMin: number) {
  const found = yield* Effect.forEach(placesOf(program), versionOf)
  const [tool] = found.filter((each) => each !== null && each.major >= majorMin)
    .sort((left, right) => (left?.major ?? 0) - (right?.major ?? 0))
  if (tool !== undefined && tool !== null) return tool
  const others = [...new Set(found.flatMap((each) => each === null ? [] : [each.major]))]
  return yield* new PgToolFailed({
    message: `${program} of version ${majorMin} or later is needed, and ${
      others.length === 0 ? "there is none on this machine" : `this machine has ${others.join(", ")} alone`
    }. Install the package postgresql-client-${majorMin}: of the distribution, or of https://apt.postgresql.org.`
  })
})

/** Where authorities' certificates are, for a libpq that does not know by itself. */
const authorities = "/etc/ssl/certs/ca-certificates.crt"

/** What is encrypted is verified, as by this program's own connections. */
const tlsEnvironment = (tls: TlsUse): Record<string, string> => {
  if (tls === "never") return { PGSSLMODE: "disable" }
  if (tls === "if offered") return { PGSSLMODE: "prefer" }
  return { PGSSLMODE: "verify-full", PGSSLROOTCERT: process.env["PGSSLROOTCERT"] ?? authorities }
}

/** A connection as libpq is told of it: by the environment, where no other account sees the password. */
export const libpqEnvironment = (connection: PgConnection): Record<string, string> => {
  const read = connection.url === undefined ? undefined : readConnectionUrl(connection.url)
  const servers = connection.host === undefined
    ? read?.servers ?? [{ host: "localhost", port: connection.port ?? portDefault }]
    : [{ host: connection.host, port: connection.port ?? portDefault }]
  const password = connection.password === undefined ? read?.password ?? "" : Redacted.value(connection.password)
  return {
    PGHOST: servers.map(({ host }) => host).join(","),
    PGPORT: servers.map(({ port }) => port).join(","),
    PGUSER: connection.username,
    PGDATABASE: connection.database,
    PGAPPNAME: "ddd",
    PGCONNECT_TIMEOUT: "10",
    ...servers.length > 1 ? { PGTARGETSESSIONATTRS: "read-write" } : {},
    ...password === "" ? {} : { PGPASSWORD: password },
    ...tlsEnvironment(read?.tls ?? "never")
  }
}

/** So much of what a program says last is told. */
const wordsMax = 2_000

/** How long a program may take: no database of ours takes a day. */
const patience: Duration.Input = "1 day"

/** Nothing of ours, and no file of passwords or services of the account. */
const environment = { PATH: "/usr/bin:/bin", LC_ALL: "C", HOME: "/nonexistent" }

/** Has `resume` told how a program ended; gives what ends it, and waits until it has. */
const untilEnd = (
  { path }: PgTool,
  child: ChildProcess,
  resume: (ended: Effect.Effect<void, PgToolFailed>) => void
): Effect.Effect<void> => {
  let words = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = `${words}${text}`.slice(-wordsMax)
  })
  const failed = (why: string) => resume(Effect.fail(new PgToolFailed({ message: why })))
  child.once("error", (error) => failed(`${path} cannot be run: ${visible(error.message)}.`))
  child.once("close", (code, signal) =>
    code === 0
      ? resume(Effect.void)
      : failed(`${path} ended with ${code ?? signal}. It said: ${visible(words.trim())}`))
  return Effect.callback<void>((ended) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return ended(Effect.void)
    child.once("close", () => ended(Effect.void))
    child.kill("SIGTERM")
  })
}

const withinPatience = ({ path }: PgTool) =>
  Effect.timeoutOrElse({
    duration: patience,
    orElse: () => Effect.fail(new PgToolFailed({ message: `${path} took longer than a day, and was ended.` }))
  })

/** Runs a program to its end; interrupted, it is ended first. Its words are in the error. */
export const runTool = (
  tool: PgTool,
  args: ReadonlyArray<string>,
  connection: PgConnection
): Effect.Effect<void, PgToolFailed> =>
  Effect.callback<void, PgToolFailed>((resume) =>
    untilEnd(
      tool,
      spawn(tool.path, args, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...environment, ...libpqEnvironment(connection) }
      }),
      resume
    )
  ).pipe(withinPatience(tool))

/** A program that writes SQL on its output, with its arguments. */
export interface SqlSource {
  readonly tool: PgTool
  readonly args: ReadonlyArray<string>
}

/**
 * Has `psql` run what a program writes, and then `last`, all in one transaction: `COMMIT` is written once the other has ended well. Whatever
 * is killed before, this process too, the input ends without it, and nothing was done. Interrupted, both are ended first.
 */
export const runScript = (
  psql: PgTool,
  { args, tool }: SqlSource,
  last: string,
  connection: PgConnection
): Effect.Effect<void, PgToolFailed> =>
  Effect.callback<void, PgToolFailed>((resume) => {
    const to = spawn(psql.path, ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"], {
      stdio: ["pipe", "ignore", "pipe"],
      env: { ...environment, ...libpqEnvironment(connection) }
    })
    const from = spawn(tool.path, args, { stdio: ["ignore", "pipe", "pipe"], env: environment })
    // it ends before all is written where a statement fails, which its own words say
    to.stdin.on("error", () => undefined)
    to.stdin.write("BEGIN;\n")
    from.stdout.pipe(to.stdin, { end: false })
    const endFrom = untilEnd(tool, from, (ended) => {
      Effect.runSync(Effect.match(ended, {
        onSuccess: () => to.stdin.end(`${last}\nCOMMIT;\n`),
        // `psql` ends too, with nothing done
        onFailure: (error) => {
          if (to.exitCode === null && to.signalCode === null) resume(Effect.fail(error))
          to.kill("SIGTERM")
        }
      }))
    })
    const endTo = untilEnd(psql, to, (ended) => {
      from.kill("SIGTERM")
      resume(ended)
    })
    return Effect.all([endFrom, endTo], { concurrency: "unbounded", discard: true })
  }).pipe(withinPatience(psql))
