/** The hubs that are compared, each in a process of its own, and those who listen to it, in another. */
import { Effect, Schema, type Scope } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import { nextMessage, type ProcessEnded } from "../support/ChildMessages.ts"
import { inspected, openInspector, type ServerMemory } from "../support/Inspector.ts"
import { type Environment, freePort, startServer } from "../support/ServerProcess.ts"
import { AudienceHeard, type AudienceOrder, type Speech } from "./Orders.ts"

/** Our server on each engine, the peers, and what does nothing but write a frame to each connection. */
export const hubNames = ["node", "uws", "ws", "socket.io", "bare", "bare uws"] as const
export type HubName = typeof hubNames[number]

export const isHubName = (text: string): text is HubName => hubNames.some((name) => name === text)

export interface Hub {
  readonly port: number
  readonly pid: number
  readonly speech: Speech
  /** Its memory, once garbage has been collected. */
  readonly memory: Effect.Effect<ServerMemory, Effect.Error<ReturnType<typeof openInspector>>>
}

const forked = (
  file: string,
  args: ReadonlyArray<string>,
  environment: Environment,
  onOutput: (chunk: Buffer) => void = () => {}
): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = fork(join(import.meta.dirname, file), args, {
        env: { PATH: process.env["PATH"], ...environment },
        stdio: ["ignore", "inherit", "pipe", "ipc"]
      })
      child.stderr?.on("data", onOutput)
      return child
    }),
    (child) =>
      Effect.callback<void>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
        child.once("exit", () => resume(Effect.void))
        child.kill("SIGKILL")
      })
  )

/** Starts a hub on a database; the scope ends it. */
export const startHub = Effect.fn("Hubs.start")(function*(name: HubName, environment: Environment) {
  const port = yield* freePort
  if (name === "node" || name === "uws") {
    const { output, pid } = yield* startServer(
      // of a proxy that names nobody: a network has no more than 2,000 connections
      {
        ...environment,
        ...inspected,
        ENGINE: name,
        LOG_LEVEL: "error",
        RATE_LIMITS: "off",
        TRUSTED_PROXIES: "127.0.0.1"
      },
      port
    )
    const { measure } = yield* openInspector(output())
    const hub: Hub = { port, pid, speech: "ddd", memory: measure }
    return hub
  }
  let output = ""
  const child = yield* forked("Peer.ts", [name, String(port)], { ...environment, ...inspected }, (chunk) => {
    output += chunk.toString()
  })
  yield* nextMessage(child, name)
  const { measure } = yield* openInspector(output)
  const hub: Hub = { port, pid: child.pid ?? 0, speech: name === "socket.io" ? "socket.io" : "ddd", memory: measure }
  return hub
})

export interface Audience {
  /** Gives what was heard since `count`. */
  readonly told: (order: AudienceOrder) => Effect.Effect<AudienceHeard, ProcessEnded>
}

/** Starts who listens; the scope ends it. */
export const startAudience: Effect.Effect<Audience, never, Scope.Scope> = Effect.map(
  forked("Audience.ts", [], {}, (chunk) => process.stderr.write(chunk)),
  (child) => ({
    told: (order) => Effect.map(nextMessage(child, "who listens", order), Schema.decodeUnknownSync(AudienceHeard))
  })
)
