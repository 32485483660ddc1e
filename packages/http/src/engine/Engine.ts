/**
 * The server under the application: Effect's `HttpServer` with what it asks of the platform, and WebSockets at one path.
 *
 * `node` stands before clients by itself. `uws`, uWebSockets.js, reads requests by rules of its own that cannot be changed from here:
 * it is for behind a proxy that checks them (docs/decisions/0047-our-own-http-on-nodes-sockets.md).
 */
import * as NodeHttpPlatform from "@effect/platform-node/NodeHttpPlatform"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { Etag } from "effect/http"
import type { EngineOptions } from "./EngineOptions.ts"
import * as NodeEngine from "./node/NodeEngine.ts"

/** The first is the default. */
export const engineNames = ["node", "uws"] as const
export type EngineName = typeof engineNames[number]

const forNodeAlone =
  "TLS and the PROXY protocol are the engine node's: uws stands behind a proxy, and would take the header from anybody"

/**
 * Listens on `options.host` and `options.port`. Fails with `ServeError` where it cannot; a defect where `uws` was asked for
 * and cannot be loaded, with a message that says why.
 */
export const layer = (name: EngineName, options: EngineOptions) =>
  Layer.unwrap(
    name === "uws" && (options.tls !== undefined || options.proxies?.from === "proxy-protocol")
      ? Effect.die(new Error(forNodeAlone))
      : Effect.map(engine(name), (layer) => layer(options))
  ).pipe(
    Layer.merge(Layer.mergeAll(NodeHttpPlatform.layer, Etag.layerWeak, NodeServices.layer))
  )

const engine = (name: EngineName): Effect.Effect<typeof NodeEngine.layer> =>
  name === "node"
    ? Effect.succeed(NodeEngine.layer)
    : Effect.promise(() => import("./uws/UwsEngine.ts")).pipe(Effect.map((module) => module.layer))
