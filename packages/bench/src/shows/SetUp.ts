/**
 * From nothing to a draw on sale, and clean away again.
 *
 * At full size the project's files are copied and `npm start` does everything, packages included; small, the program is
 * started as it stands here.
 */
import { Effect, Schedule } from "effect"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { freePort, program } from "../support/ServerProcess.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { must, Refuted, type Show } from "./Show.ts"

const root = join(import.meta.dirname, "../../../..")

/** Copies what is the project's, and nothing that was made from it. */
const copyProject = (target: string): void => {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" })
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(root, file), join(target, file))
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const exited = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  })

/** Starts, waits until a draw is on sale, stops, and waits until nothing of it runs. Gives the seconds until it was ready. */
const startAndStop = Effect.fnUntraced(
  function*(command: string, args: ReadonlyArray<string>, folder: string, dataDir: string) {
    const port = yield* freePort
    const begin = performance.now()
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const { HOME, PATH } = process.env
        return spawn(command, args, {
          cwd: folder,
          env: { HOME, PATH, DATA_DIR: dataDir, PORT: String(port) },
          stdio: "ignore"
        })
      }),
      (made) =>
        Effect.suspend(() => {
          made.kill("SIGTERM")
          return exited(made)
        })
    )
    const onSale = Effect.tryPromise({
      try: async () => {
        const response = await fetch(`http://127.0.0.1:${port}/lottery/current-draw`)
        if (response.status !== 200) throw new Error(`current-draw was answered ${response.status}`)
      },
      catch: (error) => new Refuted({ message: `no draw was on sale in time: ${String(error)}` })
    })
    yield* onSale.pipe(Effect.retry(Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: "5 minutes" }))))
    const seconds = (performance.now() - begin) / 1000

    const postgres = Number.parseInt(readFileSync(join(dataDir, "postgres", "data", "postmaster.pid"), "utf8"), 10)
    child.kill("SIGTERM")
    yield* exited(child)
    const gone = must(!isRunning(postgres), () => `PostgreSQL, process ${postgres}, still runs`)
    yield* gone.pipe(Effect.retry(Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: "20 seconds" }))))
    return seconds
  },
  Effect.scoped
)

export const setUp: Show = {
  name: "setup",
  promise:
    "a fresh copy and `npm start`: a draw on sale on a real PostgreSQL; stopped, nothing is left running; again, in seconds",
  run: Effect.fn("SetUp")(function*(size) {
    const folder = yield* temporaryDataDir
    const dataDir = yield* temporaryDataDir
    const full = size === "full"
    if (full) copyProject(folder)
    const run = full
      ? startAndStop("npm", ["start"], folder, dataDir)
      : startAndStop(process.execPath, [program, "serve"], folder, dataDir)
    const first = yield* run
    const second = yield* run
    return [
      `${full ? "set-up, packages, " : ""}database and first draw on sale: ${first.toFixed(1)} s`,
      `the second start: ${second.toFixed(1)} s`,
      "after SIGTERM neither the server nor PostgreSQL ran any more"
    ]
  })
}
