/**
 * One connection of HTTP/1.1: reads requests, and has them answered one by one, in order.
 *
 * While a request is answered nothing more is read, until the client has taken the whole answer: who asks for more than they read
 * costs no memory, and who asks without end is served in turns with all others. A client that has sent its last byte still
 * gets its answer.
 *
 * Over 300 lines: the states of a connection, and what leads from one to another, are read together.
 */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import { Headers } from "effect/http"
import type { Socket } from "node:net"
import type { CountedRequest } from "../../limits/CountedRequest.ts"
import { Problem } from "../../problems/Problem.ts"
import { Allowance, perSecond } from "../Allowance.ts"
import { bodyBytes } from "../Framing.ts"
import { malformed, notServing, unreadRequest } from "../Refusal.ts"
import { WholeRequest } from "../WholeRequest.ts"
import type { Connection, ConnectionOwner, Peer } from "./ConnectionOwner.ts"
import { GrowingBytes } from "./GrowingBytes.ts"
import { NodeExchange, type Wire } from "./NodeExchange.ts"
import { faultOfPart, headBytesMax, headTooLarge, parseHead, type RequestHead } from "./RequestHead.ts"

/** Seconds. */
const patience = {
  /** For a request to begin, and from its beginning to its last byte. */
  request: 10,
  /** For the answer to a client that has sent all it wants to, and may be gone. */
  halfClosed: 30,
  /** For a client to end its side, once the last answer is sent. */
  goodbye: 2
} as const

/** What a client may send after its last answer, before it is cut off. */
const discardedBytesMax = 256 * 1024

/** What a piece of TLS counts for at least: thousands of pieces of a byte come in one read, and each is decrypted and handed over by itself. */
const tlsPieceBytesMin = 1_024

/** A request whose head is read. */
interface Asked {
  readonly head: RequestHead
  readonly client: Client
  /** Undefined where nothing limits it. */
  readonly counted: CountedRequest | undefined
}

type Phase =
  | { readonly _tag: "Reading" }
  /** The head is read, and it is asked whether the client may send one more. */
  | { readonly _tag: "Counting" }
  | { readonly _tag: "Body"; readonly asked: Asked; readonly length: number; body: GrowingBytes | undefined }
  | { readonly _tag: "Answering"; readonly exchange: NodeExchange }
  /** The last answer is sent: the client is to end its side. */
  | { readonly _tag: "Ending"; discarded: number }
  /** It is a WebSocket, or closed. */
  | { readonly _tag: "Gone" }

const reading: Phase = { _tag: "Reading" }
const counting: Phase = { _tag: "Counting" }
const gone: Phase = { _tag: "Gone" }
const nothing = Buffer.alloc(0)
/** Of a long answer so much is sent at a time, once what was sent before was taken. */
const sliceBytes = 64 * 1024
const endOfHead = Buffer.from("\r\n\r\n")
const [carriageReturn, lineFeed] = [0x0d, 0x0a]

export class HttpConnection implements Connection, Wire {
  readonly #socket: Socket
  readonly #peer: Peer
  readonly #owner: ConnectionOwner
  #phase: Phase = reading
  /** Was read, and not looked at yet. */
  #unread: Buffer | undefined
  /** The client sends no more. */
  #ended = false
  /** Seconds until whoever is waited for is cut off. */
  #patience: number = patience.request
  /** Seconds until a client is cut off that has not taken what is being sent. */
  #unreadPatience: number
  /** A long answer, sent up to `at`. */
  #long: { readonly body: Uint8Array; at: number; readonly isLast: boolean } | undefined
  /** What was read waits for its turn. */
  #isQueued = false
  readonly #requests = new Allowance(perSecond.requests)
  readonly #bytes = new Allowance(perSecond.bytes)

