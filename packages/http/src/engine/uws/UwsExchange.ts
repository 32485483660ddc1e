/**
 * One request and its response on uWebSockets.js, guarded.
 *
 * uWS ends the process where a handler returns without having answered and without `onAborted`, and throws where a response
 * is touched after it was ended or its client went away. Everything therefore goes through this object: it is made first,
 * registers `onAborted` at once, and does nothing where nothing may be done any more.
 */
import type { HttpResponse } from "@ddd/uws"
import { Effect, Exit, Latch, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import type { RenderedProblem } from "../../problems/ProblemResponse.ts"
import { Exchange } from "../Exchange.ts"
import { lengthOf } from "../ResponsePayload.ts"
import { statusLine, writeHeaders } from "./UwsHead.ts"

export class UwsExchange extends Exchange {
  readonly #res: HttpResponse
  protected readonly isHead: boolean
  readonly #closing: () => boolean
  /** Nothing more can be sent: the response is complete, or the client is gone. */
  #over = false

  /** `closing` says whether the connection is to end with this response. */
  constructor(res: HttpResponse, method: string, closing: () => boolean) {
    super()
    this.#res = res
    this.isHead = method === "HEAD"
    this.#closing = closing
    res.onAborted(() => {
      this.#over = true
      this.onAborted?.()
    })
  }

  get isOver(): boolean {
    return this.#over
  }

  /** Collects the body, then calls `whole`; or `tooLarge`, as soon as it has more than `bytesMax`. Neither after an abort. */
  collect(bytesMax: number, whole: (body: Buffer) => void, tooLarge: () => void): void {
    const chunks: Array<Buffer> = []
    let size = 0
    this.#res.onData((chunk, isLast) => {
      if (this.#over) return
      size += chunk.byteLength
      if (size > bytesMax) return tooLarge()
      if (chunk.byteLength > 0) chunks.push(Buffer.from(chunk.slice(0))) // a copy: uWS takes the memory back
      if (isLast) whole(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    })
  }

  refuse({ body, headers, status }: RenderedProblem, connection: "closes" | "stays"): void {
    const isLast = connection === "closes" || this.#closing()
    this.#end(status, () => {
      for (const [name, value] of Object.entries(headers)) this.#res.writeHeader(name, value)
      if (this.isHead) this.#res.endWithoutBody(Buffer.byteLength(body), isLast)
      else this.#res.end(body, isLast)
    })
  }

  protected sendHead(response: HttpServerResponse.HttpServerResponse): Effect.Effect<void> {
    this.#end(response.status, () => {
      writeHeaders(this.#res, response)
      const length = this.isHead ? lengthOf(response) : undefined
      if (length !== undefined) this.#res.endWithoutBody(length, this.#closing())
      else this.#res.endWithoutBody() // given `undefined`, it would say a length of 2^63
    })
    return Effect.void
  }

  protected sendWhole(
    response: HttpServerResponse.HttpServerResponse,
    body: string | Uint8Array | undefined
  ): Effect.Effect<void> {
    this.#end(response.status, () => {
      writeHeaders(this.#res, response)
      this.#res.end(body, this.#closing())
    })
    return Effect.void
  }

  protected sendStream(
    response: HttpServerResponse.HttpServerResponse,
    stream: Stream.Stream<Uint8Array>
  ): Effect.Effect<void> {
    const res = this.#res
    const writable = Latch.makeUnsafe(true)
    res.cork(() => {
      res.writeStatus(statusLine(response.status))
      writeHeaders(res, response)
      res.onWritable(() => {
        writable.openUnsafe()
        return true
      })
    })
    return stream.pipe(
      Stream.runForEachArray((chunks) => {
        if (this.#over) return Effect.interrupt
        let taken = true
        res.cork(() => {
          for (const chunk of chunks) taken = res.write(chunk)
        })
        if (taken) return Effect.void
        writable.closeUnsafe()
        return writable.await
      }),
      Effect.interruptible,
      Effect.onExit((exit) => Effect.sync(() => this.#endStream(Exit.isSuccess(exit))))
    )
  }

  /** Half a body must not look like a whole one. */
  #endStream(isWhole: boolean): void {
    if (this.#over) return
    this.#over = true
    if (isWhole) this.#res.cork(() => this.#res.end(undefined, this.#closing()))
    else this.#res.close()
  }

  #end(status: number, rest: () => void): void {
    if (this.#over) return
    this.#over = true
    this.#res.cork(() => {
      this.#res.writeStatus(statusLine(status))
      rest()
    })
  }
}
