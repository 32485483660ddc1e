/**
 * A request that has arrived whole, as Effect's `HttpServerRequest`.
 *
 * Everything here is a copy, which may be read at any time and as often as one likes: uWebSockets.js lends its own request
 * for the time of one callback, Node gives a body once.
 */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import { Effect, Inspectable, Option, type Schema, Stream } from "effect"
import {
  Cookies,
  type Headers,
  HttpIncomingMessage,
  HttpServerError,
  HttpServerRequest,
  Multipart,
  UrlParams
} from "effect/http"

/** What the engine knows of a request. */
export interface Received {
  /** The engine's own object for the exchange. */
  readonly source: object
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Headers.Headers
  /** Of the connection's other end, in text form. */
  readonly peerAddress: string
  /** Whom the request counts for: the same, or whom a trusted proxy there names. */
  readonly client: Client
  readonly body: Buffer
}

type Overrides = Parameters<HttpServerRequest.HttpServerRequest["modify"]>[0]

export class WholeRequest extends Inspectable.Class implements HttpServerRequest.HttpServerRequest {
  readonly [HttpServerRequest.TypeId]: typeof HttpServerRequest.TypeId = HttpServerRequest.TypeId
  readonly [HttpIncomingMessage.TypeId]: typeof HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly source: object
  readonly method: string
  readonly url: string
  readonly headers: Headers.Headers
  readonly protocol: "http" | "https" | undefined
  readonly remoteAddress: Option.Option<string>
  readonly peerAddress: Option.Option<string>
  readonly #received: Received
  #cookies: Readonly<Record<string, string>> | undefined

  constructor(received: Received, overrides: Overrides = {}) {
    super()
    this.#received = received
    this.source = received.source
    this.method = received.method
    this.url = overrides.url ?? received.url
    this.headers = overrides.headers ?? received.headers
    this.protocol = overrides.protocol ?? received.client.protocol
    this.remoteAddress = overrides.remoteAddress ?? Option.some(received.client.address)
    this.peerAddress = overrides.peerAddress ?? Option.some(received.peerAddress)
  }

  modify(options: Overrides): WholeRequest {
    return new WholeRequest(this.#received, {
      url: this.url,
      headers: this.headers,
      remoteAddress: this.remoteAddress,
      peerAddress: this.peerAddress,
      ...(this.protocol === undefined ? {} : { protocol: this.protocol }),
      ...options
    })
  }

  get originalUrl(): string {
    const { headers, url } = this.#received
    return headers["host"] === undefined ? url : `http://${headers["host"]}${url}`
  }

  get cookies(): Readonly<Record<string, string>> {
    return this.#cookies ??= Cookies.parseHeader(this.headers["cookie"] ?? "")
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer> {
    return Effect.sync(() => new Uint8Array(this.#received.body).buffer)
  }

  get text(): Effect.Effect<string> {
    return Effect.sync(() => this.#received.body.toString("utf8"))
  }

  get json(): Effect.Effect<Schema.Json, HttpServerError.HttpServerError> {
    return Effect.flatMap(
      this.text,
      (text) =>
        Effect.try({
          try: (): Schema.Json => text === "" ? null : JSON.parse(text),
          catch: (cause) => this.#fault(cause)
        })
    )
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams> {
    // a leading "?" is part of the first name; URLSearchParams would drop it
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text.replace(/^\?/, "%3F"))))
  }

  get stream(): Stream.Stream<Uint8Array> {
    const { body } = this.#received
    return body.length === 0 ? Stream.empty : Stream.succeed(new Uint8Array(body))
  }

  get multipartStream(): Stream.Stream<Multipart.Part, Multipart.MultipartError> {
    return Stream.pipeThroughChannel(this.stream, Multipart.makeChannel(this.headers))
  }

  get multipart() {
    return Multipart.toPersisted(this.multipartStream)
  }

  get upgrade() {
    return this.upgradeWith()
  }

  upgradeWith(): Effect.Effect<never, HttpServerError.HttpServerError> {
    return Effect.fail(this.#fault(new Error("this engine opens WebSockets at one path only, before the application")))
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, {
      _id: "HttpServerRequest",
      method: this.method,
      url: UrlParams.redactUrl(this.url)
    })
  }

  #fault(cause: unknown): HttpServerError.HttpServerError {
    return new HttpServerError.HttpServerError({
      reason: new HttpServerError.RequestParseError({ request: this, cause })
    })
  }
}
