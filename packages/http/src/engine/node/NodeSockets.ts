/** `Sockets` on Node's HTTP server, with `ws`. */
import * as NodeWS from "@effect/platform-node/NodeWS"
import { Effect, type Scope } from "effect"
import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"
import type { Problem } from "../../problems/Problem.ts"
import type { RenderedProblem } from "../../problems/ProblemResponse.ts"
import type { EngineOptions } from "../EngineOptions.ts"
import { refuseHandshake } from "../Handshake.ts"
import * as Heartbeat from "../Heartbeat.ts"
import { notServing, reasonPhrase, type RefusedHead, renderRefusal } from "../Refusal.ts"
import { goingAway, limits, type LiveSocket, type SocketListener, Sockets } from "../Sockets.ts"

class NodeSocket implements LiveSocket, Heartbeat.Pulse {
  readonly #ws: NodeWS.WebSocket

  constructor(ws: NodeWS.WebSocket) {
    this.#ws = ws
  }

  get #open(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  send(text: string): void {
    if (!this.#open) return
    if (this.#ws.bufferedAmount + text.length > limits.bufferedBytes) return this.close(1013, "Read faster.")
    this.#ws.send(text)
  }

  bufferedAmount(): number {
    return this.#open ? this.#ws.bufferedAmount : 0
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  ping(): void {
    if (this.#open) this.#ws.ping()
  }

  drop(): void {
    this.#ws.terminate()
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
  options: EngineOptions
): Effect.Effect<Sockets["Service"], never, Scope.Scope> =>
  Effect.gen(function*() {
    const heartbeat = yield* Heartbeat.make(options.patience ?? Heartbeat.defaultPatience)
    const open = new Set<NodeWS.WebSocket>()
    const handshakes = new NodeWS.WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      handleProtocols: () => false, // sub-protocol none (docs/api.md); `ws` would take the first that is offered
      maxPayload: limits.messageBytes // past it, `ws` closes with 1009
    })
    let accept: ((socket: LiveSocket) => SocketListener) | undefined

    server.on("upgrade", (request, connection, head) => {
      connection.on("error", () => connection.destroy())
      const refusal = accept === undefined ? notServing : refuseHandshake({
        origin: request.headers.origin,
        version: request.headers["sec-websocket-version"],
        query: splitUrl(request).query
      }, options.allowedOrigins)
      if (refusal !== undefined) return refuse(connection, refusal, request, options)
      handshakes.handleUpgrade(request, connection, head, (ws) => {
        const socket = new NodeSocket(ws)
        open.add(ws)
        heartbeat.heard(socket)
        ws.on("error", () => {}) // `close` follows
        let listener: SocketListener | undefined
        ws.on("message", (message, isBinary) => {
          heartbeat.heard(socket)
          if (isBinary) return socket.close(1003, "Send text.")
          // a text arrives as one buffer
          if (ws.readyState === ws.OPEN && Buffer.isBuffer(message)) listener?.message(message.toString())
        })
        ws.on("ping", () => heartbeat.heard(socket))
        ws.on("pong", () => heartbeat.heard(socket))
        connection.on("drain", () => {
          if (ws.readyState === ws.OPEN) listener?.drained()
        })
        ws.on("close", () => {
          open.delete(ws)
          heartbeat.forget(socket)
          listener?.closed()
        })
        if (accept === undefined) socket.close(1001, goingAway)
        else listener = accept(socket)
      })
    })

    return Sockets.of({
      serve: (accept_) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            accept = accept_
          }),
          () =>
            Effect.suspend(() => {
              if (accept !== accept_) return Effect.void
              accept = undefined
              for (const ws of open) ws.close(1001, goingAway)
              return goodbyes(open)
            })
        )
    })
  })

/** Waits until the clients have said goodbye too, for a second; then ends what is left. */
const goodbyes = (open: ReadonlySet<NodeWS.WebSocket>): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const left = () => {
      if (open.size === 0) resume(Effect.void)
    }
    for (const ws of open) ws.on("close", left)
    left()
  }).pipe(
    Effect.timeoutOption("1 second"),
    Effect.andThen(Effect.sync(() => {
      for (const ws of open) ws.terminate()
    }))
  )

const refuse = (
  connection: Duplex,
  refusal: Problem,
  request: IncomingMessage,
  { answerHeaders }: EngineOptions
): void => {
  connection.end(rawResponse(renderRefusal(refusal, headOf(request), answerHeaders)))
}

export const headOf = ({ headers }: IncomingMessage): RefusedHead => ({
  requestId: headers["x-request-id"]?.toString(),
  origin: headers.origin
})

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
