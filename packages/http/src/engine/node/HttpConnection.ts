/**
 * One connection of HTTP/1.1: reads requests, and has them answered one by one, in order.
 *
 * While a request is answered nothing more is read, until the client has taken the whole answer: who asks for more than they read
 * costs no memory, and who asks without end is served in turns with all others. A client that has sent its last byte still
 * gets its answer.
 */
import { Headers } from "effect/http"
import type { Socket } from "node:net"
import { Problem } from "../../problems/Problem.ts"
import { Allowance, perSecond } from "../Allowance.ts"
import { bodyBytes } from "../Framing.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { malformed, notServing, type RefusedRequest, unreadRequest } from "../Refusal.ts"
import { WholeRequest } from "../WholeRequest.ts"
import type { ConnectionOwner } from "./ConnectionOwner.ts"
import { NodeExchange, type Wire } from "./NodeExchange.ts"
import { faultOfPart, headBytesMax, headTooLarge, parseHead, type RequestHead } from "./RequestHead.ts"

/** Seconds. */
export const patience = {
  /** For a request to begin, and from its beginning to its last byte. */
  request: 10,
  /** For a client to take some of its answer. */
  unread: 30,
  /** For the answer to a client that has sent all it wants to, and may be gone. */
  halfClosed: 30,
  /** For a client to end its side, once the last answer is sent. */
  goodbye: 2
} as const

/** What a client may send after its last answer, before it is cut off. */
const discardedBytesMax = 256 * 1024

type Phase =
  | { readonly _tag: "Reading" }
  | { readonly _tag: "Body"; readonly head: RequestHead; readonly chunks: Array<Buffer>; missing: number }
  | { readonly _tag: "Answering"; readonly exchange: NodeExchange }
  /** The last answer is sent: the client is to end its side. */
  | { readonly _tag: "Ending"; discarded: number }
  /** It is a WebSocket, or closed. */
  | { readonly _tag: "Gone" }

const reading: Phase = { _tag: "Reading" }
const gone: Phase = { _tag: "Gone" }
const nothing = Buffer.alloc(0)
const endOfHead = Buffer.from("\r\n\r\n")
const [carriageReturn, lineFeed] = [0x0d, 0x0a]

