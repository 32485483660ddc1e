/** A receiver of traces, figures and reports that takes what it is sent, or is as bad as one can be. */
import { Effect, type Scope } from "effect"
import { createServer } from "node:http"
import { createServer as createListener, type Socket } from "node:net"

/**
 * - `take`: answers 200.
 * - `fail`: answers 500.
 * - `drip`: answers a byte now and then, without end.
 */
type Manner = "take" | "fail" | "drip"

export interface Receiver {
  readonly url: string
  /** What came, path and body. */
  readonly received: () => ReadonlyArray<{ readonly path: string; readonly body: string }>
}

const portOf = (address: unknown): number => Number(Reflect.get(Object(address), "port"))

export const receiver = (manner: Manner): Effect.Effect<Receiver, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly close: () => void; readonly receiver: Receiver }>((resume) => {
        const received: Array<{ path: string; body: string }> = []
        const timers = new Set<ReturnType<typeof setInterval>>()
        const server = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            received.push({ path: request.url ?? "", body: Buffer.concat(chunks).toString() })
            if (manner !== "drip") return response.writeHead(manner === "take" ? 200 : 500).end()
            response.writeHead(200)
            const timer = setInterval(() => response.write("."), 50)
            timers.add(timer)
            response.on("close", () => clearInterval(timer))
            return undefined
          })
        })
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({
            receiver: { url: `http://127.0.0.1:${portOf(server.address())}`, received: () => received },
            close: () => {
              for (const timer of timers) clearInterval(timer)
              server.close()
              server.closeAllConnections()
            }
          })))
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ receiver }) => receiver
  )

/** Takes connections and what is sent on them, and never answers. */
export const silentReceiver: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.callback<{ readonly close: () => void; readonly port: number }>((resume) => {
      const sockets = new Set<Socket>()
      const server = createListener((socket) => {
        sockets.add(socket)
        socket.on("error", () => {}).resume()
      })
      server.listen(0, "127.0.0.1", () =>
        resume(Effect.succeed({
          port: portOf(server.address()),
          close: () => {
            for (const socket of sockets) socket.destroy()
            server.close()
          }
        })))
    }),
    ({ close }) => Effect.sync(close)
  ),
  ({ port }) => `http://127.0.0.1:${port}`
)

/** Where nobody listens. */
export const nobody = "http://127.0.0.1:1"

/** The DSN of a project there. */
export const dsnAt = (url: string): string => url.replace("http://", "http://sentrykeyofthetests@") + "/42"
