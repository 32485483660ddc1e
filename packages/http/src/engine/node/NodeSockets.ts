/** `Sockets` on Node's sockets: `ws` reads what clients send, and what the server sends is written by itself. */
import * as NodeWS from "@effect/platform-node/NodeWS"
import { Effect, type Scope } from "effect"
import { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { EngineOptions } from "../EngineOptions.ts"
import * as OpenSockets from "../OpenSockets.ts"
import { limits, Sockets } from "../Sockets.ts"
import type { Upgrades } from "./ConnectionOwner.ts"
import type { RequestHead } from "./RequestHead.ts"

/** The frames that a message may come in. */
const fragmentsMax = 128
/** The pieces that a frame may arrive in: each takes hundreds of bytes, however small it is. */
const piecesMax = 256
/** How long a client that was cut off may read why. */
const lastWordsMillis = 1_000
const nothing = Buffer.alloc(0)

/** Where a connection belongs. */
interface Place {
  readonly sockets: OpenSockets.OpenSockets<NodeSocket>
  readonly topics: Topics
}

class NodeSocket implements OpenSockets.EngineSocket {
  readonly clientAddress: string
  readonly #ws: NodeWS.WebSocket
  readonly #connection: Socket
  readonly #place: Place
  #waitsForReader = false

  constructor(ws: NodeWS.WebSocket, connection: Socket, place: Place, clientAddress: string) {
    this.#ws = ws
    this.#connection = connection
    this.#place = place
    this.clientAddress = clientAddress
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  send(text: string): void {
    this.sendFrame(frameOf(text))
  }

  /** Returns whether all that was sent so far has been taken by the kernel. */
  sendFrame(frame: Buffer): boolean {
    if (!this.isOpen) return true
    if (this.#connection.writableLength + frame.length > limits.bufferedBytes) {
      this.close(1013, "Read faster.")
      return true
    }
    this.#connection.write(frame)
    if (this.#connection.writableLength === 0) return true
    this.#waitForReader()
    return false
  }

  join(topic: string): void {
    this.#place.topics.join(topic, this)
  }

  leave(topic: string): void {
    this.#place.topics.leave(topic, this)
  }

  /**
   * Tells whenever the client has read of what it had left unread, and once it has read all of it, however little. The event `drain` would not
   * do: it comes only where more than the stream's high-water mark has waited.
   */
  #waitForReader(): void {
    if (this.#waitsForReader || this.#connection.writableLength === 0) return
    this.#waitsForReader = true
    this.#connection.write(nothing, () => {
      this.#waitsForReader = false
      if (!this.isOpen) return
      this.#place.sockets.drained(this)
      this.#waitForReader()
    })
  }

  bufferedAmount(): number {
    return this.isOpen ? this.#connection.writableLength : 0
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  cutOff(code: number, reason: string): void {
    if (!this.isOpen) return
    this.#ws.close(code, reason)
    this.#connection.removeAllListeners("data")
    this.#connection.pause()
    setTimeout(() => this.drop(), lastWordsMillis)
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

/** So many are sent to before others have their turn: 2 or 3 ms. */
const readersAtOnce = 256

/** Who has joined which topic. */
class Topics {
  readonly #sockets = new Map<string, Set<NodeSocket>>()

  join(topic: string, socket: NodeSocket): void {
    const sockets = this.#sockets.get(topic) ?? new Set()
    this.#sockets.set(topic, sockets.add(socket))
  }

  leave(topic: string, socket: NodeSocket): void {
    const sockets = this.#sockets.get(topic)
    if (sockets?.delete(socket) === true && sockets.size === 0) this.#sockets.delete(topic)
  }

  /** As `Sockets.publish`; `behind` is told who has not taken all of it. */
  *publish(topic: string, text: string, behind: (socket: NodeSocket) => void): Iterable<void> {
    const frame = frameOf(text)
    let count = 0
    for (const socket of this.#sockets.get(topic) ?? []) {
      if (!socket.sendFrame(frame)) behind(socket)
      if (++count % readersAtOnce === 0) yield
    }
  }
}

let lastFrame = { text: "", frame: Buffer.from([0x81, 0]) }

/** A text as one frame (RFC 6455, section 5.2); made once for all that are sent the same. */
const frameOf = (text: string): Buffer => {
  if (lastFrame.text === text) return lastFrame.frame
  const length = Buffer.byteLength(text)
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(start + length)
  frame[0] = 0x81
  if (start === 2) frame[1] = length
  else if (start === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, start, "utf8")
  lastFrame = { text, frame }
  return frame
}

/** Makes what opens WebSockets, until the scope closes. */
export const make = (
  options: EngineOptions
): Effect.Effect<
  { readonly sockets: Sockets["Service"]; readonly upgrades: Upgrades },
  never,
  Scope.Scope
> =>
  Effect.map(OpenSockets.make<NodeSocket>(options), (sockets) => {
    const handshakeOptions = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.messageBytes, // past it, `ws` closes with 1009
      maxFragments: fragmentsMax,
      maxBufferedChunks: piecesMax, // past it, `ws` closes with 1008
      maxPendingAutoPongs: 0 // no limit of its own, of which its types do not know: pings count as frames do
    }
    const place: Place = { sockets, topics: new Topics() }
    const behind = (socket: NodeSocket) => sockets.behind(socket)
    const handshakes = new NodeWS.WebSocketServer(handshakeOptions)
    return {
      sockets: Sockets.of({
        serve: (accept) => sockets.serve(accept, goodbyes),
        publish: (topic, text) => place.topics.publish(topic, text, behind),
        countRead: options.limiting.countRead
      }),
      upgrades: {
        asks: ({ method, upgrade, url }) =>
          method === "GET" && upgrade === "websocket" && pathOf(url) === options.socketPath,
        refusal: ({ headers, url }, client) =>
          sockets.refuse({
            origin: headers["origin"],
            version: headers["sec-websocket-version"],
            key: headers["sec-websocket-key"],
            query: url.slice(pathOf(url).length + 1),
            client
          }),
        open: (head, connection, rest, client) => {
          connection.allowHalfOpen = false
          const open = (ws: NodeWS.WebSocket) =>
            report(ws, new NodeSocket(ws, connection, place, client.address), place)
          handshakes.handleUpgrade(messageOf(head, connection), connection, rest, open)
          if (connection.isPaused()) connection.resume()
        }
      }
    }
  })

const pathOf = (url: string): string => {
  const query = url.indexOf("?")
  return query < 0 ? url : url.slice(0, query)
}

/**
 * The request as `ws` takes it. The sub-protocols that it offers are left out, since none is spoken (docs/api.md): of a list that is not
 * lawful `ws` would answer by itself, in HTML.
 */
const messageOf = ({ headers, method, url }: RequestHead, connection: Socket): IncomingMessage => {
  const message = new IncomingMessage(connection)
  message.method = method
  message.url = url
  message.headers = { ...headers, "sec-websocket-protocol": undefined }
  return message
}

/** Reports what `ws` tells of a connection. */
const report = (ws: NodeWS.WebSocket, socket: NodeSocket, { sockets }: Place): void => {
  const heard = () => sockets.heard(socket)
  ws.on("error", ignored)
  ws.on("message", (message, isBinary) => {
    if (!heard()) return
    if (isBinary) return socket.close(1003, "Send text.")
    // a text arrives as one buffer
    if (socket.isOpen && Buffer.isBuffer(message)) sockets.message(socket, message.toString())
  })
  ws.on("ping", heard)
  ws.on("pong", heard)
  ws.on("close", () => sockets.closed(socket))
  sockets.opened(socket)
}

/** Of an error: `close` follows. */
const ignored = (): void => {}

/** Waits until the clients have said goodbye too, for a second; then ends what is left. */
const goodbyes = (open: ReadonlyArray<NodeSocket>): Effect.Effect<void> =>
  Effect.forEach(open, (socket) => socket.closed, { concurrency: "unbounded", discard: true }).pipe(
    Effect.timeoutOption("1 second"),
    Effect.andThen(Effect.sync(() => {
      for (const socket of open) socket.drop()
    }))
  )
