/**
 * What stands before several servers, as small as it can be: a connection goes to the next of those that say that they are ready.
 *
 * It asks each for `/readyz` ten times a second, and passes bytes on as they come.
 */
import { Effect, type Scope } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { openConnection, requestText } from "./HttpConnection.ts"

const askEveryMillis = 100

/** Stands before the servers of some ports, until the scope ends; gives its own port. */
export const startBalancer = (ports: ReadonlyArray<number>): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function*() {
    const ready = new Set(ports)
    const sockets = new Set<Socket>()
    let turn = 0
    const look = async (port: number): Promise<void> => {
      const connection = await openConnection(port).catch(() => undefined)
      const answer = await connection?.ask(requestText({ method: "GET", path: "/readyz" })).catch(() => undefined)
      connection?.close()
      if (answer?.status === 200) ready.add(port)
      else ready.delete(port)
    }
    const keep = (socket: Socket) => {
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
      socket.on("error", () => {}) // `close` follows
    }
    const server = createServer({ noDelay: true }, (client) => {
      keep(client)
      const serving = ports.filter((port) => ready.has(port))
      const port = serving[turn++ % Math.max(1, serving.length)]
      if (port === undefined) {
        client.destroy()
        return
      }
      const behind = connect({ port, host: "127.0.0.1", noDelay: true })
      keep(behind)
      client.pipe(behind).pipe(client)
      client.once("close", () => behind.destroy())
      behind.once("close", () => client.end())
    })
    const port = yield* Effect.acquireRelease(
      Effect.callback<number>((resume) => {
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
        })
      }),
      () =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    yield* Effect.promise(() => Promise.all(ports.map(look))).pipe(
      Effect.andThen(Effect.sleep(askEveryMillis)),
      Effect.forever,
      Effect.forkScoped
    )
    return port
  })