export class HttpConnection implements Wire {
  readonly peerAddress: string
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  #phase: Phase = reading
  /** Was read, and not looked at yet. */
  #unread: Buffer | undefined
  /** The client sends no more. */
  #ended = false
  /** Seconds until whoever is waited for is cut off. */
  #patience: number = patience.request
  /** The end of an answer is on its way to the kernel. */
  #sending = false
  readonly #requests = new Allowance(perSecond.requests)
  readonly #bytes = new Allowance(perSecond.bytes)

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket
    this.#owner = owner
    this.peerAddress = PeerAddress.fromText(socket.remoteAddress ?? "")
    socket.on("data", this.#onData).on("end", this.#onEnd).on("error", ignore).on("close", this.#onClose)
      .on("drain", this.#onDrain).on("timeout", this.destroy)
  }

  /** A second has gone by. */
  readonly sweep = (): void => {
    const waited = this.#requests.isUsedUp || this.#bytes.isUsedUp
    this.#requests.renew()
    this.#bytes.renew()
    if (this.#phase._tag === "Answering" && !this.#ended) return
    if (--this.#patience <= 0) return this.destroy()
    if (waited) this.#advance()
  }

  /** No request that has not begun is waited for any more. */
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
    const taken = typeof bytes === "string" ? this.#socket.write(bytes, encoding) : this.#socket.write(bytes)
    if (!taken) this.#socket.setTimeout(patience.unread * 1_000)
    return taken
  }

  together(writes: () => void): void {
    this.#socket.cork()
    writes()
    this.#socket.uncork()
  }

  answered(isLast: boolean): void {
    if (isLast) return this.#end()
    if (this.#socket.writableLength === 0) return this.#taken()
    this.#sending = true
    this.#socket.setTimeout(patience.unread * 1_000)
    this.#socket.write(nothing, this.#taken)
  }

  /** The client, or its kernel, has all of the answer. */
  readonly #taken = (): void => {
    if (this.#sending) {
      this.#sending = false
      this.#socket.setTimeout(0)
    }
    if (this.#phase === gone || this.#phase._tag === "Ending") return
    this.#phase = reading
    this.#patience = patience.request
    if (this.#unread !== undefined) setImmediate(this.#advance) // the others first
    else if (this.#ended || this.isStopping()) this.#end()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** No more is answered. What the client still sends is thrown away for a while: an answer may be lost where it is not read. */
  #end(): void {
    if (this.#phase === gone) return
    this.#phase = { _tag: "Ending", discarded: 0 }
    this.#unread = undefined
    this.#patience = Infinity
    this.#socket.setTimeout(patience.unread * 1_000)
    this.#socket.pause()
    this.#socket.end(() => {
      this.#patience = patience.goodbye
      this.#socket.setTimeout(0)
      this.#socket.resume()
    })
  }

  readonly #onDrain = (): void => {
    if (!this.#sending) this.#socket.setTimeout(0)
    if (this.#phase._tag === "Answering") this.#phase.exchange.onWritable?.()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes.use(chunk.length)
    const phase = this.#phase
    if (phase._tag === "Gone") return
    if (phase._tag === "Ending") {
      phase.discarded += chunk.length
      if (phase.discarded > discardedBytesMax) this.destroy()
      return
    }
    if (phase === reading && this.#unread === undefined) this.#patience = patience.request
    this.#unread = this.#unread === undefined ? chunk : Buffer.concat([this.#unread, chunk])
    if (phase._tag === "Answering") this.#socket.pause()
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
    this.#unread = undefined
    this.#owner.closed()
    if (phase._tag === "Answering") phase.exchange.abort()
  }

  /** Takes the next request from what was read, if it is whole. */
  readonly #advance = (): void => {
    if (this.#phase._tag !== "Reading" && this.#phase._tag !== "Body") return
    if (this.#requests.isUsedUp || this.#bytes.isUsedUp) {
      this.#socket.pause() // until the sweep
      return
    }
    if (this.#phase === reading) this.#readHead()
    if (this.#phase._tag === "Body") this.#readBody(this.#phase)
    if ((this.#phase === reading || this.#phase._tag === "Body") && !this.#ended && this.#socket.isPaused()) {
      this.#socket.resume()
    }
  }

  #readHead(): void {
    let unread = this.#unread
    // RFC 9112, section 2.2: empty lines before a request are skipped
    while (unread?.[0] === carriageReturn && unread[1] === lineFeed) unread = unread.subarray(2)
    this.#unread = unread
    if (unread === undefined || unread.length === 0) {
      this.#unread = undefined
      if (this.#ended) this.#end()
      return
    }
    const end = unread.indexOf(endOfHead)
    if (end < 0 ? unread.length >= headBytesMax : end + endOfHead.length > headBytesMax) {
      return this.#refuseUnread(headTooLarge)
    }
    if (end < 0) {
      const fault = faultOfPart(unread.toString("latin1")) ??
        (this.#ended ? malformed("The request did not arrive whole.") : undefined)
      if (fault !== undefined) this.#refuseUnread(fault)
      return
    }
    const head = parseHead(unread.toString("latin1", 0, end))
    this.#unread = unread.length === end + endOfHead.length ? undefined : unread.subarray(end + endOfHead.length)
    if (head instanceof Problem) return this.#refuseUnread(head)
    this.#begin(head)
  }

  #begin(head: RequestHead): void {
    this.#requests.use(1)
    const length = head.fault ?? bodyBytes(head, this.#owner.rules)
    if (length instanceof Problem) return this.#refuse(length, head)
    if (length === 0) {
      return this.#owner.sockets.asks(head) ? this.#upgrade(head) : this.#serve(head, nothing)
    }
    this.#phase = { _tag: "Body", head, chunks: [], missing: length }
    if (this.#unread === undefined && head.headers["expect"]?.toLowerCase() === "100-continue") {
      this.#socket.write("HTTP/1.1 100 Continue\r\n\r\n")
    }
  }

  #upgrade(head: RequestHead): void {
    const refusal = this.#owner.sockets.refusal(head, this.peerAddress)
    if (refusal !== undefined) return this.#refuse(refusal, head)
    const rest = this.#unread ?? nothing
    this.#socket.off("data", this.#onData).off("end", this.#onEnd).off("error", ignore).off("close", this.#onClose)
      .off("drain", this.#onDrain).off("timeout", this.destroy)
    this.#onClose()
    this.#owner.sockets.open(head, this.#socket, rest)
  }

  #readBody(phase: Extract<Phase, { _tag: "Body" }>): void {
    const unread = this.#unread
    if (unread !== undefined) {
      const part = unread.length > phase.missing ? unread.subarray(0, phase.missing) : unread
      this.#unread = part === unread ? undefined : unread.subarray(part.length)
      phase.chunks.push(part)
      phase.missing -= part.length
    }
    if (phase.missing > 0) {
      if (this.#ended) this.#refuse(malformed("The body did not arrive whole."), phase.head)
      return
    }
    const [only = nothing, ...more] = phase.chunks
    this.#serve(phase.head, more.length === 0 ? only : Buffer.concat(phase.chunks))
  }

  #serve(head: RequestHead, body: Buffer): void {
    const handle = this.#owner.handle()
    if (handle === undefined) return this.#refuse(notServing, head)
    const exchange = new NodeExchange(this, head)
    this.#phase = { _tag: "Answering", exchange }
    handle(
      exchange,
      new WholeRequest({
        source: exchange,
        method: head.method,
        url: head.url,
        headers: Headers.fromRecordUnsafe(head.headers),
        peerAddress: this.peerAddress,
        body
      })
    )
  }

  #refuse(problem: Problem, { headers, method, url }: RequestHead): void {
    this.#answer(
      problem,
      { method, url, requestId: headers["x-request-id"], origin: headers["origin"], peerAddress: this.peerAddress },
      method
    )
  }

  #refuseUnread(problem: Problem): void {
    this.#answer(problem, unreadRequest(this.peerAddress), "GET")
  }

  #answer(problem: Problem, request: RefusedRequest, method: string): void {
    const exchange = new NodeExchange(this, { method, keepsAlive: false, readsChunks: false })
    this.#phase = { _tag: "Answering", exchange }
    exchange.refuse(this.#owner.refuse(problem, request))
  }
}

const ignore = (): void => {}
