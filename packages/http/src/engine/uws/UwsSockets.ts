/** `Sockets` on uWebSockets.js. */
import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from "@ddd/uws"
import { Effect, type Scope } from "effect"
import type { EngineOptions } from "../EngineOptions.ts"
import { refuseHandshake } from "../Handshake.ts"
import * as Heartbeat from "../Heartbeat.ts"
import { notServing, renderRefusal } from "../Refusal.ts"
import { goingAway, limits, type LiveSocket, type SocketListener, Sockets } from "../Sockets.ts"
import { UwsExchange } from "./UwsExchange.ts"

/** What hangs on a connection of uWS; filled when it opens. */
interface Attached {
  socket?: UwsSocket
}

/**
 * uWS drops a connection without a word where a message is longer than this. It is more than `limits.messageBytes`, so
 * that the usual offender is told 1009 (RFC 6455, section 7.4.1), and no more than a request's body may hold in memory.
 */
const maxPayloadLength = 64 * 1024

class UwsSocket implements LiveSocket, Heartbeat.Pulse {
  /** Unset by `closed`: a closed one must not be touched. */
  #ws: WebSocket<Attached> | undefined
  listener: SocketListener | undefined

  constructor(ws: WebSocket<Attached>) {
    this.#ws = ws
  }

  send(text: string): void {
    if (this.#ws === undefined) return
    if (this.#ws.getBufferedAmount() + text.length > limits.bufferedBytes) return this.close(1013, "Read faster.")
    this.#ws.send(text)
  }

  bufferedAmount(): number {
    return this.#ws?.getBufferedAmount() ?? 0
  }

  close(code: number, reason: string): void {
    this.#ws?.end(code, reason)
  }

  ping(): void {
    this.#ws?.ping()
  }

  drop(): void {
    this.#ws?.close()
  }

  closed(): void {
    this.#ws = undefined
    this.listener?.closed()
  }
}

/** Opens WebSockets of `app` at `options.socketPath`, until the scope closes. */
export const attach = (
  app: TemplatedApp,
  options: EngineOptions
): Effect.Effect<Sockets["Service"], never, Scope.Scope> =>
  Effect.gen(function*() {
    const heartbeat = yield* Heartbeat.make(options.patience ?? Heartbeat.defaultPatience)
    const open = new Set<UwsSocket>()
    let accept: ((socket: LiveSocket) => SocketListener) | undefined

    const upgrade = (res: HttpResponse, req: HttpRequest, context: us_socket_context_t) => {
      const refusal = accept === undefined ? notServing : refuseHandshake({
        origin: header(req, "origin"),
        version: header(req, "sec-websocket-version"),
        query: req.getQuery() ?? ""
      }, options.allowedOrigins)
      if (refusal !== undefined) {
        const head = { requestId: header(req, "x-request-id"), origin: header(req, "origin") }
        return new UwsExchange(res, "GET", () => true).refuse(renderRefusal(refusal, head, options.answerHeaders))
      }
      res.upgrade<Attached>({}, req.getHeader("sec-websocket-key"), "", "", context)
    }

    app.ws<Attached>(options.socketPath, {
      maxPayloadLength,
      maxBackpressure: limits.bufferedBytes,
      idleTimeout: 120, // the heartbeat is stricter; this one ends connections that were said goodbye to and linger
      sendPingsAutomatically: false,
      upgrade,
      open: (ws) => {
        const socket = new UwsSocket(ws)
        ws.getUserData().socket = socket
        open.add(socket)
        heartbeat.heard(socket)
        if (accept === undefined) return socket.close(1001, goingAway)
        socket.listener = accept(socket)
      },
      message: (ws, message, isBinary) => {
        const { socket } = ws.getUserData()
        if (socket === undefined) return
        heartbeat.heard(socket)
        if (message.byteLength > limits.messageBytes) return socket.close(1009, "Messages have at most 4096 bytes.")
        if (isBinary) return socket.close(1003, "Send text.")
        socket.listener?.message(Buffer.from(message).toString("utf8"))
      },
      ping: (ws) => heard(ws),
      pong: (ws) => heard(ws),
      drain: (ws) => ws.getUserData().socket?.listener?.drained(),
      close: (ws) => {
        const { socket } = ws.getUserData()
        if (socket === undefined) return
        open.delete(socket)
        heartbeat.forget(socket)
        socket.closed()
      }
    })
    const heard = (ws: WebSocket<Attached>) => {
      const { socket } = ws.getUserData()
      if (socket !== undefined) heartbeat.heard(socket)
    }

    return Sockets.of({
      serve: (accept_) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            accept = accept_
          }),
          () =>
            Effect.sync(() => {
              if (accept !== accept_) return
              accept = undefined
              for (const socket of open) socket.close(1001, goingAway)
            })
        )
    })
  })

const header = (req: HttpRequest, name: string): string | undefined => req.getHeader(name) || undefined
