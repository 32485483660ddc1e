/**
 * The server under the application: Effect's `HttpServer` with what it asks of the platform, and WebSockets at one path.
 *
 * Two engines do the same, and the same tests run on both: uWebSockets.js, which is faster, and Node's own server, which is
 * everywhere.
 */
import * as NodeHttpPlatform from "@effect/platform-node/NodeHttpPlatform"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { Etag } from "effect/http"
import type { EngineOptions } from "./EngineOptions.ts"
import * as NodeEngine from "./node/NodeEngine.ts"

/** `auto`: uWebSockets.js where it can be loaded, else Node's. */
export const engineNames = ["auto", "uws", "node"] as const
export type EngineName = typeof engineNames[number]

/**
 * Listens on `options.host` and `options.port`. Fails with `ServeError` where it cannot; a defect where `uws` was asked for
 * and cannot be loaded, with a message that says why.
 */
export const layer = (name: EngineName, options: EngineOptions) =>
  Layer.unwrap(Effect.map(engine(name), (layer) => layer(options))).pipe(
    Layer.merge(Layer.mergeAll(NodeHttpPlatform.layer, Etag.layerWeak, NodeServices.layer))
  )

const engine = (name: EngineName): Effect.Effect<typeof NodeEngine.layer> => {
  if (name === "node") return Effect.succeed(NodeEngine.layer)
  const uws = Effect.promise(() => import("./uws/UwsEngine.ts")).pipe(Effect.map((module) => module.layer))
  return name === "uws" ?
    uws :
    Effect.catchDefect(uws, (cause) =>
      Effect.as(
        Effect.logWarning(`${String(cause)} Running on Node's HTTP server, which ENGINE=auto allows.`),
        NodeEngine.layer
      ))
}
