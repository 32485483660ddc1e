/**
 * Which paths there are, by which methods, and which of them take an idempotency key: for saying 404 and 405 apart, for `Allow` and CORS, and
 * for naming a path in a log without its parameters.
 */
import { HttpApi } from "effect/http-api"
import type { Api } from "../Api.ts"
import { takesKey } from "../requests/Idempotency.ts"

export interface Route {
  readonly method: string
  /** `/lottery/draws/:drawDate`. */
  readonly path: string
  /** Whether it takes an `Idempotency-Key`. */
  readonly takesKey?: boolean
}

/** A path that exists. */
export interface PathEntry {
  readonly template: string
  /** In the form of the header `Allow`. */
  readonly allow: string
  /** Whether one of its methods takes an `Idempotency-Key`. */
  readonly takesKey: boolean
}

/** Finds the entry of a request's path, query and all; `undefined` where nothing is. */
export type RouteTable = (url: string) => PathEntry | undefined

/** Every route that the contract declares. */
export const routesOf = (api: typeof Api): ReadonlyArray<Route> => {
  const routes: Array<Route> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { headers, method, path } }) => routes.push({ method, path, takesKey: takesKey(headers) })
  })
  return routes
}

export const makeRouteTable = (routes: ReadonlyArray<Route>): RouteTable => {
  const entries = Array.from(Map.groupBy(routes, ({ path }) => path), ([template, routes]) => {
    const methods = routes.flatMap(({ method }) => method === "GET" ? ["GET", "HEAD"] : [method])
    const entry = { template, allow: methods.join(", "), takesKey: routes.some(({ takesKey }) => takesKey === true) }
    return { segments: template.split("/"), entry }
  })
  return (url) => {
    const query = url.indexOf("?")
    const segments = (query < 0 ? url : url.slice(0, query)).split("/")
    return entries.find((candidate) => matches(candidate.segments, segments))?.entry
  }
}

/** The methods that the path of `url` takes, in the form of the header `Allow`; empty where nothing is. */
export const allowedAt = (routes: RouteTable, url: string): string => routes(url)?.allow ?? ""

const matches = (template: ReadonlyArray<string>, path: ReadonlyArray<string>): boolean =>
  template.length === path.length &&
  template.every((segment, i) => segment === path[i] || (segment.startsWith(":") && path[i] !== ""))
