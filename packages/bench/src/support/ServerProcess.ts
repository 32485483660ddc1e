/** The server as its users run it, `ddd serve` in a process of its own, and the other commands beside it. */
import { unmetLimits } from "@ddd/core/accounts/RequestLimits"
import { Data, Effect, type Scope } from "effect"
import { type ChildProcess, execFile, fork } from "node:child_process"
import { createServer } from "node:net"
import { join } from "node:path"

/** The command line's program: the sources, or what a run of tests has joined of them (scripts/program.mjs). */
export const program = process.env["DDD_PROGRAM"] ?? join(import.meta.dirname, "../../../cli/src/main.ts")

/** Variables of the environment for a program, beside those that every process needs. */
export type Environment = Readonly<Record<string, string>>

/** Nothing of the caller's own configuration reaches the programs that are started here. */
const environmentOf = (environment: Environment): NodeJS.ProcessEnv => {
  const { HOME, NODE_COMPILE_CACHE, PATH, TMPDIR } = process.env
  return {
    HOME,
    PATH,
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    NO_COLOR: "1",
    ...environment
  }
}

export interface ServerProcess {
  readonly port: number
  /** Its process id. */
  readonly pid: number
  /** What it has written so far, stdout and stderr. */
  readonly output: () => string
  /** Ends it at once, as a power failure would, and waits until it is gone. */
  readonly kill: Effect.Effect<void>
  /** Asks it to stop, and gives its exit code. */
  readonly stop: Effect.Effect<number | null>
}

/** A server that did not start, with what it said. */
export class ServerFailed extends Data.TaggedError("ServerFailed")<{ readonly message: string }> {}

const ended = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

const signalled = (child: ChildProcess, signal: NodeJS.Signals): Effect.Effect<number | null> =>
  Effect.suspend(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return ended(child)
  })

/** A port of 127.0.0.1 that nobody listens on. */
export const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const bound = probe.address()
    const port = typeof bound === "object" && bound !== null ? bound.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})

/** Where a server without a PUBLIC_URL says it is, which is also who issues its access tokens. */
export const originAt = (port: number): string => `http://localhost:${port}`

/** Starts a server on a port of 127.0.0.1 and waits until it serves; the scope stops it. */
export const startServer = Effect.fn("ServerProcess.start")(
  function*(environment: Environment, port: number): Effect.fn.Return<ServerProcess, ServerFailed, Scope.Scope> {
    let output = ""
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const made = fork(program, ["serve"], {
          // all players of a bench ask from this machine
          env: environmentOf({ PORT: String(port), DRAIN_DELAY: "0", RATE_LIMITS: unmetLimits, ...environment }),
          stdio: ["ignore", "pipe", "pipe", "ipc"]
        })
        const keep = (chunk: Buffer) => {
          output += chunk.toString()
        }
        made.stdout?.on("data", keep)
        made.stderr?.on("data", keep)
        return made
      }),
      (made) => signalled(made, "SIGTERM")
    )
    yield* Effect.callback<void, ServerFailed>((resume) => {
      // it tells whoever forked it once it serves
      child.once("message", () => resume(Effect.void))
      child.once("error", (error) => resume(Effect.fail(new ServerFailed({ message: error.message }))))
      child.once("exit", () => resume(Effect.fail(new ServerFailed({ message: output.trim() }))))
    })
    return {
      port,
      pid: child.pid ?? 0,
      output: () => output,
      kill: Effect.asVoid(signalled(child, "SIGKILL")),
      stop: signalled(child, "SIGTERM")
    }
  }
)

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of `ddd` to its end. */
export const runCommand = (environment: Environment, ...args: ReadonlyArray<string>): Effect.Effect<CommandResult> =>
  Effect.callback((resume) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { env: environmentOf(environment), maxBuffer: 64 << 20 },
      (_, stdout, stderr) => resume(Effect.succeed({ code: child.exitCode ?? -1, stdout, stderr }))
    )
    return Effect.asVoid(signalled(child, "SIGKILL"))
  })
