/** Runs the application for requests that have arrived whole: Effect's `HttpServer`, as far as it is the same on every engine. */
import { Context, Effect, type Fiber, Scope } from "effect"
import { HttpEffect, HttpServer, HttpServerError, HttpServerRequest } from "effect/http"
import { internalProblem } from "../problems/Problem.ts"
import type { EngineOptions } from "./EngineOptions.ts"
import { Exchange } from "./Exchange.ts"
import { finishRequests } from "./GracefulStop.ts"
import { renderRefusal } from "./Refusal.ts"
import type { WholeRequest } from "./WholeRequest.ts"

/** Runs the application for one request, whose `source` is `exchange`. */
export type Handle = (exchange: Exchange, request: WholeRequest) => void

export class ExchangeServer {
  #handle: Handle | undefined
  readonly #options: EngineOptions

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Undefined before there is an application, and once its scope closes: whoever asks then is answered 503. */
  get handle(): Handle | undefined {
    return this.#handle
  }

  /** `stopListening` is called when the application's scope closes, before requests under way are waited for. */
  httpServer(
    address: HttpServer.HttpServer["Service"]["address"],
    stopListening: () => void
  ): HttpServer.HttpServer["Service"] {
    const serve = (handle: Handle | undefined) => {
      this.#handle = handle
    }
    const { answerHeaders, gracePeriod } = this.#options
    return HttpServer.make({
      address,
      serve: Effect.fnUntraced(function*(httpApp, middleware) {
        const running = new Set<Fiber.Fiber<void>>()
        let underWay = 0 // counts a request from before its fiber exists, which may run far before it is in the set
        let drained: (() => void) | undefined
        const services = yield* Effect.context()
        const server = yield* Effect.fiberId
        const application = HttpEffect.toHandled(httpApp, ({ headers, source }, response) => {
          return source instanceof Exchange
            ? source.send(response, () =>
              renderRefusal(internalProblem, {
                requestId: headers["x-request-id"],
                origin: headers["origin"],
                limits: source.counted?.headers() ?? {}
              }, answerHeaders))
            : Effect.die(new Error("a request that this server did not receive"))
        }, middleware)

        const allAnswered = Effect.callback<void>((resume) => {
          drained = () => resume(Effect.void)
          if (underWay === 0) drained()
        })
        yield* Scope.addFinalizer(
          yield* Effect.scope,
          Effect.sync(() => {
            stopListening()
            serve(undefined)
          }).pipe(Effect.andThen(finishRequests(allAnswered, running, gracePeriod)))
        )
        serve((exchange, request) => {
          const context = Context.add(services, HttpServerRequest.HttpServerRequest, request)
          underWay++
          const fiber = Effect.runForkWith(context)(application)
          running.add(fiber)
          exchange.onAborted = () => fiber.interruptUnsafe(server, HttpServerError.ClientAbort.annotation)
          fiber.addObserver(() => {
            running.delete(fiber)
            if (--underWay === 0) drained?.()
          })
        })
      })
    })
  }
}
