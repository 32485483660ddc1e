/**
 * `/metrics`, in Prometheus' text format, on an address of its own.
 *
 * It is not on the port of the API: what is said here helps whoever looks for a weak hour, and a rule of a proxy that is forgotten must not
 * publish it. What is told is what this process has in memory: a scrape asks the database nothing, and never waits.
 */
import { Context, Data, Effect, type Scope } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { createServer, type Server } from "node:http"

/** The port of METRICS_PORT cannot be listened on. */
export class MetricsPortUnavailable extends Data.TaggedError("MetricsPortUnavailable")<{ readonly message: string }> {}

/** A scraper or two, and a person. */
const connectionsMax = 16
const patienceMillis = 5_000

const makeServer = (): Server => {
  const server = createServer(
    { requestTimeout: patienceMillis, headersTimeout: patienceMillis },
    (request, response) => {
      request.resume()
      const isRead = request.method === "GET" || request.method === "HEAD"
      if (!isRead || request.url !== "/metrics") {
        response.writeHead(404, { "content-type": "text/plain" }).end("There is GET /metrics.\n")
        return
      }
      response.writeHead(200, {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store"
      }).end(PrometheusMetrics.formatUnsafe(Context.empty()))
    }
  )
  server.maxConnections = connectionsMax
  // whoever does not read
  server.setTimeout(2 * patienceMillis, (socket) => socket.destroy())
  return server
}

/** Listens until the scope closes; gives the address. */
export const listen = (
  host: string,
  port: number
): Effect.Effect<URL, MetricsPortUnavailable, Scope.Scope> =>
  Effect.gen(function*() {
    const server = makeServer()
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
    )
    return yield* Effect.callback<URL, MetricsPortUnavailable>((resume) => {
      server.once("error", ({ message }) =>
        resume(Effect.fail(
          new MetricsPortUnavailable({
            message: `${host}:${port} cannot be listened on for /metrics (${message}). ` +
              "Set METRICS_PORT to a free port, METRICS_HOST to an address of this machine, or neither."
          })
        )))
      server.listen(port, host, () => {
        const bound = server.address()
        const boundPort = typeof bound === "object" && bound !== null ? bound.port : port
        resume(Effect.succeed(new URL(`http://${host.includes(":") ? `[${host}]` : host}:${boundPort}/metrics`)))
      })
    })
  })
