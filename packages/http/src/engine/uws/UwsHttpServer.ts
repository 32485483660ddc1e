/**
 * Effect's `HttpServer` on uWebSockets.js.
 *
 * The application sees a request when its body is complete, within the cap, and of one certain length; before that,
 * nothing happens that would have to be undone. What uWS itself refuses it answers with its own pages, and it ends a connection on which a
 * request comes before the last one is answered: `npm run engines` shows where that differs from the other engine. It cuts
 * off who takes 8 to 12 s over the headers, or as long again over the body.
 */
import { type HttpRequest, type HttpResponse, type TemplatedApp, type us_listen_socket, uWS } from "@ddd/uws"
import { Effect } from "effect"
import { Headers, HttpServerError } from "effect/http"
import { NetAddress } from "effect/net"
import { Problem } from "../../problems/Problem.ts"
import type { EngineOptions } from "../EngineOptions.ts"
import { ExchangeServer, type Handle } from "../ExchangeServer.ts"
import { bodyBytes } from "../Framing.ts"
import type { HeaderFields } from "../HeaderFields.ts"
import * as PeerAddress from "../PeerAddress.ts"
import { malformed, notServing, type Refuse, type RefusedHead } from "../Refusal.ts"
import { sourcesOf } from "../RequestSources.ts"
import { WholeRequest } from "../WholeRequest.ts"
import { UwsExchange } from "./UwsExchange.ts"
import { copyHeaders } from "./UwsHead.ts"

/** Listens with `app`, which is closed with the scope. Until `serve`, and once its scope closes, requests are answered 503. */
export const make = Effect.fnUntraced(function*(app: TemplatedApp, options: EngineOptions, refuse: Refuse) {
  const exchanges = new ExchangeServer(options)
  app.any("/*", (res, req) => receive(res, req, options, refuse, () => exchanges.handle))

  const listening = yield* Effect.acquireRelease(
    listen(app, options),
    () => Effect.sync(() => app.close()) // with every connection that is left
  )
  const address = yield* Effect.fromResult(
    NetAddress.inetAddressFromIpString(options.host, uWS.us_socket_local_port(listening))
  ).pipe(Effect.mapError((cause) => new HttpServerError.ServeError({ cause })))
  return exchanges.httpServer(address, () => uWS.us_listen_socket_close(listening))
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
  options: EngineOptions,
  refuseWith: Refuse,
  current: () => Handle | undefined
): void => {
  const method = req.getCaseSensitiveMethod()
  const exchange = new UwsExchange(res, method, () => current() === undefined)
  const query = req.getQuery()
  const url = query === undefined || query === "" ? req.getUrl() : `${req.getUrl()}?${query}`
  const { fault, headers } = copyHeaders(req)
  const peerAddress = PeerAddress.fromBytes(new Uint8Array(res.getRemoteAddress()))

  const client = sourcesOf(options.proxies, peerAddress, undefined)(headers)

  const refuse = (problem: Problem, connection: "closes" | "stays" = "closes") => {
    const limits = exchange.counted?.headers() ?? {}
    exchange.refuse(
      refuseWith(problem, { method, url, clientAddress: client.address, limits, ...headOf(headers) }),
      connection
    )
  }
  const serve = (body: Buffer) => {
    if (exchange.isOver) return
    const handle = current()
    if (handle === undefined) return refuse(notServing)
    const whole = Headers.fromRecordUnsafe(headers)
    handle(exchange, new WholeRequest({ source: exchange, method, url, headers: whole, peerAddress, client, body }))
  }

  // Nothing is answered before uWS has looked at all that it has read: where a second request follows, it ends the
  // connection, and neither is begun. Answered at once, thousands that were read together would be served in one go, before
  // anyone else; and what follows a refused request, such as a trailer, would be taken for another.
  const length = fault ?? bodyBytes({ method, url, headers }, options)
  const count = options.limiting.count({ method, url, address: client.address, isHandshake: false })
  const counted = count?.then((counted) => {
    exchange.counted = counted
    if (counted.refusal !== undefined) setImmediate(refuse, counted.refusal, length === 0 ? "stays" : "closes")
    return counted.refusal === undefined
  })
  const afterwards = (then: () => void) =>
    counted === undefined ? void setImmediate(then) : void counted.then((isAdmitted) => {
      if (isAdmitted) setImmediate(then)
    })
  if (length instanceof Problem) afterwards(() => refuse(length))
  else if (length === 0) afterwards(() => serve(nothing))
  else {
    exchange.collect(
      length,
      (body) => afterwards(() => serve(body)),
      () => refuse(malformed("The body is longer than it said."))
    )
  }
}

const headOf = (headers: HeaderFields): Omit<RefusedHead, "limits"> => ({
  requestId: headers["x-request-id"],
  origin: headers["origin"]
})

const nothing = Buffer.alloc(0)
