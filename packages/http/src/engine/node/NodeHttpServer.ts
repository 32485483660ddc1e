/**
 * Effect's `HttpServer` on Node's, with the rules of the other engine: the application sees whole requests only, and what
 * is not lawful HTTP is answered with a problem before it.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { ByteSize, Effect, type Fiber, Option, Result, Scope } from "effect"
import { HttpIncomingMessage, HttpServer, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { NetAddress } from "effect/net"
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { internalProblem, type Problem } from "../../problems/Problem.ts"
import { renderedResponse } from "../../problems/ProblemResponse.ts"
import { keyHeader } from "../../requests/Idempotency.ts"
import type { EngineOptions, RequestRules } from "../EngineOptions.ts"
import { framing } from "../Framing.ts"
import { finishRequests } from "../GracefulStop.ts"
import * as PeerAddress from "../PeerAddress.ts"
import {
  bodyTooLarge,
  keyRepeated,
  malformed,
  notServing,
  renderRefusal,
  traceRefused,
  unreadHead
} from "../Refusal.ts"
import { headFault, logUnsendable } from "../ResponseHead.ts"
import { WholeRequest } from "../WholeRequest.ts"
import { headOf, rawResponse } from "./NodeSockets.ts"

/** What Node is told about clients that are slow, or idle between two requests. Milliseconds. */
export const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 10_000
} as const

/** Listens with `server`, which is closed with the scope. Until `serve`, and once its scope closes, requests are answered 503. */
export const make = Effect.fnUntraced(function*(server: Server, options: EngineOptions) {
  let handle: RequestListener | undefined
  /** Responses that are not complete. */
  const open = new Set<ServerResponse>()
  const latest = new WeakMap<Socket, ServerResponse>()
  let drained: (() => void) | undefined

  const allAnswered = Effect.callback<void>((resume) => {
    drained = () => resume(Effect.void)
    if (open.size === 0) drained()
  })

  server.on("request", (request, response) => {
    open.add(response)
    latest.set(request.socket, response)
    response.on("close", () => {
      open.delete(response)
      if (open.size === 0) drained?.()
    })
    const refusal = handle === undefined ? notServing : unlawful(request, options)
    if (refusal !== undefined) return refuse(request, response, refusal, options)
    handle?.(request, response)
  })
  server.on("clientError", (error: NodeJS.ErrnoException, connection: Socket) => {
    const response = latest.get(connection)
    const answering = response !== undefined && open.has(response) && response.headersSent
    const slow = error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    if (slow || !connection.writable) connection.destroy()
    else if (answering) connection.destroySoon()
    else {
      const refusal = malformed("This is not a lawful HTTP/1.1 request.")
      connection.end(rawResponse(renderRefusal(refusal, unreadHead, options.answerHeaders)))
    }
  })

  yield* Effect.acquireRelease(
    listen(server, options),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const bound = server.address()
  if (bound === null || typeof bound === "string") return yield* Effect.die(new Error("the server has no port"))
  const address = yield* Effect.fromResult(NetAddress.inetAddressFromIpString(bound.address, bound.port)).pipe(
    Effect.mapError((cause) => new HttpServerError.ServeError({ cause }))
  )

  return HttpServer.make({
    address,
    serve: Effect.fnUntraced(function*(httpApp, middleware) {
      const running = new Set<Fiber.Fiber<unknown, unknown>>()
      handle = yield* NodeHttpServer.makeHandler(
        tracked(onceWhole(httpApp, options), running),
        // a scope that is never closed: its interrupts would not say why, as those of `finishRequests` do
        { scope: Scope.makeUnsafe(), middleware }
      )
      yield* Scope.addFinalizer(
        yield* Effect.scope,
        Effect.sync(() => {
          handle = undefined
          server.close()
          for (const response of open) response.shouldKeepAlive = false
        }).pipe(Effect.andThen(finishRequests(allAnswered, running, options.gracePeriod)))
      )
    })
  })
})

/** Keeps the fiber in `running` while it runs. */
const tracked = <A, E, R>(effect: Effect.Effect<A, E, R>, running: Set<Fiber.Fiber<unknown, unknown>>) =>
  Effect.withFiber<A, E, R>((fiber) => {
    running.add(fiber)
    fiber.addObserver(() => running.delete(fiber))
    return effect
  })

const listen = (server: Server, options: EngineOptions) =>
  Effect.callback<void, HttpServerError.ServeError>((resume) => {
    const failed = (cause: Error) => resume(Effect.fail(new HttpServerError.ServeError({ cause })))
    server.once("error", failed)
    server.listen({ host: options.host, port: options.port, exclusive: true }, () => {
      server.off("error", failed)
      resume(Effect.void)
    })
  })

/** Why a request is not handed to the application, as far as its head tells. */
const unlawful = (request: IncomingMessage, { allow, bodyBytesMax }: RequestRules): Problem | undefined => {
  const url = request.url ?? ""
  if (request.method === "TRACE") return traceRefused(allow(url))
  const frame = framing(request.headers["content-length"], request.headers["transfer-encoding"])
  if (frame._tag === "Faulty") return malformed(frame.detail)
  if ((request.headersDistinct[keyHeader]?.length ?? 0) > 1) return keyRepeated
  if (frame._tag === "Empty" || frame.length === undefined) return undefined
  const bytesMax = bodyBytesMax(url)
  return frame.length > bytesMax ? bodyTooLarge(bytesMax) : undefined
}

const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Problem,
  { answerHeaders }: RequestRules
): void => {
  const { body, headers, status } = renderRefusal(refusal, headOf(request), answerHeaders)
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body), connection: "close" })
  response.end(body)
}

/** Runs `httpApp` once the body has arrived, with a request that holds it. Its answer is one that can be sent. */
const onceWhole = <E, R>(
  httpApp: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  { answerHeaders, bodyBytesMax }: RequestRules
) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { headers, url } = request
    const head = { requestId: headers["x-request-id"], origin: headers["origin"] }
    const read = yield* Effect.result(bodyOf(request, bodyBytesMax(url)))
    if (Result.isFailure(read)) {
      const refusal = renderedResponse(renderRefusal(read.failure, head, answerHeaders))
      return HttpServerResponse.setHeader(refusal, "connection", "close")
    }
    const whole = new WholeRequest({
      source: request.source,
      method: request.method,
      url,
      headers,
      peerAddress: PeerAddress.fromText(Option.getOrElse(request.remoteAddress, () => "")),
      body: read.success
    })
    const response = yield* Effect.provideService(httpApp, HttpServerRequest.HttpServerRequest, whole)
    const fault = headFault(response)
    if (fault === undefined) return response
    const internal = renderRefusal(internalProblem, head, answerHeaders)
    yield* logUnsendable(fault, internal)
    return renderedResponse(internal)
  })

const bodyOf = (request: HttpServerRequest.HttpServerRequest, bytesMax: number): Effect.Effect<Buffer, Problem> =>
  framing(request.headers["content-length"], request.headers["transfer-encoding"])._tag === "Empty"
    ? Effect.succeed(nothing)
    : request.arrayBuffer.pipe(
      Effect.map((bytes) => Buffer.from(bytes)),
      Effect.mapError(({ reason }) =>
        reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
          ? bodyTooLarge(bytesMax)
          : malformed("The body did not arrive whole.")
      ),
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bytesMax))
    )

const nothing = Buffer.alloc(0)
