/** Collectors of traces, figures and reports: what they are told, and that a bad one keeps nobody waiting. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { eventually, get, type Server } from "../support/Ddd.ts"
import { readFigures, valueOf } from "../support/Figures.ts"
import { dsnAt, nobody, receiver, silentReceiver } from "../support/Receivers.ts"
import { arrayAt, at, Site, textAt } from "../support/Site.ts"

const metricsOf = ({ stdout }: Server) => {
  const [url = assert.fail(stdout())] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(stdout()) ?? []
  return Effect.map(get(url), ({ text }) => readFigures(text))
}

const traceId = "0af7651916cd43dd8448eb211c80319c"
const otherTraceId = "4bf92f3577b34da6a3ce929d0e0e4736"

/** Has a request meet a fault of ours, which is logged as an error: the application may not read what it must. */
const meetFault = Effect.fnUntraced(function*(act: Effect.Effect<unknown, never, Site>) {
  const { database: { app }, superuser } = yield* Site
  const role = superuser.literal(`"${app.username}"`)
  yield* Effect.orDie(superuser`REVOKE SELECT ON transactions FROM ${role}`)
  yield* act
  yield* Effect.orDie(superuser`GRANT SELECT ON transactions TO ${role}`)
})

/** Asks for what is answered 500 meanwhile. */
const askInVain = (url: string, token: string, times: number) =>
  Effect.gen(function*() {
    const { ask } = yield* Site
    yield* Effect.forEach(Array.from({ length: times }), () =>
      Effect.gen(function*() {
        const { status } = yield* ask("GET", "/wallet/transactions", {
          at: url,
          token,
          headers: { "x-request-id": "in-vain" }
        })
        assert.strictEqual(status, 500)
      }), { concurrency: 8, discard: true })
  })

layer(Site.layer(), { excludeTestServices: true, timeout: "8 minutes" })("collectors", (it) => {
  it.effect(
    "are told of requests, figures and errors, under the ids that the log and the client have",
    () =>
      Effect.gen(function*() {
        const { ask, database, deposit, newPlayer, serve } = yield* Site
        const told = yield* receiver("take")
        const server = yield* serve({
          OTEL_EXPORTER_OTLP_ENDPOINT: told.url,
          SENTRY_DSN: dsnAt(told.url),
          LOG_LEVEL: "debug"
        })
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-00`, "x-request-id": "of-a-purchase" }
        const body = { quantity: 1 }
        const purchase = { at: server.url, token: player.accessToken, headers, body }
        assert.strictEqual((yield* ask("POST", "/lottery/purchase-ticket", purchase)).status, 201)
        assert.strictEqual(
          (yield* ask("GET", "/user/profile", { at: server.url, token: player.accessToken })).status,
          200
        )
        const reading = {
          at: server.url,
          token: player.accessToken,
          headers: { traceparent: `00-${otherTraceId}-b7ad6b7169203331-01` }
        }
        assert.strictEqual((yield* ask("GET", "/wallet/transactions", reading)).status, 200)
        yield* meetFault(askInVain(server.url, player.accessToken, 1))
        assert.strictEqual(yield* server.stop(), 0)

        const bodiesAt = (path: string) => told.received().filter((each) => each.path === path).map(({ body }) => body)
        const spans = bodiesAt("/v1/traces").flatMap((text) => arrayAt(JSON.parse(text), "resourceSpans"))
          .flatMap((resource) => arrayAt(resource, "scopeSpans")).flatMap((scope) => arrayAt(scope, "spans"))
        const [purchased, read] = [traceId, otherTraceId].map((id) =>
          spans.filter((span) => at(span, "traceId") === id)
        )
        // the sale itself serves many requests, and belongs to none
        assert.lengthOf(purchased ?? [], 1)
        assert.strictEqual(at(purchased, 0, "parentSpanId"), "b7ad6b7169203331")
        assert.include(JSON.stringify(purchased), "/lottery/purchase-ticket")
        assert.includeMembers((read ?? []).map((span) => at(span, "name")), [
          "GET",
          "LedgerPg.transactions",
          database.app.database
        ])
        assert.include(JSON.stringify(spans), "/user/profile")

        assert.include(bodiesAt("/v1/metrics").join(""), "ddd_sales_tickets_total")

        const [envelope = assert.fail("no report")] = bodiesAt("/api/42/envelope/")
        const [head, item, event] = envelope.split("\n").map((line): unknown => JSON.parse(line))
        assert.strictEqual(at(item, "type"), "event")
        assert.strictEqual(textAt(event, "event_id"), textAt(head, "event_id"))
        assert.strictEqual(textAt(event, "message", "formatted"), "A request could not be answered")
        assert.strictEqual(textAt(event, "tags", "requestId"), "in-vain")
        const [exception] = arrayAt(event, "exception", "values")
        assert.strictEqual(textAt(exception, "type"), "SqlError")
        assert.notInclude(envelope, "permission denied")
        // the log has the error's words, and both ids of the purchase
        assert.include(server.stderr(), "permission denied")
        assert.include(server.stderr(), "of-a-purchase")
      }),
    180_000
  )

  it.effect(
    "that never answer, refuse, fail or drip keep no purchase and no stop, and cost no memory",
    () =>
      Effect.gen(function*() {
        const { ask, deposit, newPlayer, serve } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "900.00")
        const places = [yield* silentReceiver, nobody, (yield* receiver("fail")).url, (yield* receiver("drip")).url]
        for (const place of places) {
          const server = yield* serve({
            METRICS_PORT: "0",
            OTEL_EXPORTER_OTLP_ENDPOINT: place,
            SENTRY_DSN: dsnAt(place),
            LOG_LEVEL: "error"
          })
          yield* meetFault(askInVain(server.url, player.accessToken, 160))
          const buy = ask("POST", "/lottery/purchase-ticket", {
            at: server.url,
            token: player.accessToken,
            body: { quantity: 1 }
          })
          yield* Effect.forEach(Array.from({ length: 100 }), () =>
            Effect.map(buy, ({ status, text }) => assert.strictEqual(status, 201, text)), {
            concurrency: 8,
            discard: true
          })
          const failed = yield* eventually(
            "the drops",
            metricsOf(server),
            // of 160 errors in two minutes at most
            (figures) =>
              valueOf(figures, "ddd_telemetry_failed_total", { to: "sentry" }) >= 160 - 2 * 60
          )
          assert.strictEqual(valueOf(failed, "ddd_sales_tickets_total", { draw: "daily" }), 100)
          const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1])
          assert.isBelow(rss, 700 * 1024)
          const asked = performance.now()
          assert.strictEqual(yield* server.stop(), 0, place)
          // ten seconds are promised, and one that waited for an answer would wait for ever: a busy machine has a minute
          assert.isBelow(performance.now() - asked, 60_000, place)
        }
      }),
    480_000
  )
})
