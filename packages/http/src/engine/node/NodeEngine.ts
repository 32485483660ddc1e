/** The engine on Node's own sockets. */
import { Context, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import type { EngineOptions } from "../EngineOptions.ts"
import * as RefusalLog from "../RefusalLog.ts"
import { Sockets } from "../Sockets.ts"
import * as NodeHttpServer from "./NodeHttpServer.ts"
import * as NodeSockets from "./NodeSockets.ts"

export const layer = (options: EngineOptions) =>
  Layer.effectContext(Effect.gen(function*() {
    const refuse = yield* RefusalLog.make(options)
    const { sockets, upgrades } = yield* NodeSockets.make(options)
    const http = yield* NodeHttpServer.make(options, refuse, upgrades)
    return Context.make(HttpServer.HttpServer, http).pipe(Context.add(Sockets, sockets))
  }))
