/**
 * OpenTelemetry: traces of some requests, and every figure that `/metrics` has, sent by OTLP over HTTP (OTEL_EXPORTER_OTLP_ENDPOINT).
 *
 * At most twenty requests a second are traced, whatever a client's `traceparent` asks for, and of each at most 200 spans. A span tells its
 * name, its times, and the few attributes that are named here: Effect's own would tell addresses, paths, headers, and errors' words.
 * What cannot be sent is dropped for a minute.
 */
import { knownMethod } from "@ddd/http/boundary/RequestRecord"
import { Data, Effect, Exit, Layer, Option, Tracer } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { OtlpExporter, OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"
import { tagOf } from "../TagOf.ts"
import { makeAllowance } from "./Allowance.ts"
import { countFailed, post } from "./Post.ts"

const tracesPerSecond = 20
const spansMax = 200
/** How long the end of the process waits for each of the last two messages. */
const lastWords = "1 second"
const figuresPause = "15 seconds"

const attributes: ReadonlySet<string> = new Set([
  "http.request.method",
  "http.response.status_code",
  "http.route",
  "db.system.name",
  "db.operation.name"
])

const valueCharactersMax = 100

/** An error that says what kind it was, and nothing else. */
class Failed extends Data.Error<{ readonly message: string }> {}

const kindOf = (exit: Exit.Exit<unknown, unknown>): string =>
  tagOf(Option.getOrUndefined(Exit.findErrorOption(exit))) ?? "Defect"

/** How a span ended, without a value, a message or a stack. */
const bare = (exit: Exit.Exit<unknown, unknown>): Exit.Exit<unknown, unknown> => {
  if (Exit.isSuccess(exit)) return Exit.void
  if (Exit.hasInterrupts(exit)) return exit
  const failed = new Failed({ message: kindOf(exit) })
  failed.stack = ""
  return Exit.fail(failed)
}

/** How many spans a trace may still have. */
interface Trace {
  left: number
}

/** A span that is told. */
class ToldSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly #span: Tracer.Span
  readonly trace: Trace

  constructor(span: Tracer.Span, trace: Trace) {
    this.#span = span
    this.trace = trace
  }

  get name() {
    return this.#span.name
  }
  get spanId() {
    return this.#span.spanId
  }
  get traceId() {
    return this.#span.traceId
  }
  get parent() {
    return this.#span.parent
  }
  get annotations() {
    return this.#span.annotations
  }
  get status() {
    return this.#span.status
  }
  get attributes() {
    return this.#span.attributes
  }
  get links() {
    return this.#span.links
  }
  get sampled() {
    return this.#span.sampled
  }
  get kind() {
    return this.#span.kind
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.#span.end(endTime, bare(exit))
  }

  attribute(key: string, value: unknown): void {
    if (!attributes.has(key) || (typeof value !== "string" && typeof value !== "number")) return
    const told = key === "http.request.method" ? knownMethod(String(value)) : value
    this.#span.attribute(key, typeof told === "number" ? told : told.slice(0, valueCharactersMax))
  }

  event(): void {}

  addLinks(): void {}
}

/** Traces some of the requests, and nothing that the server does by itself; `otlp` sends what is told. */
export const sampling = (otlp: Tracer.Tracer, now?: () => number): Tracer.Tracer => {
  const mayBegin = makeAllowance(tracesPerSecond, 1_000, now)
  const traceOf = ({ kind, parent }: Parameters<Tracer.Tracer["span"]>[0]): Trace | undefined => {
    if (Option.isSome(parent) && parent.value._tag === "Span") {
      const trace = parent.value instanceof ToldSpan ? parent.value.trace : undefined
      return trace !== undefined && trace.left-- > 0 ? trace : undefined
    }
    return kind === "server" && mayBegin() ? { left: spansMax - 1 } : undefined
  }
  return Tracer.make({
    span: (options) => {
      const trace = traceOf(options)
      // a request's span is called by its method, which may be anything
      const name = options.kind === "server" ? knownMethod(options.name) : options.name
      const span = otlp.span({ ...options, name, links: [], sampled: trace !== undefined })
      return trace === undefined ? span : new ToldSpan(span, trace)
    }
  })
}

/** Sends one message at a time: whatever else comes meanwhile fails. */
const makeClient = (): HttpClient.HttpClient => {
  const busy = new Set<string>()
  const failure = (request: HttpClientRequest.HttpClientRequest, cause: unknown) => {
    countFailed("otlp")
    return new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
  }
  return HttpClient.make((request, url) => {
    const { body, headers } = request
    if (busy.has(url.pathname)) return Effect.fail(failure(request, "the last message is still being sent"))
    if (body._tag !== "Uint8Array") return Effect.fail(failure(request, "a message is bytes"))
    busy.add(url.pathname)
    return Effect.tryPromise({
      try: async (signal) => {
        const sent = { ...headers, "content-type": body.contentType }
        const status = await post(url, sent, new Uint8Array(body.body), signal)
        if (status >= 300) countFailed("otlp")
        return HttpClientResponse.fromWeb(request, new Response(null, { status }))
      },
      catch: (cause) => failure(request, cause)
    }).pipe(Effect.ensuring(Effect.sync(() => busy.delete(url.pathname))))
  })
}

/** Where the two kinds of messages go below the endpoint (OTLP/HTTP). */
const below = (endpoint: URL, path: string): string => `${endpoint.href.replace(/\/$/, "")}${path}`

/** Sends to `endpoint` until the scope closes. */
export const layer = (endpoint: URL, version: string) => {
  const resource = { serviceName: "daily-dollar-draw", serviceVersion: version }
  const tracer = Layer.effect(
    Tracer.Tracer,
    Effect.map(
      OtlpTracer.make({ url: below(endpoint, "/v1/traces"), resource, shutdownTimeout: lastWords }),
      (otlp) => sampling(otlp)
    )
  )
  const figures = OtlpMetrics.layer({
    url: below(endpoint, "/v1/metrics"),
    resource,
    exportInterval: figuresPause,
    shutdownTimeout: lastWords
  })
  return Layer.merge(tracer, figures).pipe(
    Layer.provide([
      OtlpExporter.layerFlusher,
      OtlpSerialization.layerJson,
      Layer.succeed(HttpClient.HttpClient, makeClient())
    ])
  )
}
