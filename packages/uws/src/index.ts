/**
 * uWebSockets.js, loaded and checked.
 *
 * Importing this module loads native code: it throws `UwsUnavailable` where that cannot be done. Whoever may do without
 * imports it dynamically. To use upstream's own build instead, point the dependency of
 * `package.json` at it and put its hashes into `Published.ts`; nothing else knows where the binary comes from.
 */
import { fileURLToPath } from "node:url"
import { type Host, load } from "./Loader.ts"

const host: Host = {
  platform: process.platform,
  arch: process.arch,
  abi: process.versions.modules,
  packageFolder: fileURLToPath(new URL(".", import.meta.resolve("@btc-vision/uwebsockets.js"))),
  cacheFolder: fileURLToPath(new URL("../node_modules/.cache/uws", import.meta.url))
}

export const uWS = load(host)

export type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_listen_socket,
  WebSocket,
  WebSocketBehavior
} from "@btc-vision/uwebsockets.js"
