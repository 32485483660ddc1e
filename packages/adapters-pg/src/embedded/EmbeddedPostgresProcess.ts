/**
 * The process of the embedded PostgreSQL: starting and stopping our own, recognising that of another process.
 *
 * The server is a child of the process that starts it, with a session of its own, so that Ctrl-C in a terminal reaches us
 * alone and we stop it last. Where `setpriv` exists (any Linux) the kernel stops it when we die without a word; elsewhere it
 * lives on until the next start stops it. Its command line names its owner, as `pid@start time`, which survives everything
 * but a reboot and cannot be taken over by a later process with the same number.
 */
import { Data, Deferred, Duration, Effect, Exit, Option, Schedule, type Scope } from "effect"
import { execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { giveToServer, serverAccount } from "./EmbeddedPostgresAccount.ts"
import { type Cluster, programEnvironment } from "./EmbeddedPostgresCluster.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** A running server as other processes see it. */
export interface Tenant {
  readonly postmaster: number
  /** The process that started it, and stops it. */
  readonly owner: number
  readonly ownerLives: boolean
  readonly socketFolder: string
  /** Whether it takes connections: neither starting nor stopping. */
  readonly ready: boolean
}

/** How long a start may take, crash recovery included. */
const startDeadline = Duration.minutes(5)
/** How long another's server may take to stop. */
const stopDeadline = Duration.seconds(60)
/**
 * How our own server is stopped, and how long each way may take: fast, with a checkpoint; without one, which loses nothing; by force, which
 * a paused server obeys too. Whoever stops us waits for ten seconds.
 */
const waysToStop = [["SIGINT", "4 seconds"], ["SIGQUIT", "1 second"], ["SIGKILL", "1 second"]] as const
const everyMoment = Schedule.spaced("10 millis")
const everySecond = Schedule.spaced("1 second")
/** Whoever has lived for so long does not end because it was started. */
const steadyLife = Duration.minutes(1)
/** The pause before the next start, where the one before it was of no use. */
const longer = (pause: Duration.Duration): Duration.Duration =>
  Duration.min(Duration.sum(Duration.times(pause, 2), Duration.seconds(1)), Duration.minutes(1))
/** How many lines of what a server said before its end are told. */
const lastWords = 5

const ps = (pid: number, column: string): string =>
  execFileSync("/bin/ps", ["-ww", "-o", `${column}=`, "-p", String(pid)], { encoding: "utf8", env: programEnvironment })
    .trim()

/** The command line of a process, arguments ended by NUL where the system tells them apart; `undefined` when there is none. */
const commandLine = (pid: number): string | undefined => {
  try {
    return process.platform === "linux" ? fs.readFileSync(`/proc/${pid}/cmdline`, "utf8") : ps(pid, "command")
  } catch {
    return undefined
  }
}

/** When a process started, in a spelling of the system's; `undefined` when there is none, or only what its parent has not collected. */
const startTime = (pid: number): string | undefined => {
  try {
    if (process.platform !== "linux") return String(Date.parse(ps(pid, "lstart")))
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ") // from field 3 of proc(5) on
    return state === "Z" || state === "X" ? undefined : fields[18]
  } catch {
    return undefined
  }
}

const readIfThere = (path: string): string => {
  try {
    return fs.readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

const lockFile = (cluster: Cluster): string => join(cluster.data, "postmaster.pid")

/** The server that runs on a cluster; `undefined` when there is none, whatever a crash left in its lock file. */
export const tenantOf = (cluster: Cluster): Tenant | undefined => {
  // the lines of postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status
  const lines = readIfThere(lockFile(cluster)).split("\n")
  const postmaster = Number(lines[0])
  if (!Number.isSafeInteger(postmaster) || postmaster <= 0) return undefined
  const command = commandLine(postmaster)
  if (command === undefined || !command.includes(cluster.data)) return undefined
  const [, pid, start] = /ddd\.owner=(\d+)@(\w+)/.exec(command) ?? []
  const owner = Number(pid)
  return {
    postmaster,
    owner,
    ownerLives: start !== undefined && startTime(owner) === start,
    socketFolder: lines[4] ?? "",
    ready: lines[7]?.trimEnd() === "ready"
  }
}

/** Stops a server whose owner is gone, and waits until it is. */
export const evict = Effect.fnUntraced(function*(cluster: Cluster, orphan: Tenant) {
  yield* Effect.try({
    try: () => process.kill(orphan.postmaster, "SIGINT"),
    catch: () => undefined // it was stopping by itself, and has
  }).pipe(Effect.ignore)
  yield* Effect.sync(() => tenantOf(cluster)?.postmaster === orphan.postmaster).pipe(
    Effect.repeat({ while: (there) => there, schedule: everyMoment }),
    Effect.timeoutOrElse({
      duration: stopDeadline,
      orElse: () =>
        Effect.fail(
          new EmbeddedPostgresError({
            reason: "server",
            message: `A PostgreSQL that outlived its owner (process ${orphan.postmaster}) does not stop. ` +
              `Stop it with "kill -QUIT ${orphan.postmaster}", then start again.`
          })
        )
    })
  )
})

/** Another process is, or was a moment ago, at the same cluster: look again. */
export class Taken extends Data.TaggedError("Taken")<{
  /** What PostgreSQL said. */
  readonly log: string
}> {}

/** The kernel's help where there is some: `setpriv` becomes `postgres`, which gets SIGINT when the thread that started it dies. */
const command = (postgres: string): ReadonlyArray<string> => {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => fs.existsSync(path))
  if (setpriv === undefined) return [postgres]
  const account = String(serverAccount)
  const drop = serverAccount === undefined ? [] : ["--reuid", account, "--regid", account, "--clear-groups"]
  return [setpriv, "--pdeathsig", "INT", ...drop, "--", postgres]
}

/** A folder for the socket whose path fits into a socket's address (103 bytes on the tightest system, with the file's name). */
const socketFolder = (cluster: Cluster): Effect.Effect<string, never, Scope.Scope> => {
  const own = join(cluster.folder, "s")
  if (Buffer.byteLength(own) <= 88) return Effect.succeed(own)
  return Effect.acquireRelease(
    Effect.sync(() => {
      const folder = fs.mkdtempSync("/tmp/ddd-")
      giveToServer(folder)
      return folder
    }),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  )
}

/** A server of ours that takes connections. */
export interface Running {
  readonly tenant: Tenant
  /** Completes once it has ended, with the last of what it said. */
  readonly ended: Effect.Effect<string>
}

/** Starts a server once, and waits until it takes connections; the scope stops it. `settings` are all that it is told. */
const startOnce = Effect.fnUntraced(function*(
  bin: string,
  cluster: Cluster,
  settings: Readonly<Record<string, string>>
): Effect.fn.Return<Running, EmbeddedPostgresError | Taken, Scope.Scope> {
  const lockBefore = readIfThere(lockFile(cluster))
  const [file = "", ...prefix] = command(join(bin, "postgres"))
  const exited = Deferred.makeUnsafe<void>()
  let log = ""

  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const args = [
        ...prefix,
        "-D",
        cluster.data,
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
      ]
      const account = serverAccount !== undefined && prefix.length === 0
        ? { uid: serverAccount, gid: serverAccount }
        : {}
      const started = spawn(file, args, {
        cwd: "/",
        env: programEnvironment,
        ...account,
        detached: true,
        stdio: ["ignore", "ignore", "pipe"]
      })
      started.stderr.setEncoding("utf8").on("data", (chunk: string) => log = (log + chunk).slice(-8192))
      started.once("close", () => Deferred.doneUnsafe(exited, Exit.void))
      started.once("error", (error) => {
        log += error.message
        Deferred.doneUnsafe(exited, Exit.void)
      })
      return started
    }),
    (started) =>
      Effect.gen(function*() {
        for (const [signal, patience] of waysToStop) {
          if (Deferred.isDoneUnsafe(exited)) return
          started.kill(signal)
          yield* Deferred.await(exited).pipe(Effect.timeoutOption(patience))
        }
      })
  )

  const ready = Effect.sync(() => tenantOf(cluster)).pipe(
    Effect.repeat({
      until: (tenant) => tenant?.postmaster === child.pid && tenant?.ready === true,
      schedule: everyMoment
    }),
    Effect.timeoutOption(startDeadline)
  )
  const tenant = yield* Effect.raceFirst(ready, Deferred.await(exited).pipe(Effect.as(Option.none())))
  if (Option.isSome(tenant) && tenant.value !== undefined) {
    const ended = Effect.map(Deferred.await(exited), () => log.trim().split("\n").slice(-lastWords).join("\n"))
    return { tenant: tenant.value, ended }
  }
  if (/lock file "[^"]*" (already exists|is empty)|shared memory block .* still in use/.test(log)) {
    const stale = lockBefore !== "" && lockBefore === readIfThere(lockFile(cluster)) && tenantOf(cluster) === undefined
    // the number in it is some other process's by now, which PostgreSQL cannot know
    if (stale && !log.includes("shared memory")) yield* Effect.sync(() => fs.rmSync(lockFile(cluster), { force: true }))
    return yield* new Taken({ log })
  }
  return yield* new EmbeddedPostgresError({
    reason: "server",
    message: `PostgreSQL did not start. It said:\n${log.trim()}`
  })
})

