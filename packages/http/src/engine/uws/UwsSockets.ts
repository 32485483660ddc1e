/** `Sockets` on uWebSockets.js. */
import type { HttpResponse, TemplatedApp, WebSocket, WebSocketBehavior } from "@ddd/uws"
import { Effect, type Scope } from "effect"
import type { CountedRequest } from "../../limits/CountedRequest.ts"
import type { EngineOptions } from "../EngineOptions.ts"
import * as OpenSockets from "../OpenSockets.ts"
import * as PeerAddress from "../PeerAddress.ts"
import type { Refuse } from "../Refusal.ts"
import { sourcesOf } from "../RequestSources.ts"
import { limits, Sockets } from "../Sockets.ts"
import { UwsExchange } from "./UwsExchange.ts"
import { copyHeaders } from "./UwsHead.ts"

/** What hangs on a connection of uWS. */
interface Attached {
  readonly clientAddress: string
  /** Filled when it opens. */
  socket?: UwsSocket
}

/**
 * uWS drops a connection without a word where a message is longer than this. It is more than `limits.messageBytes`, so
 * that the usual offender is told 1009 (RFC 6455, section 7.4.1), and no more than a request's body may hold in memory.
 */
const maxPayloadLength = 64 * 1024

class UwsSocket implements OpenSockets.EngineSocket {
  /** Unset by `detach`: a closed one must not be touched. */
  #ws: WebSocket<Attached> | undefined
  /** Its place among all that are open. */
  readonly place: number
  readonly clientAddress: string

  constructor(ws: WebSocket<Attached>, place: number) {
    this.#ws = ws
    this.place = place
    this.clientAddress = ws.getUserData().clientAddress
  }

  get isOpen(): boolean {
    return this.#ws !== undefined
  }

  send(text: string): void {
    if (this.#ws === undefined) return
    if (this.#ws.getBufferedAmount() + text.length > limits.bufferedBytes) return this.close(1013, "Read faster.")
    this.#ws.send(text)
  }

  join(topic: string): void {
    this.#ws?.subscribe(partOf(topic, this.place))
  }

  leave(topic: string): void {
    this.#ws?.unsubscribe(partOf(topic, this.place))
  }

  bufferedAmount(): number {
    return this.#ws?.getBufferedAmount() ?? 0
  }

  close(code: number, reason: string): void {
    this.#ws?.end(code, reason)
  }

  /** uWS reads nothing after it. */
  cutOff(code: number, reason: string): void {
    this.close(code, reason)
  }

  ping(): void {
    this.#ws?.ping()
  }

  drop(): void {
    this.#ws?.close()
  }

  /** uWS closed the connection, and has forgotten its topics. */
  detach(): void {
    this.#ws = undefined
  }
}

/** Those of so many places are sent to at once: 2 or 3 ms. */
const placesOfPart = 256

/** uWS sends to all of a topic at once, so each of ours is several of its. */
const partOf = (topic: string, place: number): string => `${topic} ${Math.floor(place / placesOfPart)}`

/** The places of those that are open, the lowest that are free taken first. */
class Places {
  readonly #free: Array<number> = []
  /** How many there are, taken or free. */
  #count = 0

  take(): number {
    return this.#free.pop() ?? this.#count++
  }

  free(place: number): void {
    this.#free.push(place)
  }

  *publish(app: TemplatedApp, topic: string, text: string): Iterable<void> {
    for (let place = 0; place < this.#count; place += placesOfPart) {
      if (app.publish(partOf(topic, place), text)) yield
    }
  }
}

/** Opens WebSockets of `app` at `options.socketPath`, until the scope closes. */
export const attach = (
  app: TemplatedApp,
  options: EngineOptions,
  refuse: Refuse
): Effect.Effect<Sockets["Service"], never, Scope.Scope> =>
  Effect.map(OpenSockets.make<UwsSocket>(options), (sockets) => {
    const places = new Places()
    app.ws<Attached>(options.socketPath, {
      maxPayloadLength,
      maxBackpressure: limits.bufferedBytes,
      idleTimeout: 120, // the heartbeat is stricter; this one ends connections that were said goodbye to and linger
      sendPingsAutomatically: false,
      upgrade: (res, req, context) => {
        // of lines of one name `getHeader` gives the first, which may be the client's and not the proxy's
        const { headers } = copyHeaders(req)
        const client = sourcesOf(options.proxies, addressOf(res), undefined)(headers)
        const { origin } = headers
        const exchange = new UwsExchange(res, "GET", () => true)
        // lent for the time of this call
        const [url, query, key] = [req.getUrl(), req.getQuery() ?? "", req.getHeader("sec-websocket-key")]
        const open = (counted?: CountedRequest) => {
          if (exchange.isOver) return
          const refusal = counted?.refusal ??
            sockets.refuse({
              client,
              origin,
              version: headers["sec-websocket-version"],
              key: headers["sec-websocket-key"],
              query
            })
          if (refusal === undefined) {
            const attached: Attached = { clientAddress: client.address }
            return void res.cork(() => res.upgrade<Attached>(attached, key, "", "", context))
          }
          const limits = counted?.headers() ?? {}
          const request = { method: "GET", url, requestId: headers["x-request-id"], origin, limits }
          // not at once: what was read behind it would be served as another request (UwsHttpServer)
          setImmediate(() => exchange.refuse(refuse(refusal, { ...request, clientAddress: client.address }), "closes"))
        }
        const count = options.limiting.count({ method: "GET", url, address: client.address, isHandshake: true })
        if (count === undefined) open()
        else void count.then(open)
      },
      ...callbacks(sockets, places)
    })
    return Sockets.of({
      serve: (accept) => sockets.serve(accept),
      publish: (topic, text) => places.publish(app, topic, text),
      countRead: options.limiting.countRead
    })
  })

/** Reports what uWS tells of its connections. */
const callbacks = (sockets: OpenSockets.OpenSockets<UwsSocket>, places: Places): WebSocketBehavior<Attached> => {
  const report = (what: (socket: UwsSocket) => void) => (ws: WebSocket<Attached>) => {
    const { socket } = ws.getUserData()
    if (socket !== undefined) what(socket)
  }
  const heard = report((socket) => void sockets.heard(socket))
  return {
    open: (ws) => {
      const socket = new UwsSocket(ws, places.take())
      ws.getUserData().socket = socket
      sockets.opened(socket)
    },
    message: (ws, message, isBinary) => {
      const { socket } = ws.getUserData()
      if (socket === undefined || !sockets.heard(socket)) return
      if (message.byteLength > limits.messageBytes) return socket.close(1009, "Messages have at most 4096 bytes.")
      if (isBinary) return socket.close(1003, "Send text.")
      sockets.message(socket, Buffer.from(message).toString("utf8"))
    },
    ping: heard,
    pong: heard,
    drain: report((socket) => sockets.drained(socket)),
    dropped: report((socket) => sockets.behind(socket)),
    close: report((socket) => {
      socket.detach()
      places.free(socket.place)
      sockets.closed(socket)
    })
  }
}

const addressOf = (res: HttpResponse): string => PeerAddress.fromBytes(new Uint8Array(res.getRemoteAddress()))
