/** One request on a connection of Node's, and how its answer is written. */
import { Effect, Exit, Latch, Stream } from "effect"
import { Cookies, type HttpServerResponse } from "effect/http"
import type { RenderedProblem } from "../../problems/ProblemResponse.ts"
import { Exchange } from "../Exchange.ts"
import { reasonPhrase } from "../Refusal.ts"
import { lengthOf } from "../ResponsePayload.ts"
import type { RequestHead } from "./RequestHead.ts"

/** What an exchange needs of its connection. */
export interface Wire {
  /** Sends bytes of an answer; returns whether more may follow at once, else `onWritable` is called. */
  readonly write: (bytes: string | Uint8Array, encoding: "latin1" | "utf8") => boolean
  /** Sends head and body of an answer, a part at a time, as the client takes them, and then as `answered`. */
  readonly send: (head: string, body: Uint8Array, isLast: boolean) => void
  /** All of the answer was written; the connection ends once it is sent, where `isLast`. */
  readonly answered: (isLast: boolean) => void
  /** Ends the connection at once. */
  readonly destroy: () => void
  /** Whether the connection is to end with this answer, whatever its request says. */
  readonly isStopping: () => boolean
  /** As many `write`s as one. */
  readonly together: (writes: () => void) => void
}

export class NodeExchange extends Exchange {
  /** The client reads again what was written. */
  onWritable: (() => void) | undefined
  readonly #wire: Wire
  readonly #head: Pick<RequestHead, "keepsAlive" | "method" | "readsChunks">
  /** Nothing more can be sent: the answer is complete, or the client is gone. */
  #over = false

  constructor(wire: Wire, head: Pick<RequestHead, "keepsAlive" | "method" | "readsChunks">) {
    super()
    this.#wire = wire
    this.#head = head
  }

  /** The connection is gone. */
  abort(): void {
    if (this.#over) return
    this.#over = true
    this.onWritable?.()
    this.onAborted?.()
  }

  refuse({ body, headers, status }: RenderedProblem, connection: "closes" | "stays"): void {
    const isLast = connection === "closes" || this.#isLast
    this.#end(isLast, () => {
      const head = headOf(status, headers, Buffer.byteLength(body), isLast)
      this.#wire.write(this.isHead ? head : head + body, "utf8")
    })
  }

  get isOver(): boolean {
    return this.#over
  }

  protected get isHead(): boolean {
    return this.#head.method === "HEAD"
  }

  get #isLast(): boolean {
    return !this.#head.keepsAlive || this.#wire.isStopping()
  }

  protected sendHead(response: HttpServerResponse.HttpServerResponse): Effect.Effect<void> {
    const isLast = this.#isLast
    this.#end(isLast, () => {
      const length = this.isHead ? lengthOf(response) : response.status === 205 ? 0 : undefined
      this.#wire.write(responseHead(response, length, isLast), "latin1")
    })
    return Effect.void
  }

  protected sendWhole(
    response: HttpServerResponse.HttpServerResponse,
    body: string | Uint8Array = ""
  ): Effect.Effect<void> {
    const isLast = this.#isLast
    const length = Buffer.byteLength(body)
    const head = responseHead(response, length, isLast)
    if (typeof body === "string" && length < shortBytesMax && isAscii(head)) {
      this.#end(isLast, () => this.#wire.write(head + body, "utf8"))
    } else {
      this.#over = true
      this.#wire.send(head, typeof body === "string" ? Buffer.from(body) : body, isLast)
    }
    return Effect.void
  }

  protected sendStream(
    response: HttpServerResponse.HttpServerResponse,
    stream: Stream.Stream<Uint8Array>
  ): Effect.Effect<void> {
    const wire = this.#wire
    const length = lengthOf(response)
    const inChunks = length === undefined && this.#head.readsChunks
    const isLast = this.#isLast || (length === undefined && !inChunks)
    const writable = Latch.makeUnsafe(true)
    let missing = length ?? Infinity
    this.onWritable = () => writable.openUnsafe()
    wire.write(responseHead(response, inChunks ? "chunked" : length, isLast), "latin1")
    return stream.pipe(
      Stream.runForEachArray((chunks) => {
        if (this.#over) return Effect.interrupt
        let taken = true
        wire.together(() => {
          for (const chunk of chunks) {
            if (chunk.length === 0) continue
            missing -= chunk.length
            if (missing < 0) throw new Error("a streamed answer is longer than it said")
            if (inChunks) wire.write(`${chunk.length.toString(16)}\r\n`, "latin1")
            taken = wire.write(chunk, "latin1")
            if (inChunks) taken = wire.write("\r\n", "latin1")
          }
        })
        if (taken) return Effect.void
        writable.closeUnsafe()
        return writable.await
      }),
      Effect.interruptible,
      Effect.onExit((exit) =>
        Effect.sync(() =>
          this.#endStream(Exit.isSuccess(exit) && (length === undefined || missing === 0), inChunks, isLast)
        )
      )
    )
  }

  /** Half a body must not look like a whole one. */
  #endStream(isWhole: boolean, inChunks: boolean, isLast: boolean): void {
    if (this.#over) return
    if (!isWhole) return this.#wire.destroy()
    this.#end(isLast, () => {
      if (inChunks) this.#wire.write("0\r\n\r\n", "latin1")
    })
  }

  #end(isLast: boolean, write: () => void): void {
    if (this.#over) return
    this.#over = true
    write()
    this.#wire.answered(isLast)
  }
}

/** A body of text that is shorter is sent with its head, in one piece. */
const shortBytesMax = 16 * 1024

/** The connection says these itself, from what it knows of the body. */
const written: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "connection", "date"])

/** `length`: of the body in bytes; undefined: not said, since there is none, or it ends with the connection. */
const headOf = (
  status: number,
  headers: Readonly<Record<string, string>>,
  length: number | "chunked" | undefined,
  isLast: boolean
): string => {
  let head = statusLine(status)
  for (const name of Object.keys(headers)) {
    if (!written.has(name)) head += `${name}: ${headers[name]}\r\n`
  }
  head += date()
  if (length === "chunked") head += "transfer-encoding: chunked\r\n"
  else if (length !== undefined) head += `content-length: ${length}\r\n`
  return isLast ? `${head}connection: close\r\n\r\n` : `${head}\r\n`
}

const responseHead = (
  { cookies, headers, status }: HttpServerResponse.HttpServerResponse,
  length: number | "chunked" | undefined,
  isLast: boolean
): string => {
  const head = headOf(status, headers, length, isLast)
  if (Cookies.isEmpty(cookies)) return head
  const lines = Cookies.toSetCookieHeaders(cookies).map((cookie) => `set-cookie: ${cookie}\r\n`)
  return `${head.slice(0, -2)}${lines.join("")}\r\n`
}

const statusLines = new Map<number, string>()

const statusLine = (status: number): string => {
  let line = statusLines.get(status)
  if (line === undefined) statusLines.set(status, line = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`)
  return line
}

let dateLine = { second: 0, text: "" }

/** Made once a second. */
const date = (): string => {
  const second = Math.trunc(performance.now() / 1_000)
  if (dateLine.second !== second || dateLine.text === "") {
    dateLine = { second, text: `date: ${new Date().toUTCString()}\r\n` }
  }
  return dateLine.text
}

// oxlint-disable-next-line no-control-regex -- ASCII has them
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)
