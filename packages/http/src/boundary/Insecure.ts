/**
 * What is answered to requests that came unencrypted as far as the proxy in front of us, where clients are to come by https.
 *
 * Pages are sent on, for whoever typed an address. Programs are refused: sent on they would work, and go on sending passwords and tokens
 * in the open, unnoticed (OWASP ASVS 5, 4.1.2).
 */
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { httpsRequired } from "../engine/Refusal.ts"
import { problemResponse } from "../problems/ProblemResponse.ts"
import type { RouteTable } from "./RouteTable.ts"

/** The answer, where the request came so; otherwise it is served. */
export type Insecure = (
  request: HttpServerRequest.HttpServerRequest,
  requestId: string
) => Effect.Effect<HttpServerResponse.HttpServerResponse> | undefined

export const isHttps = ({ protocol }: URL): boolean => protocol === "https:"

/** Asked by machines of our own, which may stand in the same network. */
const letThrough: ReadonlySet<string> = new Set(["/healthz", "/readyz"])

/** `opened`: the templates of pages, among those of `routes`. */
export const makeInsecure = (publicUrl: URL, routes: RouteTable, opened: ReadonlySet<string>): Insecure => {
  if (!isHttps(publicUrl)) return () => undefined
  return ({ method, protocol, url }, requestId) => {
    if (protocol !== "http") return undefined
    const [path = ""] = url.split("?")
    if (letThrough.has(path)) return undefined
    return Effect.succeed(
      (method === "GET" || method === "HEAD") && opened.has(routes(url)?.template ?? "")
        // by our own name, never that of the request
        ? HttpServerResponse.empty({ status: 308, headers: { location: `${publicUrl.origin}${url}` } })
        : problemResponse(httpsRequired, requestId)
    )
  }
}
