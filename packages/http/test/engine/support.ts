/** Real servers on free ports, and clients that can misbehave. */
import { Context, Effect, Layer, type LogLevel, References, Schedule, type Scope } from "effect"
import { HttpServer, type HttpServerRequest, type HttpServerResponse } from "effect/http"
import { NetAddress } from "effect/net"
import { connect, type Socket } from "node:net"
import * as Engine from "../../src/engine/Engine.ts"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import { Sockets } from "../../src/engine/Sockets.ts"
import { unlimited } from "../../src/limits/RequestLimits.ts"
import { bodyBytesMaxDefault } from "../../src/requests/BodyLimits.ts"

export const engines = ["uws", "node"] as const

export type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** An engine that listens and serves nothing yet; stopped with the scope. */
export const listen = (
  name: Engine.EngineName,
  { logLevel = "Error", ...options }: Partial<EngineOptions> & { readonly logLevel?: LogLevel.LogLevel } = {}
) =>
  Effect.gen(function*() {
    const context = yield* Layer.build(Engine.layer(name, {
      host: "127.0.0.1",
      port: 0,
      socketPath: "/ws",
      allowedOrigins: new Set(["https://app.example.com"]),
      gracePeriod: "2 seconds",
      allow: () => "GET, HEAD",
      template: (url) => url,
      isHttpsOnly: false,
      bodyBytesMax: () => bodyBytesMaxDefault,
      answerHeaders: () => ({}),
      limiting: unlimited,
      ...options
    }))
    const server = Context.get(context, HttpServer.HttpServer)
    if (NetAddress.isUnixPathAddress(server.address)) return yield* Effect.die(new Error("no port"))
    const { port } = server.address
    const url = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`
    return { context, server, sockets: Context.get(context, Sockets), port, url }
  }).pipe(Effect.provideService(References.MinimumLogLevel, logLevel))

/** As `listen`, and serves `app`. */
export const serve = (name: Engine.EngineName, app: App, options: Parameters<typeof listen>[1] = {}) =>
  Effect.gen(function*() {
    const listening = yield* listen(name, options)
    yield* listening.server.serve(app)
    return listening
  })

export interface Conversation {
  /** What the server sent. */
  readonly received: string
  /** The server ended the connection. */
  readonly closed: boolean
  /** Milliseconds until then, or until `until` was content. */
  readonly elapsed: number
}

/** A connection to a server of the tests. That it is reset is one way to end it, of which `close` tells. */
export const connectTo = (port: number, options: { readonly noDelay?: boolean } = {}): Socket =>
  connect({ port, host: "127.0.0.1", ...options }).on("error", () => {})

/**
 * Says `parts` on a raw connection, `gap` ms apart, then listens until the server closes, until `until` is content with
 * what came, or for `patience` ms.
 */
export const say = (
  port: number,
  parts: ReadonlyArray<string>,
  options: {
    readonly gap?: number
    readonly patience?: number
    readonly until?: (received: string) => boolean
  } = {}
): Effect.Effect<Conversation> =>
  Effect.callback((resume) => {
    const started = performance.now()
    const socket = connect(port, "127.0.0.1")
    let [received, closed] = ["", false]
    let next: NodeJS.Timeout | undefined
    const finish = () => {
      clearTimeout(next)
      clearTimeout(patience)
      socket.destroy()
      resume(Effect.succeed({ received, closed, elapsed: performance.now() - started }))
    }
    const patience = setTimeout(finish, options.patience ?? 5_000)
    const sayFrom = (i: number) => {
      const part = parts[i]
      if (part === undefined || closed) return
      socket.write(part, "latin1")
      if (options.gap === undefined) sayFrom(i + 1)
      else next = setTimeout(() => sayFrom(i + 1), options.gap)
    }
    socket.on("connect", () => sayFrom(0))
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
      if (options.until?.(received) === true) finish()
    })
    socket.on("error", () => {})
    socket.on("close", () => {
      closed = true
      finish()
    })
    return Effect.sync(finish)
  })

/** The problem in the body of a raw answer. */
export const problemIn = (
  received: string
): { readonly status: number; readonly code: string; readonly requestId: string } =>
  JSON.parse(received.slice(received.indexOf("\r\n\r\n") + 4))

/** Waits until `condition` holds; a defect after `deadline` ms. */
export const eventually = (what: string, condition: () => boolean, deadline = 30_000): Effect.Effect<void> =>
  Effect.suspend(() => condition() ? Effect.void : Effect.fail("not yet")).pipe(
    Effect.retry({ schedule: Schedule.spaced("5 millis"), while: () => true }),
    Effect.timeoutOrElse({
      duration: deadline,
      orElse: () => Effect.die(new Error(`${what}: not within ${deadline} ms`))
    }),
    Effect.orDie
  )
