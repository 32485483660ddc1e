/** Effect's `HttpServer` on Node's sockets: accepts connections, and looks after them. */
import { gauge } from "@ddd/core/values/Measure"
import { Effect, type Scope } from "effect"
import { type HttpServer, HttpServerError } from "effect/http"
import { NetAddress } from "effect/net"
import { createServer, type Server } from "node:net"
import { eachSecond } from "../EachSecond.ts"
import type { EngineOptions } from "../EngineOptions.ts"
import { ExchangeServer } from "../ExchangeServer.ts"
import { defaultPatience } from "../Heartbeat.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { type Refuse, tooManyConnections, unreadRequest } from "../Refusal.ts"
import type { Upgrades } from "./ConnectionOwner.ts"
import { HttpConnection } from "./HttpConnection.ts"
import { connectionsMax } from "./OpenFiles.ts"

/**
 * What a connection that is not read may hold of what arrives, in bytes: one piece, since more is held piece by piece, which of single
 * bytes takes hundreds of times their size. The rest waits in the kernels.
 */
const highWaterMark = 1

/** Listens until the scope closes. Before there is an application, and once its scope closes, requests are answered 503. */
export const make = Effect.fnUntraced(function*(
  options: EngineOptions,
  refuse: Refuse,
  upgrades: Upgrades
): Effect.fn.Return<HttpServer.HttpServer["Service"], HttpServerError.ServeError, Scope.Scope> {
  const exchanges = new ExchangeServer(options)
  const connections = new Set<HttpConnection>()
  const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark }, (socket) => {
    const connection = new HttpConnection(socket, {
      rules: options,
      unread: options.patience?.unread ?? defaultPatience.unread,
      refuse,
      sockets: upgrades,
      handle: () => exchanges.handle,
      closed: () => connections.delete(connection)
    })
    connections.add(connection)
  })
  server.maxConnections = options.connectionsMax ?? connectionsMax()
  server.on("drop", (peer) => {
    refuse(tooManyConnections, unreadRequest(PeerAddress.fromText(peer?.remoteAddress ?? ""))) // for the log alone
  })
  yield* gauge(
    "ddd_http_connections",
    "Connections of HTTP that are open; none is counted on uws.",
    () => connections.size
  )
  yield* eachSecond(() => {
    for (const connection of connections) connection.sweep()
  })

  yield* Effect.acquireRelease(listen(server, options), () =>
    Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const connection of connections) connection.destroy()
    }))
  const bound = server.address()
  if (bound === null || typeof bound === "string") return yield* Effect.die(new Error("the server has no port"))
  const address = yield* Effect.fromResult(NetAddress.inetAddressFromIpString(bound.address, bound.port)).pipe(
    Effect.mapError((cause) => new HttpServerError.ServeError({ cause }))
  )
  return exchanges.httpServer(address, () => {
    server.close()
    for (const connection of connections) connection.stop()
  })
})

const listen = (server: Server, options: EngineOptions) =>
  Effect.callback<void, HttpServerError.ServeError>((resume) => {
    const failed = (cause: Error) => resume(Effect.fail(new HttpServerError.ServeError({ cause })))
    server.once("error", failed)
    server.listen({ host: options.host, port: options.port, exclusive: true, backlog: 1_024 }, () => {
      server.off("error", failed)
      resume(Effect.void)
    })
  })
