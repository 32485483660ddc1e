/** What is counted of requests (docs/operations/metrics.md). */
import { count, counter, histogram, observe, waitBoundaries } from "@ddd/core/values/Measure"
import type { Metric } from "effect"
import type { ProblemCode } from "../problems/Problem.ts"
import type { RequestRecord } from "./RequestRecord.ts"

/** Requests that take about as long as each other. */
type RouteClass = "purchase" | "account" | "read" | "write"

const secondsOf = (name: RouteClass): Metric.Histogram<number> =>
  histogram("ddd_http_request_seconds", "From the whole request to its answer.", waitBoundaries, { class: name })

const seconds: { readonly [C in RouteClass]: Metric.Histogram<number> } = {
  purchase: secondsOf("purchase"),
  account: secondsOf("account"),
  read: secondsOf("read"),
  write: secondsOf("write")
}

const classOf = (method: string, route: string): RouteClass => {
  if (route.endsWith("/purchase-ticket")) return "purchase"
  // passwords are hashed
  if (route.startsWith("/auth/")) return "account"
  return method === "GET" || method === "HEAD" || method === "OPTIONS" ? "read" : "write"
}

interface Series {
  readonly answered: Metric.Counter<number>
  readonly seconds: Metric.Histogram<number>
}

/** Of each method, route and status that occurred, all of which are ours: a few hundred. */
const known = new Map<string, Series>()

const seriesOf = ({ method, route, status }: RequestRecord): Series => {
  const key = `${status}${method}${route}`
  let series = known.get(key)
  if (series === undefined) {
    const labels = { method, route, status: String(status) }
    series = {
      answered: counter("ddd_http_requests_total", "Requests that were answered.", labels),
      seconds: seconds[classOf(method, route)]
    }
    known.set(key, series)
  }
  return series
}

export const countRequest = (record: RequestRecord): void => {
  const series = seriesOf(record)
  count(series.answered)
  observe(series.seconds, record.millis / 1_000)
}

/** Of each code that occurred, of which there are a few dozen. */
const refusals = new Map<ProblemCode, Metric.Counter<number>>()

export const countRefusal = (code: ProblemCode): void => {
  let series = refusals.get(code)
  if (series === undefined) {
    series = counter("ddd_http_refused_total", "Requests that the engine refused before the application saw them.", {
      code
    })
    refusals.set(code, series)
  }
  count(series)
}
