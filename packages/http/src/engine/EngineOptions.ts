/** The options of both engines. */
import type { ProxyTrust } from "@ddd/core/accounts/ClientAddress"
import type { Duration } from "effect"
import type { AnswerHeaders } from "../boundary/AnswerHeaders.ts"
import type { Limiting } from "../limits/RequestLimits.ts"
import type { Patience } from "./Heartbeat.ts"
import type { TlsContext } from "./node/TlsContext.ts"

export interface EngineOptions extends RequestRules {
  /** The address to listen on, an IP: `127.0.0.1`, `0.0.0.0`, `::`. */
  readonly host: string
  /** 0 for any free one; `HttpServer.address` tells which. */
  readonly port: number
  /** Where WebSockets are opened, `/ws`. Any other use of that path is the application's. */
  readonly socketPath: string
  /** Origins (`https://app.example.com`) whose pages may open WebSockets. Who names no origin, as native apps do, may. */
  readonly allowedOrigins: ReadonlySet<string>
  /** Who may say for whom it asks; nobody unless told otherwise. `uws` takes no proxy protocol. */
  readonly proxies?: ProxyTrust | undefined
  /** What the next connection is encrypted with, on `node`; unless it is given, HTTP is spoken in the open. */
  readonly tls?: (() => TlsContext) | undefined
  /**
   * The most connections at once, of HTTP and WebSocket, on `node`: whoever comes then is cut off without an answer. Unless told
   * otherwise as many as there are file descriptors for, less some for the server's own, and 65,536 at most.
   */
  readonly connectionsMax?: number
  /** How long requests under way may take once the server is asked to stop: 10 s unless told otherwise. */
  readonly gracePeriod?: Duration.Input
  /** When silent WebSockets are asked, and dropped, and who reads nothing is cut off: after 30, 60 and 30 s unless told otherwise. */
  readonly patience?: Partial<Patience>
}

/** The application's own rules, as far as an engine goes by them before it hands a request over. */
export interface RequestRules {
  /** The most bytes that the body of a request for `url`, path and query, may have. */
  readonly bodyBytesMax: (url: string) => number
  /** The methods that the path of `url` takes, in the form of the header `Allow`; empty where nothing is. */
  readonly allow: (url: string) => string
  /** The path of `url` without what may be an id or a code, for the log: `/rooms/:id`; undefined where nothing is. */
  readonly template: (url: string) => string | undefined
  /** Whether clients are to come by https alone, as far as a proxy says how they came. */
  readonly isHttpsOnly: boolean
  /** The headers of the engine's refusals, beside those that a problem has anyway. */
  readonly answerHeaders: AnswerHeaders
  /** Counts requests, by what their heads say. */
  readonly limiting: Limiting
}
