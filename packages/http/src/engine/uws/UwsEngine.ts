/** The engine on uWebSockets.js. Importing it loads native code and throws where there is none (`@ddd/uws`). */
import { uWS } from "@ddd/uws"
import { Context, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import type { EngineOptions } from "../EngineOptions.ts"
import * as RefusalLog from "../RefusalLog.ts"
import { Sockets } from "../Sockets.ts"
import * as UwsHttpServer from "./UwsHttpServer.ts"
import * as UwsSockets from "./UwsSockets.ts"

export const layer = (options: EngineOptions) =>
  Layer.effectContext(Effect.gen(function*() {
    const app = uWS.App()
    const refuse = yield* RefusalLog.make(options)
    const sockets = yield* UwsSockets.attach(app, options, refuse)
    const server = yield* UwsHttpServer.make(app, options, refuse)
    return Context.make(HttpServer.HttpServer, server).pipe(Context.add(Sockets, sockets))
  }))
