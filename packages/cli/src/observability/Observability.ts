/** What is told of a server while it runs, and to whom: each part is off unless it is asked for, and none is waited for by a request. */
import type { RecordRequest } from "@ddd/http/boundary/RequestRecord"
import { version } from "@ddd/http/operator/Version"
import { unwritten, write } from "@ddd/verify/Streams"
import { Effect, Layer, type Scope } from "effect"
import type { Settings } from "../config/Variables.ts"
import type { Database } from "../Database.ts"
import * as MetricsServer from "./MetricsServer.ts"
import { measureProcess } from "./ProcessMeasures.ts"
import * as RequestLines from "./RequestLines.ts"
import * as Sentry from "./Sentry.ts"
import * as Standing from "./Standing.ts"
import * as Traces from "./Traces.ts"

/** Tells Sentry of errors and OpenTelemetry of requests, where the settings name them. */
export const layer = (
  { NODE_ENV, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SENTRY_DSN }: Pick<
    Settings,
    "NODE_ENV" | "OTEL_EXPORTER_OTLP_ENDPOINT" | "SENTRY_DSN"
  >
) =>
  Layer.merge(
    SENTRY_DSN === undefined ? Layer.empty : Sentry.layer(SENTRY_DSN, version, NODE_ENV),
    endpoint === undefined ? Layer.empty : Traces.layer(endpoint, version)
  )

/** Measures what costs something to measure, where somebody is told; gives where `/metrics` is, null where it is off. */
export const figures = Effect.fnUntraced(function*(
  { METRICS_HOST, METRICS_PORT, OTEL_EXPORTER_OTLP_ENDPOINT }: Settings,
  database: Database
) {
  if (METRICS_PORT === undefined && OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null
  yield* measureProcess
  yield* Layer.build(Standing.layer(database))
  return METRICS_PORT === undefined ? null : yield* MetricsServer.listen(METRICS_HOST, METRICS_PORT)
})

/** Production has a line for each request unless only what is worse is to be logged; development, for who debugs. */
const hasRequestLines = ({ LOG_LEVEL, NODE_ENV }: Settings): boolean =>
  LOG_LEVEL === "trace" || LOG_LEVEL === "debug" || (LOG_LEVEL === "info" && NODE_ENV === "production")

/** What takes note of each request; undefined where nothing does. */
export const requestLines = (settings: Settings): Effect.Effect<RecordRequest | undefined, never, Scope.Scope> =>
  hasRequestLines(settings)
    ? RequestLines.make(
      { write: (text) => write("stderr", text), unwritten: () => unwritten("stderr") },
      settings.NODE_ENV === "production" ? RequestLines.jsonLine : RequestLines.plainLine
    )
    : Effect.undefined
