/**
 * A PostgreSQL of this machine's own, with its programs: the embedded one, which all other tests run on, brings none of `pg_dump`,
 * `pg_restore` and `psql`.
 */
import { type PgConnection, session } from "@ddd/adapters-pg/database/Provision"
import { Effect, Redacted, Schedule, type Scope } from "effect"
import { execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const needed = ["initdb", "postgres", "pg_dump", "pg_restore", "psql"]

/** The folder of a version's programs, where Debian's packages `postgresql` and `postgresql-client` are installed; undefined elsewhere. */
export const systemPrograms: string | undefined = fs.globSync("/usr/lib/postgresql/*/bin").sort()
  .findLast((folder) => needed.every((name) => fs.existsSync(join(folder, name))))

/** Root cannot run PostgreSQL. */
const nobody = 65_534
const account = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

const environment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" }
const password = "of-the-tests-alone"

/** Starts one, and gives its superuser's way in; the scope stops it. */
export const systemPostgres = (bin: string): Effect.Effect<PgConnection, never, Scope.Scope> =>
  Effect.gen(function*() {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const made = fs.mkdtempSync(join(tmpdir(), "ddd-system-"))
        fs.chmodSync(made, 0o711)
        fs.mkdirSync(join(made, "s"))
        fs.writeFileSync(join(made, "s", "password"), password)
        if ("uid" in account) {
          for (const path of ["s", "s/password"]) fs.chownSync(join(made, path), nobody, nobody)
        }
        return made
      }),
      (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
    )
    const data = join(folder, "s", "data")
    execFileSync(join(bin, "initdb"), [
      `--pgdata=${data}`,
      "--username=ddd",
      `--pwfile=${join(folder, "s", "password")}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync"
    ], { cwd: "/", env: environment, stdio: "ignore", ...account })
    const settings = {
      listen_addresses: "",
      unix_socket_directories: join(folder, "s"),
      max_connections: "100",
      // what a power cut does to it is nobody's question
      fsync: "off"
    }
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(
          join(bin, "postgres"),
          ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
          { cwd: "/", env: environment, stdio: "ignore", ...account }
        )
      ),
      (running) =>
        Effect.callback<void>((resume) => {
          if (running.exitCode !== null) return resume(Effect.void)
          running.once("close", () => resume(Effect.void))
          running.kill("SIGINT")
        })
    )
    const admin: PgConnection = {
      host: join(folder, "s"),
      username: "ddd",
      password: Redacted.make(password),
      database: "postgres"
    }
    yield* session(admin).pipe(
      Effect.andThen((sql) => sql`SELECT 1`),
      Effect.scoped,
      Effect.retry({
        while: () => child.exitCode === null,
        schedule: Schedule.spaced("100 millis").pipe(Schedule.upTo({ duration: "60 seconds" }))
      }),
      Effect.orDie
    )
    return admin
  })
