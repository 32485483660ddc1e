/** The engine on Node's own HTTP server: slower, on every platform. */
import { Context, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { createServer } from "node:http"
import type { EngineOptions } from "../EngineOptions.ts"
import * as RefusalLog from "../RefusalLog.ts"
import { Sockets } from "../Sockets.ts"
import * as NodeHttpServer from "./NodeHttpServer.ts"
import * as NodeSockets from "./NodeSockets.ts"

export const layer = (options: EngineOptions) =>
  Layer.effectContext(Effect.gen(function*() {
    const server = createServer({
      ...NodeHttpServer.timeouts,
      shouldUpgradeCallback: (request) => NodeSockets.asksForSocket(request, options.socketPath)
    })
    const refuse = yield* RefusalLog.make(options)
    const sockets = yield* NodeSockets.attach(server, options, refuse)
    const http = yield* NodeHttpServer.make(server, options, refuse)
    return Context.make(HttpServer.HttpServer, http).pipe(Context.add(Sockets, sockets))
  }))
