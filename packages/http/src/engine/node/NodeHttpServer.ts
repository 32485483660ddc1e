/** Effect's `HttpServer` on Node's sockets: accepts connections, and looks after them. */
import { type Client, isTrusted } from "@ddd/core/accounts/ClientAddress"
import { gauge } from "@ddd/core/values/Measure"
import { Effect, type Scope } from "effect"
import { type HttpServer, HttpServerError } from "effect/http"
import { NetAddress } from "effect/net"
import { createServer, type Server, type Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { eachSecond } from "../EachSecond.ts"
import type { EngineOptions } from "../EngineOptions.ts"
import { ExchangeServer } from "../ExchangeServer.ts"
import { defaultPatience } from "../Heartbeat.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { noProxyHeader, type Refuse, tooManyConnections, unreadRequest } from "../Refusal.ts"
import { always, sourcesOf } from "../RequestSources.ts"
import type { Connection, ConnectionOwner, Peer, Upgrades } from "./ConnectionOwner.ts"
import { HttpConnection } from "./HttpConnection.ts"
import { connectionsMax } from "./OpenFiles.ts"
import { ProxiedConnection } from "./ProxiedConnection.ts"

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
  const connections = new Set<Connection>()
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, highWaterMark },
    accept(options, connections, refuse, {
      rules: options,
      unread: options.patience?.unread ?? defaultPatience.unread,
      refuse,
      sockets: upgrades,
      handle: () => exchanges.handle
    })
  )
  server.maxConnections = options.connectionsMax ?? connectionsMax()
  server.on("drop", (peer) => {
    refuse(tooManyConnections, unreadRequest(PeerAddress.fromText(peer?.remoteAddress ?? ""), {})) // for the log alone
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

/** Has each connection say for whom it is, where a trusted proxy is to; opens TLS, where that is spoken; then reads requests. */
const accept = (
  options: EngineOptions,
  connections: Set<Connection>,
  refuse: Refuse,
  owner: Omit<ConnectionOwner, "closed">
) => {
  const { proxies, tls } = options
  const add = (make: (closed: () => void) => Connection): void => {
    const connection = make(() => connections.delete(connection))
    connections.add(connection)
  }
  const isEncrypted = tls !== undefined
  const protocol = isEncrypted ? "https" : undefined
  const serve = (socket: Socket, peer: Peer): void =>
    add((closed) => new HttpConnection(socket, peer, { ...owner, closed }))
  const open = (socket: Socket, peer: Peer): void => {
    if (tls === undefined) {
      serve(socket, peer)
      if (socket.isPaused()) socket.resume()
      return
    }
    socket.on("error", () => {}) // of it hears whoever has what is encrypted
    // its types do not know of a mark, which each stream has
    const tlsOptions = { isServer: true, secureContext: tls().context, ALPNProtocols: ["http/1.1"], highWaterMark }
    serve(new TLSSocket(socket, tlsOptions), peer)
  }
  return (socket: Socket): void => {
    const address = PeerAddress.fromText(socket.remoteAddress ?? "")
    if (proxies?.from !== "proxy-protocol" || !isTrusted(proxies, address)) {
      return open(socket, { address, isEncrypted, sourceOf: sourcesOf(proxies, address, protocol) })
    }
    const told = (client: Client | undefined): void => {
      // what is encrypted as far as here is, whoever opened the connection
      const source = { address, ...client, protocol: protocol ?? client?.protocol }
      open(socket, { address, isEncrypted, sourceOf: always(source) })
    }
    const refused = (): void => void refuse(noProxyHeader, unreadRequest(address, {})) // for the log alone
    add((closed) => new ProxiedConnection(socket, { told, refused, closed }))
  }
}

const listen = (server: Server, options: EngineOptions) =>
  Effect.callback<void, HttpServerError.ServeError>((resume) => {
    const failed = (cause: Error) => resume(Effect.fail(new HttpServerError.ServeError({ cause })))
    server.once("error", failed)
    server.listen({ host: options.host, port: options.port, exclusive: true, backlog: 1_024 }, () => {
      server.off("error", failed)
      resume(Effect.void)
    })
  })