/**
 * Starts a server again whenever it has ended although nobody asked it to, after a pause where it has not lived for long. Tried for a
 * minute: what is left of it, a command that found no server, or a want of memory may stand in the way.
 */
const keepRunning = Effect.fnUntraced(function*<R>(
  first: Running,
  start: Effect.Effect<Running, EmbeddedPostgresError | Taken, R>
) {
  let pause = Duration.zero
  for (let running = first;;) {
    const [lived, words] = yield* Effect.timed(running.ended)
    const isSteady = Duration.isGreaterThanOrEqualTo(lived, steadyLife)
    yield* Effect.sleep(isSteady ? Duration.zero : pause)
    yield* Effect.logError(
      `The embedded PostgreSQL has ended unexpectedly, and is started again. Its last words:\n${words}`
    )
    running = yield* Effect.retry(start, { schedule: everySecond, times: 60 })
    yield* Effect.logWarning("The embedded PostgreSQL runs again.")
    pause = isSteady ? Duration.zero : longer(pause)
  }
}, (kept) =>
  Effect.catch(kept, (error) =>
    Effect.logFatal(
      "The embedded PostgreSQL does not start again: stop this process, and start it anew. " +
        (error instanceof Taken ? error.log : error.message)
    )))

/** What a server is told: by whom it is run, and where its socket is, beside what its owner wants. */
const ownSettings = (cluster: Cluster, settings: Readonly<Record<string, string>>) =>
  Effect.map(socketFolder(cluster), (folder) => ({
    ...settings,
    "ddd.owner": `${process.pid}@${startTime(process.pid)}`,
    unix_socket_directories: folder
  }))

/**
 * Starts a server on a cluster, once: one that ends, as by whoever tries what a lost server does, stays so. Otherwise as `launch`; a
 * standby that takes readers is a server that takes connections.
 */
export const launchOnce = (
  bin: string,
  cluster: Cluster,
  settings: Readonly<Record<string, string>>
): Effect.Effect<Running, EmbeddedPostgresError | Taken, Scope.Scope> =>
  Effect.flatMap(ownSettings(cluster, settings), (all) => startOnce(bin, cluster, all))

/**
 * Starts a server on a cluster and waits until it takes connections; the scope stops it. One that ends although nobody asked it to is
 * started again.
 *
 * Call it in the main thread: the kernel ties the server's life to the thread that started it.
 * Fails with `Taken` when PostgreSQL finds another server there, or what is left of one that was killed.
 */
export const launch = Effect.fnUntraced(function*(
  bin: string,
  cluster: Cluster,
  settings: Readonly<Record<string, string>>
) {
  const start = startOnce(bin, cluster, yield* ownSettings(cluster, settings))
  const first = yield* start
  yield* Effect.forkScoped(keepRunning(first, start))
  return first.tenant
})
