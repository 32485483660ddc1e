/**
 * One request and its response on uWebSockets.js, guarded.
 *
 * uWS ends the process where a handler returns without having answered and without `onAborted`, and throws where a response
 * is touched after it was ended or its client went away. Everything therefore goes through this object: it is made first,
 * registers `onAborted` at once, and does nothing where nothing may be done any more.
 */
import type { HttpResponse } from "@ddd/uws"
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Effect, Exit, Latch, Stream } from "effect"
import { Cookies, HttpServerResponse } from "effect/http"
import { Readable } from "node:stream"
import { internal, reasonPhrase, type Refusal, render } from "../Refusal.ts"

export class UwsExchange {
  /** The client went away before the response was complete; called once, at most. */
  onAborted: (() => void) | undefined
  readonly #res: HttpResponse
  readonly #closing: () => boolean
  /** Nothing more can be sent: the response is complete, or the client is gone. */
  #over = false

  /** `closing` says whether the connection is to end with this response. */
  constructor(res: HttpResponse, closing: () => boolean) {
    this.#res = res
    this.#closing = closing
    res.onAborted(() => {
      this.#over = true
      this.onAborted?.()
    })
  }

  /** Collects the body, then calls `whole`; or `tooLarge`, as soon as it has more than `maxBytes`. Neither after an abort. */
  collect(maxBytes: number, whole: (body: Buffer) => void, tooLarge: () => void): void {
    const chunks: Array<Buffer> = []
    let size = 0
    this.#res.onData((chunk, isLast) => {
      if (this.#over) return
      size += chunk.byteLength
      if (size > maxBytes) return tooLarge()
      if (chunk.byteLength > 0) chunks.push(Buffer.from(chunk.slice(0))) // a copy: uWS takes the memory back
      if (isLast) whole(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    })
  }

  /** Answers with a problem and closes the connection: what else stands on it is not to be trusted. */
  refuse(refusal: Refusal, requestId: string): void {
    const { status, headers, body } = render(refusal, requestId)
    this.#end(status, () => {
      for (const [name, value] of Object.entries(headers)) this.#res.writeHeader(name, value)
      this.#res.end(body, true)
    })
  }

  /** Sends the application's response. Completes when all of it was handed over; interrupted where the client goes away. */
  send(method: string, response: HttpServerResponse.HttpServerResponse, requestId: () => string): Effect.Effect<void> {
    if (this.#over) return Effect.void
    const fault = headFault(response)
    if (fault !== undefined) {
      this.refuse(internal, requestId())
      return Effect.die(new Error(fault))
    }
    const body = response.body
    if (HttpServerResponse.omitsBody(response, method === "HEAD")) {
      this.#end(response.status, () => {
        this.#writeHeaders(response)
        this.#res.endWithoutBody(method === "HEAD" ? lengthOf(response) : undefined, this.#closing())
      })
      return Effect.void
    }
    switch (body._tag) {
      case "Empty":
        this.#sendWhole(response, undefined)
        return Effect.void
      case "Uint8Array":
        this.#sendWhole(response, body.text ?? body.body)
        return Effect.void
      case "Stream":
        return this.#sendStream(response, Stream.orDie(body.stream))
      case "Raw": {
        const raw = body.body
        if (raw instanceof Readable) { // how HttpPlatform gives files
          const stream = NodeStream.fromReadable<Uint8Array, unknown>({
            evaluate: () => raw,
            onError: (cause) => cause
          })
          return this.#sendStream(response, Stream.orDie(stream))
        }
        if (typeof raw === "string" || raw instanceof Uint8Array) {
          this.#sendWhole(response, raw)
          return Effect.void
        }
      }
    }
    this.refuse(internal, requestId())
    return Effect.die(new Error(`a response body of the kind ${body._tag} is not supported by the uws engine`))
  }

  #sendWhole(response: HttpServerResponse.HttpServerResponse, body: string | Uint8Array | undefined): void {
    this.#end(response.status, () => {
      this.#writeHeaders(response)
      this.#res.end(body, this.#closing())
    })
  }

  #sendStream(
    response: HttpServerResponse.HttpServerResponse,
    stream: Stream.Stream<Uint8Array>
  ): Effect.Effect<void> {
    const res = this.#res
    const writable = Latch.makeUnsafe(true)
    res.cork(() => {
      res.writeStatus(statusLine(response.status))
      this.#writeHeaders(response)
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
      Effect.onExit((exit) =>
        Effect.sync(() => {
          if (this.#over) return
          this.#over = true
          if (Exit.isSuccess(exit)) {
            res.cork(() => res.end(undefined, this.#closing()))
          } else {
            res.close() // half a body must not look like a whole one
          }
        })
      )
    )
  }

  #end(status: number, rest: () => void): void {
    if (this.#over) return
    this.#over = true
    this.#res.cork(() => {
      this.#res.writeStatus(statusLine(status))
      rest()
    })
  }

  #writeHeaders(response: HttpServerResponse.HttpServerResponse): void {
    for (const [name, value] of Object.entries(response.headers)) {
      if (!uwsWrites.has(name)) this.#res.writeHeader(name, value)
    }
    if (!Cookies.isEmpty(response.cookies)) {
      for (const cookie of Cookies.toSetCookieHeaders(response.cookies)) this.#res.writeHeader("set-cookie", cookie)
    }
  }
}

/** uWS writes these itself, from what it knows of the body. */
const uwsWrites: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"])

const unlawfulValue = /[^\t\x20-\x7e\x80-\xff]/
const unlawfulName = /[^\w!#$%&'*+.^`|~-]/

/** What is wrong with status and headers, where something is: uWS writes whatever it is given, a line break for instance. */
const headFault = (response: HttpServerResponse.HttpServerResponse): string | undefined => {
  if (response.status < 200 || response.status > 599) return `${response.status} is no final status`
  for (const [name, value] of Object.entries(response.headers)) {
    if (unlawfulName.test(name) || unlawfulValue.test(value)) {
      return `the response header ${JSON.stringify(name)} is not lawful`
    }
  }
  return undefined
}

/** The length of the body that GET would answer with, where it is known. */
const lengthOf = ({ body, headers }: HttpServerResponse.HttpServerResponse): number | undefined => {
  const announced = headers["content-length"] // of files: HttpPlatform gives it here alone
  if (announced !== undefined) return Number(announced)
  return "contentLength" in body ? body.contentLength : undefined
}

const statusLines = new Map<number, string>()

const statusLine = (status: number): string => {
  let line = statusLines.get(status)
  if (line === undefined) statusLines.set(status, line = `${status} ${reasonPhrase(status)}`)
  return line
}
