/** `ddd` as its users have it: a process, its output, its exit code. */
import { Effect, type Scope } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { showLogOf } from "./ServerLogs.ts"

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Env = Readonly<Record<string, string>>

/** Of this run: the same sources, joined into a few files that start sooner (scripts/program.mjs); the sources themselves where there is none. */
const main = process.env["DDD_PROGRAM"] ?? join(import.meta.dirname, "../../src/main.ts")

/** Nothing of this machine's configuration; where the run keeps compiled sources, so that a process starts in half the time. */
const environment = (env: Env): Record<string, string> => {
  const { NODE_COMPILE_CACHE, PATH = "" } = process.env
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }), ...env }
}

const collect = (stream: NodeJS.ReadableStream | null): () => string => {
  let text = ""
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  })
  return () => text
}

/** Said to a command that is asked of by nobody: that it is meant, and why. */
export const because: ReadonlyArray<string> = ["--reason", "as the test says"]
export const sure: ReadonlyArray<string> = ["--yes", ...because]

/** Runs `ddd` to its end. */
export const ddd = (args: ReadonlyArray<string>, env: Env = {}, input?: string): Effect.Effect<Ended> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [main, ...args], { env: environment(env), stdio: "pipe" })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    child.once("close", (code) => resume(Effect.succeed({ code, stdout: stdout(), stderr: stderr() })))
    child.stdin.end(input)
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** What is typed once a text stands on the terminal. */
export type Typed = readonly [shown: string, keys: string]

/** Whether there is a program that makes terminals. */
export const hasTerminals = spawnSync("script", ["--version"]).status === 0

/** Runs `ddd` at a terminal to its end: what stood there comes as `stdout`. Its arguments need no quotes. */
export const dddAtTerminal = (
  args: ReadonlyArray<string>,
  typed: ReadonlyArray<Typed>,
  env: Env = {}
): Effect.Effect<Ended> =>
  Effect.callback((resume) => {
    const command = [process.execPath, main, ...args].join(" ")
    const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      env: environment(env),
      stdio: "pipe"
    })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    const waiting = [...typed]
    child.stdout.on("data", () => {
      const [next] = waiting
      if (next === undefined || !stdout().includes(next[0])) return
      waiting.shift()
      child.stdin.write(next[1])
    })
    child.once("close", (code) => resume(Effect.succeed({ code, stdout: stdout(), stderr: stderr() })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** A server that runs. */
export interface Server {
  readonly url: string
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** Sends the signal, waits for the end, and gives the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Effect.Effect<number | null>
}

const closed = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("close", (code) => resume(Effect.succeed(code)))
  })

/** Runs `ddd serve` on any free port, and waits until it takes requests; the scope stops it. */
export const serve = (env: Env): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.gen(function*() {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [main, "serve"], {
          env: environment({ PORT: "0", DRAIN_DELAY: "0", ...env }),
          stdio: ["ignore", "pipe", "pipe", "ipc"]
        })
      ),
      (running) => {
        running.kill("SIGTERM")
        return closed(running)
      }
    )
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    yield* Effect.acquireRelease(
      Effect.sync(() => showLogOf(child.pid ?? 0, () => stdout() + stderr())),
      (forget) => Effect.sync(forget)
    )
    const url = yield* Effect.callback<string>((resume) => {
      child.once("message", (message) =>
        resume(Effect.succeed(`http://127.0.0.1:${String(Reflect.get(Object(message), "port"))}`)))
      child.once("close", (code) =>
        resume(Effect.die(new Error(`ddd serve ended with ${code}:\n${stderr()}`))))
    })
    return {
      url,
      pid: child.pid ?? 0,
      stdout,
      stderr,
      stop: (signal = "SIGTERM") =>
        Effect.suspend(() => {
          child.kill(signal)
          return closed(child)
        })
    }
  })

/** A command that runs until it is told to end. */
export interface LeftRunning extends Pick<Server, "stop" | "stdout"> {
  /** Waits until it has said a text, and gives all that it said; a defect where it ends before. */
  readonly said: (text: string) => Effect.Effect<string>
}

/** Runs `ddd` until a signal ends it; the scope sends one. */
export const leftRunning = (args: ReadonlyArray<string>, env: Env): Effect.Effect<LeftRunning, never, Scope.Scope> =>
  Effect.gen(function*() {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, [main, ...args], { env: environment(env), stdio: "pipe" })),
      (running) => {
        running.kill("SIGTERM")
        return closed(running)
      }
    )
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    return {
      stdout,
      said: (text) =>
        Effect.callback<string>((resume) => {
          const look = () => {
            if (stdout().includes(text)) resume(Effect.succeed(stdout()))
          }
          child.stdout.on("data", look)
          child.once("close", (code) =>
            resume(Effect.die(new Error(`ddd ${args[0]} ended with ${code}:\n${stdout()}\n${stderr()}`))))
          look()
        }),
      stop: (signal = "SIGTERM") =>
        Effect.suspend(() => {
          child.kill(signal)
          return closed(child)
        })
    }
  })

/** A folder for a server's data, removed with the scope, also what the embedded PostgreSQL had to keep elsewhere. */
export const dataFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = fs.mkdtempSync(join(tmpdir(), "ddd-cli-"))
    fs.chmodSync(folder, 0o711)
    return folder
  }),
  (folder) =>
    Effect.sync(() => {
      const cluster = join(folder, "postgres")
      if (fs.existsSync(cluster)) fs.rmSync(fs.realpathSync(cluster), { recursive: true, force: true })
      fs.rmSync(folder, { recursive: true, force: true })
    })
)

/** The body of an answer. */
export const get = (url: string): Effect.Effect<{ readonly status: number; readonly text: string }> =>
  Effect.promise(async () => {
    const response = await fetch(url)
    return { status: response.status, text: await response.text() }
  })

/** Asks again until the answer satisfies; a defect after 60 s. */
export const eventually = <A, R>(
  what: string,
  ask: Effect.Effect<A, never, R>,
  enough: (answer: A) => boolean
): Effect.Effect<A, never, R> =>
  ask.pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: enough }),
    Effect.timeoutOrElse({ duration: "60 seconds", orElse: () => Effect.die(new Error(`${what}: not within 60 s`)) })
  )