  /** Of an encrypted connection the handshake counts to the time until a request begins. */
  constructor(socket: Socket, peer: Peer, owner: ConnectionOwner) {
    this.#socket = socket
    this.#peer = peer
    this.#owner = owner
    this.#unreadPatience = owner.unread
    socket.on("data", this.#onData).on("end", this.#onEnd).on("error", ignore).on("close", this.#onClose)
      .on("drain", this.#onDrain)
  }

  readonly sweep = (): void => {
    const waited = this.#requests.isUsedUp || this.#bytes.isUsedUp
    this.#requests.renew()
    this.#bytes.renew()
    if (this.#socket.writableLength === 0) this.#unreadPatience = this.#owner.unread
    else if (this.#unreadPatience-- <= 0) return this.destroy()
    if (this.#phase._tag === "Answering" && !this.#ended) return
    // the first of these seconds had begun before
    if (this.#patience-- <= 0) return this.destroy()
    if (waited) this.#advance()
  }

  stop(): void {
    if (this.#phase === reading && this.#unread === undefined) this.#end()
  }

  readonly destroy = (): void => {
    this.#socket.destroy()
  }

  isStopping(): boolean {
    return this.#owner.handle() === undefined
  }

  write(bytes: string | Uint8Array, encoding: "latin1" | "utf8"): boolean {
    return typeof bytes === "string" ? this.#socket.write(bytes, encoding) : this.#socket.write(bytes)
  }

  send(head: string, body: Uint8Array, isLast: boolean): void {
    const first = Math.min(sliceBytes, body.length)
    this.#long = { body, at: first, isLast }
    this.together(() => {
      this.write(head, "latin1")
      if (this.write(body.subarray(0, first), "latin1")) this.#sendMore()
    })
  }

  #sendMore(): void {
    const long = this.#long
    if (long === undefined) return
    while (long.at < long.body.length) {
      const slice = long.body.subarray(long.at, long.at + sliceBytes)
      long.at += slice.length
      if (!this.write(slice, "latin1")) return
    }
    this.#long = undefined
    this.answered(long.isLast)
  }

  together(writes: () => void): void {
    this.#socket.cork()
    writes()
    this.#socket.uncork()
  }

  answered(isLast: boolean): void {
    if (isLast) return this.#end()
    if (this.#socket.writableLength === 0) return this.#taken()
    this.#socket.write(nothing, this.#taken)
  }

  /** The client, or its kernel, has all of the answer. */
  readonly #taken = (): void => {
    if (this.#socket.destroyed || this.#phase === gone || this.#phase._tag === "Ending") return
    this.#phase = reading
    this.#patience = patience.request
    if (this.#unread !== undefined) this.#queue()
    else if (this.#ended || this.isStopping()) this.#end()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** No more is answered. What the client still sends is thrown away for a while: an answer may be lost where it is not read. */
  #end(): void {
    if (this.#phase === gone) return
    this.#phase = { _tag: "Ending", discarded: 0 }
    this.#unread = undefined
    this.#patience = Infinity
    this.#socket.pause()
    this.#socket.end(() => {
      this.#patience = patience.goodbye
      this.#socket.resume()
    })
  }

  readonly #onDrain = (): void => {
    this.#unreadPatience = this.#owner.unread
    if (this.#long !== undefined) this.#sendMore()
    else if (this.#phase._tag === "Answering") this.#phase.exchange.onWritable?.()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes.use(this.#peer.isEncrypted ? Math.max(chunk.length, tlsPieceBytesMin) : chunk.length)
    const phase = this.#phase
    if (phase._tag === "Gone") return
    if (phase._tag === "Ending") {
      phase.discarded += chunk.length
      if (phase.discarded > discardedBytesMax) this.destroy()
      return
    }
    // empty lines do not begin a request
    if (phase === reading && this.#unread === undefined && chunk[0] !== carriageReturn) {
      this.#patience = patience.request
    }
    this.#unread = this.#unread === undefined ? chunk : Buffer.concat([this.#unread, chunk])
    if (phase._tag === "Answering" || phase._tag === "Counting" || this.#isQueued) this.#socket.pause()
    else this.#advance()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    if (this.#phase._tag === "Answering") this.#patience = patience.halfClosed
    else this.#advance()
  }

  readonly #onClose = (): void => {
    const phase = this.#phase
    this.#phase = gone
    this.#unread = this.#long = undefined
    this.#owner.closed()
    if (phase._tag === "Answering") phase.exchange.abort()
  }

  /** Takes the next request from what was read, if it is whole. */
  readonly #advance = (): void => {
    this.#isQueued = false
    if (this.#phase._tag !== "Reading" && this.#phase._tag !== "Body") return
    if (this.#requests.isUsedUp || this.#bytes.isUsedUp) {
      this.#isQueued = true // until the sweep
      this.#socket.pause()
      return
    }
    if (this.#phase._tag === "Body") this.#readBody(this.#phase)
    else this.#readHead()
  }

  /** What was read already has its turn once all others have had theirs. */
  #queue(): void {
    this.#isQueued = true
    setImmediate(this.#advance)
  }

  /** A request is not whole yet. */
  #readMore(): void {
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  #readHead(): void {
    const unread = withoutEmptyLines(this.#unread)
    this.#unread = unread
    if (unread === undefined) {
      return this.#ended ? this.#end() : this.#readMore()
    }
    const end = unread.indexOf(endOfHead)
    if (end < 0 ? unread.length >= headBytesMax : end + endOfHead.length > headBytesMax) {
      return this.#refuseUnread(headTooLarge)
    }
    if (end < 0) {
      const fault = faultOfPart(unread.toString("latin1")) ??
        (this.#ended ? malformed("The request did not arrive whole.") : undefined)
      return fault === undefined ? this.#readMore() : this.#refuseUnread(fault)
    }
    const head = parseHead(unread.toString("latin1", 0, end))
    this.#unread = unread.length === end + endOfHead.length ? undefined : unread.subarray(end + endOfHead.length)
    if (head instanceof Problem) return this.#refuseUnread(head)
    this.#begin(head)
  }

  #begin(head: RequestHead): void {
    this.#requests.use(1)
    const isHandshake = this.#owner.sockets.asks(head)
    const { method, url } = head
    const client = this.#peer.sourceOf(head.headers)
    const count = this.#owner.rules.limiting.count({ method, url, address: client.address, isHandshake })
    if (count === undefined) return this.#admit({ head, client, counted: undefined }, isHandshake)
    this.#phase = counting
    void count.then((counted) => {
      // the client may have gone
      if (this.#phase === counting) this.#admit({ head, client, counted }, isHandshake)
    })
  }

  /** What is refused here was not looked at but for its head: what a client that sends too much costs. */
  #admit(asked: Asked, isHandshake: boolean): void {
    const { counted, head } = asked
    const length = head.fault ?? bodyBytes(head, this.#owner.rules)
    if (counted?.refusal !== undefined) {
      return this.#refuse(counted.refusal, asked, length === 0 && !isHandshake ? "stays" : "closes")
    }
    if (length instanceof Problem) return this.#refuse(length, asked)
    if (length === 0) return isHandshake ? this.#upgrade(asked) : this.#serve(asked, nothing)
    this.#phase = { _tag: "Body", asked, length, body: undefined }
    if (this.#unread === undefined && head.readsChunks && head.headers["expect"]?.toLowerCase() === "100-continue") {
      this.#socket.write("HTTP/1.1 100 Continue\r\n\r\n")
    }
    this.#readBody(this.#phase)
  }

  #upgrade(asked: Asked): void {
    const { client, head } = asked
    const refusal = this.#owner.sockets.refusal(head, client)
    if (refusal !== undefined) return this.#refuse(refusal, asked)
    const rest = this.#unread ?? nothing
    this.#socket.off("data", this.#onData).off("end", this.#onEnd).off("error", ignore).off("close", this.#onClose)
      .off("drain", this.#onDrain)
    this.#onClose()
    this.#owner.sockets.open(head, this.#socket, rest, client)
  }

  #readBody(phase: Extract<Phase, { _tag: "Body" }>): void {
    const unread = this.#unread
    if (unread !== undefined) {
      const missing = phase.length - (phase.body?.length ?? 0)
      const part = unread.length > missing ? unread.subarray(0, missing) : unread
      this.#unread = part === unread ? undefined : unread.subarray(part.length)
      if (phase.body === undefined) phase.body = new GrowingBytes(part, phase.length)
      else phase.body.append(part)
    }
    if (phase.body === undefined || phase.body.length < phase.length) {
      return this.#ended
        ? this.#refuse(malformed("The body did not arrive whole."), phase.asked)
        : this.#readMore()
    }
    this.#serve(phase.asked, phase.body.bytes())
  }

  #serve(asked: Asked, body: Buffer): void {
    const { client, counted, head } = asked
    const handle = this.#owner.handle()
    if (handle === undefined) return this.#refuse(notServing, asked)
    const exchange = new NodeExchange(this, head)
    exchange.counted = counted
    this.#answering(exchange)
    handle(
      exchange,
      new WholeRequest({
        source: exchange,
        method: head.method,
        url: head.url,
        headers: Headers.fromRecordUnsafe(head.headers),
        peerAddress: this.#peer.address,
        client,
        body
      })
    )
  }

  #refuse(
    problem: Problem,
    { client, counted, head }: Asked,
    connection: "closes" | "stays" = "closes"
  ): void {
    const { headers, method, url } = head
    const exchange = new NodeExchange(this, head)
    this.#answering(exchange)
    exchange.refuse(
      this.#owner.refuse(problem, {
        method,
        url,
        requestId: headers["x-request-id"],
        origin: headers["origin"],
        limits: counted?.headers() ?? {},
        clientAddress: client.address
      }),
      connection
    )
  }

  #refuseUnread(problem: Problem): void {
    const exchange = new NodeExchange(this, { method: "GET", keepsAlive: false, readsChunks: false })
    this.#answering(exchange)
    const request = unreadRequest(this.#peer.sourceOf({}).address, this.#owner.rules.limiting.uncounted)
    exchange.refuse(this.#owner.refuse(problem, request), "closes")
  }

  #answering(exchange: NodeExchange): void {
    this.#phase = { _tag: "Answering", exchange }
    if (this.#ended) this.#patience = patience.halfClosed
  }
}

/** What is before a request (RFC 9112, section 2.2) is skipped. */
const withoutEmptyLines = (unread: Buffer | undefined): Buffer | undefined => {
  if (unread === undefined) return undefined
  let at = 0
  while (unread[at] === carriageReturn && unread[at + 1] === lineFeed) at += 2
  return at === unread.length ? undefined : unread.subarray(at)
}

const ignore = (): void => {}
