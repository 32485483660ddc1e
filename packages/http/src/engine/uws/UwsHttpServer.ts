/**
 * Effect's `HttpServer` on uWebSockets.js.
 *
 * The application sees a request when its body is complete, within the cap, and of one certain length; before that,
 * nothing happens that would have to be undone. What uWS itself refuses (a header block that cannot be parsed or is over
 * its limits, a missing `Host`, HTTP/1.0, a `Content-Length` beside a `Transfer-Encoding`) it answers with its own 400,
 * 431 or 505 and closes. It cuts off who takes 8 to 12 s over the headers, or as long again over the body, and who sends a
 * second request without waiting for the first one's answer.
 */
import { type HttpRequest, type HttpResponse, type TemplatedApp, type us_listen_socket, uWS } from "@ddd/uws"
import { Context, Effect, type Fiber, Scope } from "effect"
import { Headers, HttpEffect, HttpServer, HttpServerError, HttpServerRequest } from "effect/http"
import { NetAddress } from "effect/net"
import { internalProblem, type Problem } from "../../problems/Problem.ts"
import { keyHeader } from "../../requests/Idempotency.ts"
import type { EngineOptions, RequestRules } from "../EngineOptions.ts"
import { framing } from "../Framing.ts"
import { finishRequests } from "../GracefulStop.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { bodyTooLarge, keyRepeated, malformed, notServing, renderRefusal, traceRefused } from "../Refusal.ts"
import { WholeRequest } from "../WholeRequest.ts"
import { UwsExchange } from "./UwsExchange.ts"

/** Runs the application for one request. */
type Handle = (exchange: UwsExchange, request: WholeRequest) => void

/** Listens with `app`, which is closed with the scope. Until `serve`, and once its scope closes, requests are answered 503. */
export const make = Effect.fnUntraced(function*(app: TemplatedApp, options: EngineOptions) {
  let handle: Handle | undefined
  app.any("/*", (res, req) => receive(res, req, options, () => handle))

  const listening = yield* Effect.acquireRelease(
    listen(app, options),
    () => Effect.sync(() => app.close()) // with every connection that is left
  )
  const address = yield* Effect.fromResult(
    NetAddress.inetAddressFromIpString(options.host, uWS.us_socket_local_port(listening))
  ).pipe(Effect.mapError((cause) => new HttpServerError.ServeError({ cause })))

  return HttpServer.make({
    address,
    serve: Effect.fnUntraced(function*(httpApp, middleware) {
      const running = new Set<Fiber.Fiber<void>>()
      let underWay = 0 // counts a request from before its fiber exists, which may run far before it is in the set
      let drained: (() => void) | undefined
      const services = yield* Effect.context()
      const server = yield* Effect.fiberId
      const application = HttpEffect.toHandled(httpApp, (request, response) => {
        const exchange = request.source
        return exchange instanceof UwsExchange
          ? exchange.send(response, () => refusalOf(internalProblem, request.headers, options))
          : Effect.die(new Error("a request that this server did not receive"))
      }, middleware)

      const allAnswered = Effect.callback<void>((resume) => {
        drained = () => resume(Effect.void)
        if (underWay === 0) drained()
      })
      yield* Scope.addFinalizer(
        yield* Effect.scope,
        Effect.sync(() => {
          uWS.us_listen_socket_close(listening)
          handle = undefined
        }).pipe(Effect.andThen(finishRequests(allAnswered, running, options.gracePeriod)))
      )
      handle = (exchange, request) => {
        const context = Context.add(services, HttpServerRequest.HttpServerRequest, request)
        underWay++
        const fiber = Effect.runForkWith(context)(application)
        running.add(fiber)
        exchange.onAborted = () => fiber.interruptUnsafe(server, HttpServerError.ClientAbort.annotation)
        fiber.addObserver(() => {
          running.delete(fiber)
          if (--underWay === 0) drained?.()
        })
      }
    })
  })
})

/** `ListenOptions.LIBUS_LISTEN_EXCLUSIVE_PORT`: two processes on one port are an error, instead of sharing its connections. */
const exclusive = 1

const listen = (app: TemplatedApp, options: EngineOptions) =>
  Effect.callback<us_listen_socket, HttpServerError.ServeError>((resume) => {
    const done = (socket: us_listen_socket | false) =>
      resume(
        socket === false
          ? Effect.fail(
            new HttpServerError.ServeError({ cause: new Error(`cannot listen on ${options.host}:${options.port}`) })
          )
          : Effect.succeed(socket)
      )
    // the types know a host or options, not both
    // oxlint-disable-next-line typescript/unbound-method -- it is applied to its own object
    Reflect.apply(app.listen, app, [options.host, options.port, exclusive, done])
  })

/** Reads one request and hands it on. `req` is lent for the time of this call: all of it is copied here. */
const receive = (
  res: HttpResponse,
  req: HttpRequest,
  rules: RequestRules,
  current: () => Handle | undefined
): void => {
  const method = req.getCaseSensitiveMethod()
  const exchange = new UwsExchange(res, method, () => current() === undefined)
  const query = req.getQuery()
  const url = query === undefined || query === "" ? req.getUrl() : `${req.getUrl()}?${query}`
  const { headers, isKeyRepeated } = copyHeaders(req)
  const peerAddress = PeerAddress.fromBytes(new Uint8Array(res.getRemoteAddress()))

  const refuse = (problem: Problem) => exchange.refuse(refusalOf(problem, headers, rules))
  const proceed = (body: Buffer) => {
    const handle = current()
    if (handle === undefined) return refuse(notServing)
    handle(exchange, new WholeRequest({ source: exchange, method, url, headers, peerAddress, body }))
  }

  if (method === "TRACE") return refuse(traceRefused(rules.allow(url)))
  if (isKeyRepeated) return refuse(keyRepeated)
  const frame = framing(headers["content-length"], headers["transfer-encoding"])
  switch (frame._tag) {
    case "Faulty":
      return refuse(malformed(frame.detail))
    case "Empty":
      return proceed(nothing)
    case "Body": {
      const bytesMax = rules.bodyBytesMax(url)
      if (frame.length !== undefined && frame.length > bytesMax) return refuse(bodyTooLarge(bytesMax))
      return exchange.collect(bytesMax, proceed, () => refuse(bodyTooLarge(bytesMax)))
    }
  }
}

const refusalOf = (problem: Problem, headers: Headers.Headers, { answerHeaders }: RequestRules) =>
  renderRefusal(problem, { requestId: headers["x-request-id"], origin: headers["origin"] }, answerHeaders)

const nothing = Buffer.alloc(0)

/** Of these only the first counts, as with Node: two readers could choose differently. */
const single: ReadonlySet<string> = new Set([
  "authorization",
  "content-type",
  "host",
  "user-agent",
  "referer",
  "origin"
])

const copyHeaders = (req: HttpRequest): { readonly headers: Headers.Headers; readonly isKeyRepeated: boolean } => {
  const headers: Record<string, string> = Object.create(null)
  let isKeyRepeated = false
  req.forEach((name, value) => {
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (name === keyHeader) isKeyRepeated = true
    else if (!single.has(name)) headers[name] = `${before}${name === "cookie" ? "; " : ", "}${value}`
  })
  return { headers: Headers.fromRecordUnsafe(headers), isKeyRepeated }
}
