/** The programs that the demo runs, each in a process of its own. */
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import type { Environment } from "../config/Config.ts"
import { DemoFailed } from "./DemoFailed.ts"

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const main = join(import.meta.dirname, "../main.ts")

/** How long the server may take to start, with a new database on a busy machine. */
const startPatience = "2 minutes"

/** And to stop before it is ended by force. */
const stopPatience = "30 seconds"

const failed = (message: string) => new DemoFailed({ message })

const collect = (stream: NodeJS.ReadableStream | null): () => string => {
  let text = ""
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  })
  return () => text
}

/** Null where a signal ended it. */
const exitOf = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("close", (code) => resume(Effect.succeed(code)))
  })

/** Asks a process to end, by force where it does not, and gives its exit code. */
export const stop = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.suspend(() => {
    child.kill("SIGTERM")
    return exitOf(child).pipe(
      Effect.timeoutOrElse({
        duration: stopPatience,
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

/** Starts a server with this environment, and waits until it takes requests; the scope stops it. */
export const startServer = Effect.fnUntraced(function*(env: Environment) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [main, "serve"], { env, stdio: ["ignore", "ignore", "pipe", "ipc"] })),
    stop
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
      duration: startPatience,
      orElse: () => Effect.fail(failed(`The server does not start:\n${log()}`))
    })
  )
  return { child, url }
})

/** Runs another command of `ddd` to its end. */
export const runDdd = (env: Environment, args: ReadonlyArray<string>): Effect.Effect<Finished, DemoFailed> =>
  Effect.callback<Finished, DemoFailed>((resume) => {
    const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    child.once("error", (error) => resume(Effect.fail(failed(`ddd ${args[0]} did not start: ${error.message}`))))
    child.once("close", (code) => resume(Effect.succeed({ code, stdout: stdout(), stderr: stderr() })))
    return Effect.sync(() => child.kill("SIGTERM"))
  })
