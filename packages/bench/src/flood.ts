#!/usr/bin/env node
/**
 * `bench:flood`: what everyone else feels while one anonymous connection, or a hundred, send as fast as they can, on each engine.
 *
 * Twenty ordinary clients ask for something small every 50 ms and wait for each answer, 10 s at most. The flood comes from a process
 * of its own. The memory is the server's, looked at twenty times a second.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { Effect, type Scope } from "effect"
import { fork } from "node:child_process"
import { join } from "node:path"
import { kinds } from "./flood/Kinds.ts"
import { openConnection, requestText } from "./support/HttpConnection.ts"
import { memoryOf } from "./support/Memory.ts"
import { quantile } from "./support/Quantiles.ts"
import { freePort, type ServerProcess, startServer } from "./support/ServerProcess.ts"
import { temporaryDataDir } from "./support/TemporaryFolder.ts"
import { argumentsOf, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: {
    engines: { type: "string", default: "node,uws" },
    seconds: { type: "string", default: "5" }
  }
})

const clients = 20
const pauseMillis = 50
const answerMillisMax = 10_000

const wait = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** How long each answer took, in milliseconds; one that did not come counts for as long as it was waited for. */
const askUntil = async (port: number, end: number): Promise<ReadonlyArray<number>> => {
  const request = requestText({ method: "GET", path: "/healthz" })
  const times: Array<number> = []
  while (performance.now() < end) {
    const began = performance.now()
    const connection = await openConnection(port).catch(() => undefined)
    const answer = connection?.ask(request).catch(() => undefined)
    await Promise.race([answer ?? wait(answerMillisMax), wait(answerMillisMax)])
    connection?.close()
    times.push(performance.now() - began)
    await wait(pauseMillis)
  }
  return times
}

const startFlood = (port: number, name: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() =>
      fork(join(import.meta.dirname, "flood/Flooder.ts"), [String(port), name], {
        stdio: ["ignore", "inherit", "inherit", "ipc"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  ))

/** A row of the table: what was felt during `name`. */
const feel = (server: ServerProcess, name: string | undefined) =>
  Effect.gen(function*() {
    if (name !== undefined) yield* startFlood(server.port, name)
    let peak = memoryOf(server.pid)
    const looking = setInterval(() => {
      peak = Math.max(peak, memoryOf(server.pid))
    }, pauseMillis)
    const end = performance.now() + Number(values.seconds) * 1_000
    const times = yield* Effect.promise(() =>
      Promise.all(Array.from({ length: clients }, () => askUntil(server.port, end)))
    )
    clearInterval(looking)
    const all = times.flat()
    return [
      String(all.length),
      quantile(all, 0.5).toFixed(1),
      quantile(all, 0.99).toFixed(1),
      peak.toFixed(0),
      memoryOf(server.pid) === 0 ? "it is gone" : "it serves"
    ]
  }).pipe(Effect.scoped)

runProgram(Effect.gen(function*() {
  const rows: Array<ReadonlyArray<string>> = []
  for (const engine of values.engines.split(",")) {
    for (const name of [undefined, ...kinds.map((kind) => kind.name)]) {
      // a server of its own, so that no flood is measured in what the one before it left
      const row = yield* Effect.gen(function*() {
        const dataDir = yield* temporaryDataDir
        const server = yield* startServer({ DATA_DIR: dataDir, ENGINE: engine, LOG_LEVEL: "error" }, yield* freePort)
        return yield* feel(server, name)
      }).pipe(Effect.scoped)
      rows.push([engine, name ?? "none", ...row])
      yield* remark(`${engine}, ${name ?? "none"}: ${row.join(" ")}`)
    }
  }
  yield* print(
    aligned([["engine", "flood", "answers", "p50 ms", "p99 ms", "peak MiB", "the server"], ...rows], [2, 3, 4, 5])
  )
}))
