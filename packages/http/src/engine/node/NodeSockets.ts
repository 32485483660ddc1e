/** `Sockets` on Node's HTTP server, with `ws`. */
import * as NodeWS from "@effect/platform-node/NodeWS"
import { Effect, type Scope } from "effect"
import type { IncomingMessage, Server } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { RenderedProblem } from "../../problems/ProblemResponse.ts"
import type { EngineOptions } from "../EngineOptions.ts"
import * as OpenSockets from "../OpenSockets.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { reasonPhrase, type Refuse, type RefusedRequest } from "../Refusal.ts"
import { limits, Sockets } from "../Sockets.ts"

class NodeSocket implements OpenSockets.EngineSocket {
  readonly #ws: NodeWS.WebSocket

  constructor(ws: NodeWS.WebSocket) {
    this.#ws = ws
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  send(text: string): void {
    if (!this.isOpen) return
    if (this.#ws.bufferedAmount + text.length > limits.bufferedBytes) return this.close(1013, "Read faster.")
    this.#ws.send(text)
  }

  bufferedAmount(): number {
    return this.isOpen ? this.#ws.bufferedAmount : 0
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  ping(): void {
    if (this.isOpen) this.#ws.ping()
  }

  drop(): void {
    this.#ws.terminate()
  }

  /** Waits for the connection's end. */
  get closed(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.#ws.readyState === this.#ws.CLOSED) return resume(Effect.void)
      this.#ws.once("close", () => resume(Effect.void))
    })
  }
}

/** Whether `request` asks for a WebSocket at `path`; anything else is an ordinary request, as on the other engine. */
export const asksForSocket = (request: IncomingMessage, path: string): boolean =>
  request.method === "GET" &&
  request.headers.upgrade?.toLowerCase() === "websocket" &&
  request.headers["sec-websocket-key"]?.length === 24 &&
  splitUrl(request).path === path

/** Opens WebSockets of `server`, for requests that `asksForSocket` let through, until the scope closes. */
export const attach = (
  server: Server,
  options: EngineOptions,
  refuse: Refuse
): Effect.Effect<Sockets["Service"], never, Scope.Scope> =>
  Effect.map(OpenSockets.make<NodeSocket>(options), (sockets) => {
    const handshakes = new NodeWS.WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      handleProtocols: () => false, // sub-protocol none (docs/api.md); `ws` would take the first that is offered
      maxPayload: limits.messageBytes // past it, `ws` closes with 1009
    })
    server.on("upgrade", (request, connection, head) => {
      connection.on("error", () => connection.destroy())
      const refusal = sockets.refuse({
        origin: request.headers.origin,
        version: request.headers["sec-websocket-version"],
        query: splitUrl(request).query
      })
      if (refusal !== undefined) {
        connection.end(rawResponse(refuse(refusal, refusedRequest(request))))
        return
      }
      handshakes.handleUpgrade(request, connection, head, (ws) => report(ws, connection, sockets))
    })
    return Sockets.of({ serve: (accept) => sockets.serve(accept, goodbyes) })
  })

/** Reports what `ws` tells of a connection. */
const report = (ws: NodeWS.WebSocket, connection: Duplex, sockets: OpenSockets.OpenSockets<NodeSocket>): void => {
  const socket = new NodeSocket(ws)
  const heard = () => sockets.heard(socket)
  ws.on("error", () => {}) // `close` follows
  ws.on("message", (message, isBinary) => {
    heard()
    if (isBinary) return socket.close(1003, "Send text.")
    // a text arrives as one buffer
    if (socket.isOpen && Buffer.isBuffer(message)) sockets.message(socket, message.toString())
  })
  ws.on("ping", heard)
  ws.on("pong", heard)
  connection.on("drain", () => {
    if (socket.isOpen) sockets.drained(socket)
  })
  ws.on("close", () => sockets.closed(socket))
  sockets.opened(socket)
}

/** Waits until the clients have said goodbye too, for a second; then ends what is left. */
const goodbyes = (open: ReadonlyArray<NodeSocket>): Effect.Effect<void> =>
  Effect.forEach(open, (socket) => socket.closed, { concurrency: "unbounded", discard: true }).pipe(
    Effect.timeoutOption("1 second"),
    Effect.andThen(Effect.sync(() => {
      for (const socket of open) socket.drop()
    }))
  )

export const refusedRequest = ({ headers, method, socket, url }: IncomingMessage): RefusedRequest => ({
  method,
  url,
  requestId: headers["x-request-id"]?.toString(),
  origin: headers.origin,
  peerAddress: addressOf(socket)
})

export const addressOf = ({ remoteAddress }: Socket): string => PeerAddress.fromText(remoteAddress ?? "")

/** A refusal as bytes on the wire, for connections that have no response object. */
export const rawResponse = ({ body, headers, status }: RenderedProblem): string => {
  const lines = Object.entries({ ...headers, "content-length": Buffer.byteLength(body), connection: "close" })
  return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n` +
    `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`
}

const splitUrl = (request: IncomingMessage): { readonly path: string; readonly query: string } => {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2)
  return { path, query }
}
