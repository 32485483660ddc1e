/**
 * Effect's `HttpServer` on Node's, with the rules of the other engine: the application sees whole requests only, and what
 * is not lawful HTTP is answered with a problem before it.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { ByteSize, Effect, Exit, Option, Result, Scope } from "effect"
import {
  HttpIncomingMessage,
  HttpServer,
  HttpServerError,
  HttpServerRequest,
  type HttpServerResponse
} from "effect/http"
import { NetAddress } from "effect/net"
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { requestIdOf } from "../../requests/RequestId.ts"
import { defaultGracePeriod, type EngineOptions } from "../EngineOptions.ts"
import { defaultMaxBodyBytes, framing } from "../Framing.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { bodyTooLarge, malformed, notServing, type Refusal, render, toResponse, traceRefused } from "../Refusal.ts"
import { WholeRequest } from "../WholeRequest.ts"
import { rawResponse } from "./NodeSockets.ts"

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
  let maxBodyBytes = defaultMaxBodyBytes
  /** Responses that are not complete. */
  const open = new Set<ServerResponse>()
  const latest = new WeakMap<Socket, ServerResponse>()
  let drained: (() => void) | undefined

  server.on("request", (request, response) => {
    open.add(response)
    latest.set(request.socket, response)
    response.on("close", () => {
      open.delete(response)
      if (open.size === 0) drained?.()
    })
    const refusal = handle === undefined ? notServing : unlawful(request, maxBodyBytes)
    if (refusal !== undefined) return refuse(request, response, refusal)
    handle?.(request, response)
  })
  server.on("clientError", (error: NodeJS.ErrnoException, connection: Socket) => {
    const response = latest.get(connection)
    const answering = response !== undefined && open.has(response) && response.headersSent
    const slow = error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    if (slow || !connection.writable) connection.destroy()
    else if (answering) connection.destroySoon()
    else connection.end(rawResponse(malformed("This is not a lawful HTTP/1.1 request."), requestIdOf(undefined)))
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
      const requests = Scope.makeUnsafe("parallel")
      const configured = yield* HttpIncomingMessage.MaxBodySize
      if (configured !== undefined) maxBodyBytes = Number(configured)
      handle = yield* NodeHttpServer.makeHandler(
        onceWhole(httpApp, maxBodyBytes),
        { scope: requests, middleware }
      )
      yield* Scope.addFinalizer(
        yield* Effect.scope,
        Effect.callback<void>((resume) => {
          handle = undefined
          server.close()
          for (const response of open) response.shouldKeepAlive = false
          drained = () => resume(Effect.void)
          if (open.size === 0) drained()
        }).pipe(
          Effect.timeoutOption(options.gracePeriod ?? defaultGracePeriod),
          // interrupts what is left; detached, since a handler that cannot be interrupted must not hold up the stop
          Effect.andThen(Effect.forkDetach(Scope.close(requests, Exit.void)))
        )
      )
    })
  })
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
const unlawful = (request: IncomingMessage, maxBodyBytes: number): Refusal | undefined => {
  if (request.method === "TRACE") return traceRefused
  const frame = framing(request.headers["content-length"], request.headers["transfer-encoding"])
  if (frame._tag === "Faulty") return malformed(frame.detail)
  if (frame._tag === "Body" && frame.length !== undefined && frame.length > maxBodyBytes) {
    return bodyTooLarge(maxBodyBytes)
  }
  return undefined
}

const refuse = (request: IncomingMessage, response: ServerResponse, refusal: Refusal): void => {
  const { status, headers, body } = render(refusal, requestIdOf(request.headers["x-request-id"]?.toString()))
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body), connection: "close" })
  response.end(body)
}

/** Runs `httpApp` once the body has arrived, with a request that holds it. */
const onceWhole = <E, R>(httpApp: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>, maxBodyBytes: number) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const read = yield* Effect.result(bodyOf(request, maxBodyBytes))
    if (Result.isFailure(read)) return toResponse(read.failure, requestIdOf(request.headers["x-request-id"]))
    const whole = new WholeRequest({
      source: request.source,
      method: request.method,
      url: request.url,
      headers: request.headers,
      peerAddress: PeerAddress.fromText(Option.getOrElse(request.remoteAddress, () => "")),
      body: read.success
    })
    return yield* Effect.provideService(httpApp, HttpServerRequest.HttpServerRequest, whole)
  })

const bodyOf = (
  request: HttpServerRequest.HttpServerRequest,
  maxBodyBytes: number
): Effect.Effect<Buffer, Refusal> =>
  framing(request.headers["content-length"], request.headers["transfer-encoding"])._tag === "Empty"
    ? Effect.succeed(nothing)
    : request.arrayBuffer.pipe(
      Effect.map((bytes) => Buffer.from(bytes)),
      Effect.mapError(({ reason }) =>
        reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
          ? bodyTooLarge(maxBodyBytes)
          : malformed("The body did not arrive whole.")
      ),
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBodyBytes))
    )

const nothing = Buffer.alloc(0)
