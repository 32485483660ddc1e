/**
 * Which paths there are, by which methods, what their requests are counted as, and which of them take an idempotency key: for saying 404 and
 * 405 apart, for `Allow` and CORS, for limits, and for naming a path in a log without its parameters.
 */
import type { RequestClass } from "@ddd/core/accounts/RequestLimits"
import { Context } from "effect"
import { HttpApi, type HttpApiGroup } from "effect/http-api"
import { takesKey } from "../requests/Idempotency.ts"
import { CountedAs } from "../schemas/Described.ts"

export interface Route {
  readonly method: string
  /** `/lottery/draws/:drawDate`; `/play/*` is `/play`, and every path below it that no other route has. */
  readonly path: string
  /** Null where nothing limits it. */
  readonly countedAs: RequestClass | null
  /** Whether it takes an `Idempotency-Key`. */
  readonly takesKey?: boolean
}

/** A path that exists. */
export interface PathEntry {
  readonly template: string
  /** In the form of the header `Allow`. */
  readonly allow: string
  /** What requests are counted as, by their methods. */
  readonly countedAs: ReadonlyMap<string, RequestClass | null>
  /** Whether one of its methods takes an `Idempotency-Key`. */
  readonly takesKey: boolean
}

/**
 * Finds the entry of a request's path, query and all; `undefined` where nothing is, and so nothing is served, whatever a router would make
 * of the path.
 */
export type RouteTable = (url: string) => PathEntry | undefined

/**
 * What Effect's router does not take as it stands: it decodes `%`, and ends the path at `;` and `#`. No path of ours needs them, so that none
 * has another spelling, which would count as something else.
 */
const respelt = /[%;#]/

/** Every route that an API declares. */
export const routesOf = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
): ReadonlyArray<Route> => {
  const routes: Array<Route> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    // one that does not say what it is counted as throws here
    onEndpoint: ({ endpoint: { annotations, headers, method, path } }) =>
      routes.push({ method, path, countedAs: Context.getUnsafe(annotations, CountedAs), takesKey: takesKey(headers) })
  })
  return routes
}

export const makeRouteTable = (routes: ReadonlyArray<Route>): RouteTable => {
  const entries = Array.from(Map.groupBy(routes, ({ path }) => path), ([template, routes]) => {
    const methods = routes.flatMap(({ countedAs, method }) =>
      (method === "GET" ? ["GET", "HEAD"] : [method]).map((each) => [each, countedAs] as const)
    )
    return {
      template,
      allow: methods.map(([method]) => method).join(", "),
      countedAs: new Map(methods),
      takesKey: routes.some(({ takesKey }) => takesKey === true)
    }
  })
  // most requests are for a path without parameters, and each is looked up
  const fixed = new Map(
    entries.filter(({ template }) => !/\/[:*]/.test(template)).map((each) => [each.template, each])
  )
  const others = entries.filter(({ template }) => !fixed.has(template))
    .map((entry) => ({ segments: entry.template.split("/"), entry }))
  return (url) => {
    const query = url.indexOf("?")
    const path = query < 0 ? url : url.slice(0, query)
    const entry = fixed.get(path)
    if (entry !== undefined || respelt.test(path)) return entry
    const segments = path.split("/")
    return others.find((candidate) => matches(candidate.segments, segments))?.entry
  }
}

/** What a request is counted as: where its path does not take its method, or nothing is there, as one that reads. */
export const countedAsAt = (routes: RouteTable, method: string, url: string): RequestClass | null => {
  const countedAs = routes(url)?.countedAs.get(method)
  return countedAs === undefined ? "read" : countedAs
}

const matches = (template: ReadonlyArray<string>, path: ReadonlyArray<string>): boolean =>
  (template.at(-1) === "*" ? template.length - 1 <= path.length : template.length === path.length) &&
  template.every((segment, i) => segment === path[i] || segment === "*" || (segment.startsWith(":") && path[i] !== ""))
