/** A server's memory once it has thrown away what it needs no longer, by Node's own inspector. */
import { Data, Effect, type Scope } from "effect"
import { at } from "./JsonSchema.ts"

/** For the environment of a server that is to be asked; its memory is kept as that of servers that are put into service (packaging/). */
export const inspected = { NODE_OPTIONS: "--inspect=127.0.0.1:0", MALLOC_ARENA_MAX: "2" }

export class InspectorFailed extends Data.TaggedError("InspectorFailed")<{ readonly message: string }> {}

export interface ServerMemory {
  /** What the process has in memory, and what of it are JavaScript's objects and buffers; in MiB. */
  readonly rss: number
  readonly heap: number
  readonly external: number
}

export interface Inspector {
  /** Collects garbage, and measures. */
  readonly measure: Effect.Effect<ServerMemory, InspectorFailed>
}

/** Opens the inspector of a server that has written `output`. */
export const openInspector = (output: string): Effect.Effect<Inspector, InspectorFailed, Scope.Scope> =>
  Effect.gen(function*() {
    const [url] = /ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+/.exec(output) ?? []
    if (url === undefined) {
      return yield* new InspectorFailed({ message: "the server has not said where its inspector is" })
    }
    const socket = yield* Effect.acquireRelease(
      Effect.callback<WebSocket, InspectorFailed>((resume) => {
        const opened = new WebSocket(url)
        opened.addEventListener("open", () => resume(Effect.succeed(opened)))
        opened.addEventListener(
          "error",
          () => resume(Effect.fail(new InspectorFailed({ message: `${url} cannot be opened` })))
        )
      }),
      (opened) => Effect.sync(() => opened.close())
    )
    let asked = 0
    const ask = (method: string, params: object = {}): Effect.Effect<unknown, InspectorFailed> =>
      Effect.callback<unknown, InspectorFailed>((resume) => {
        const id = ++asked
        const hear = ({ data }: MessageEvent) => {
          const message: unknown = JSON.parse(String(data))
          if (at(message, "id") !== id) return
          socket.removeEventListener("message", hear)
          resume(Effect.succeed(at(message, "result")))
        }
        socket.addEventListener("message", hear)
        socket.send(JSON.stringify({ id, method, params }))
      }).pipe(Effect.timeoutOrElse({
        duration: "60 seconds",
        orElse: () => Effect.fail(new InspectorFailed({ message: `${method} was not answered within a minute` }))
      }))
    const measure = Effect.gen(function*() {
      // what one collection frees holds on to more
      for (let turn = 0; turn < 3; turn++) yield* ask("HeapProfiler.collectGarbage")
      const result = yield* ask("Runtime.evaluate", {
        expression: "JSON.stringify(process.memoryUsage())",
        returnByValue: true
      })
      const usage: unknown = JSON.parse(String(at(result, "result", "value")))
      const mib = (name: string) => Number(at(usage, name)) / 1024 ** 2
      return { rss: mib("rss"), heap: mib("heapUsed"), external: mib("external") }
    })
    return { measure }
  })
