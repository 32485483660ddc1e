/** What `/metrics` says; and that the page, the dashboard and the alert rules ask for what there is. */
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import {
  drawLateSecondsMax,
  identityWaitSecondsMax,
  jobLateSecondsMax,
  roundLateSecondsMax
} from "../../src/doctor/StandingChecks.ts"
import { call } from "../support/Call.ts"
import { databaseProxy, through } from "../support/DatabaseProxy.ts"
import { eventually, get, type Server, sure } from "../support/Ddd.ts"
import { type Family, readFigures, valueOf } from "../support/Figures.ts"
import { askedBy } from "../support/PromQl.ts"
import { arrayAt, at, type Player, Site, textAt } from "../support/Site.ts"

const operations = join(import.meta.dirname, "../../../../docs/operations")
const readPage = (name: string): string => readFileSync(join(operations, name), "utf8")

const metricsUrl = ({ stdout }: Server): string =>
  /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(stdout())?.[0] ?? assert.fail(`no /metrics in: ${stdout()}`)

const scrape = (url: string) => Effect.map(get(url), ({ text }) => readFigures(text))

/** What was read of the database is there, and the day's draw in it. */
const untilRead = (url: string) =>
  eventually(
    "a reading with the day's draw",
    scrape(url),
    (families) => families.has("ddd_draws") && valueOf(families, "ddd_draws", { kind: "daily", status: "open" }) === 1
  )

/** Lines of the table, and how a family would stand there. */
const pageRows = readPage("metrics.md").split("\n").filter((line) => /^\| `(?:ddd|process)_/.test(line))
const rowOf = (name: string, { help, labels, type }: Family): string =>
  `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |`

/** Has so much of a player's wallet wait for an identity check, as a settlement does. */
const awaitPrize = Effect.fnUntraced(function*({ id }: Player, amount: string) {
  const { admin } = (yield* Site).database
  const sql = yield* Provision.session(admin)
  yield* sql`SET session_replication_role = replica`
  const waiting = JSON.stringify([{ amount, at: null }])
  yield* sql`UPDATE wallets SET awaiting_identity = ${waiting}::text::jsonb WHERE user_id = ${id}::uuid`
  yield* sql`INSERT INTO identity_waiting VALUES (${id}::uuid)`
})

/** Asks for what is counted only once it has happened. */
const playAll = Effect.gen(function*() {
  const { ask, buy, deposit, newPlayer, urls } = yield* Site
  const player = yield* newPlayer
  yield* deposit(player, "5.00")
  const purchase = { token: player.accessToken, body: { quantity: 3 }, headers: { "idempotency-key": "figures" } }
  for (const _ of [1, 2]) assert.strictEqual((yield* ask("POST", "/lottery/purchase-ticket", purchase)).status, 201)
  assert.strictEqual((yield* buy(player.accessToken, 9)).status, 402)
  const url = urls[0] ?? ""
  const chunked = yield* call(url, "POST", "/auth/sign-in", { headers: { "transfer-encoding": "chunked" } })
  assert.strictEqual(chunked.status, 411, chunked.text)
  return player
})

layer(Site.layer({ processes: [{ METRICS_PORT: "0" }] }), { excludeTestServices: true, timeout: "2 minutes" })(
  "/metrics",
  (it) => {
    it.effect(
      "counts sales, requests and refusals, and says how the draws and queues stand",
      () =>
        Effect.gen(function*() {
          const { ask, servers: [server = assert.fail()] } = yield* Site
          const url = metricsUrl(server)
          yield* playAll
          const families = yield* untilRead(url)
          assert.strictEqual(valueOf(families, "ddd_sales_tickets_total", { draw: "daily" }), 3)
          assert.strictEqual(valueOf(families, "ddd_sales_purchases_total", { outcome: "sold" }), 1)
          assert.strictEqual(valueOf(families, "ddd_sales_purchases_total", { outcome: "repeated" }), 1)
          assert.strictEqual(valueOf(families, "ddd_sales_purchases_total", { outcome: "refused" }), 1)
          assert.strictEqual(valueOf(families, "ddd_sales_batch_purchases_count"), 3)
          assert.strictEqual(valueOf(families, "ddd_http_request_seconds_count", { class: "purchase" }), 3)
          assert.strictEqual(valueOf(families, "ddd_http_refused_total", { code: "length_required" }), 1)
          assert.strictEqual(valueOf(families, "ddd_passwords_hash_seconds_count"), 1)
          assert.isBelow(valueOf(families, "ddd_listen_silence_seconds", { channel: "ddd_draws" }), 60)
          const answered = { method: "POST", route: "/lottery/purchase-ticket", status: "402" }
          assert.strictEqual(valueOf(families, "ddd_http_requests_total", answered), 1)
          // never by what a client chose
          yield* ask("GET", "/secret-of-a-client")
          const { text } = yield* get(url)
          assert.notInclude(text, "secret-of-a-client")
          assert.isTrue(
            readFigures(text).get("ddd_http_requests_total")?.series.some(({ labels }) => labels["route"] === "(none)")
          )
        }),
      180_000
    )

    it.effect(
      "says who waits for an identity check, as doctor does",
      () =>
        Effect.gen(function*() {
          const { advance, ddd, newPlayer, servers: [server = assert.fail()] } = yield* Site
          const [pending, paid] = [yield* newPlayer, yield* newPlayer]
          assert.strictEqual((yield* ddd(["kyc", "set", pending.email, "pending", ...sure])).code, 0)
          // a prize that waits, as a settlement writes it
          yield* awaitPrize(paid, "12.50")
          const money = Effect.map(ddd(["doctor", "--json"]), ({ stdout }) => {
            const told = arrayAt(JSON.parse(stdout), "findings").find((finding) => at(finding, "check") === "money")
            return [at(told, "status"), textAt(told, "message")] as const
          })
          const [status, message] = yield* money
          assert.strictEqual(status, "warning")
          assert.include(message, "$12.50 of 1 players for an identity check: ")
          assert.notInclude(message, "identity checks,")
          const url = metricsUrl(server)
          const families = yield* eventually(
            "a reading with who waits",
            scrape(url),
            (found) => valueOf(found, "ddd_identity_waiting", { what: "prizes" }) === 1
          )
          assert.strictEqual(valueOf(families, "ddd_identity_waiting", { what: "checks" }), 1)
          assert.strictEqual(valueOf(families, "ddd_identity_waiting_dollars"), 12.5)
          assert.isBelow(valueOf(families, "ddd_identity_waiting_seconds"), 600)
          yield* advance((identityWaitSecondsMax + 1) * 1_000)
          yield* eventually(
            "they have waited for too long",
            scrape(url),
            (found) => valueOf(found, "ddd_identity_waiting_seconds") > identityWaitSecondsMax
          )
          assert.include((yield* money)[1], "1 identity checks, the first for 3 days: ")
        }),
      180_000
    )

    it.effect("stands in docs/operations/metrics.md, family by family", () =>
      Effect.gen(function*() {
        const { servers: [server = assert.fail()] } = yield* Site
        const families = yield* untilRead(metricsUrl(server))
        assert.deepStrictEqual(
          pageRows.toSorted(),
          Array.from(families, ([name, family]) => rowOf(name, family)).sort()
        )
      }), 180_000)

    it.effect(
      "has every figure that the dashboard and the alert rules ask for, with its labels",
      () =>
        Effect.gen(function*() {
          const { servers: [server = assert.fail()] } = yield* Site
          const families = yield* untilRead(metricsUrl(server))
          for (const expression of [...dashboardExpressions, ...alertExpressions]) {
            assert.deepStrictEqual(faultsOf(expression, families), [], expression)
          }
        }),
      180_000
    )

    it.effect("is on an address of its own, and nothing else is there", () =>
      Effect.gen(function*() {
        const { servers: [server = assert.fail()] } = yield* Site
        const url = metricsUrl(server)
        assert.strictEqual((yield* get(`${server.url}/metrics`)).status, 404)
        assert.strictEqual((yield* get(`${url}/..%2f`)).status, 404)
        assert.strictEqual((yield* call(url, "POST", "/metrics", { body: {} })).status, 404)
        const { status, stderr } = yield* Effect.map(
          (yield* Site).ddd(["serve"], undefined, { PORT: "0", METRICS_PORT: new URL(url).port }),
          ({ code, stderr }) => ({ status: code, stderr })
        )
        assert.strictEqual(status, 2)
        assert.include(stderr, "METRICS_PORT")
      }), 180_000)
  }
)

const dashboard: unknown = JSON.parse(readPage("grafana.json"))
const dashboardExpressions = arrayAt(dashboard, "panels").flatMap((panel) =>
  arrayAt(panel, "targets").map((target) => textAt(target, "expr"))
)
const alerts: unknown = parse(readPage("alerts.yml"))
const alertRules = arrayAt(alerts, "groups").flatMap((group) => arrayAt(group, "rules"))
const alertExpressions = alertRules.map((rule) => textAt(rule, "expr"))

describe("ddd doctor", () => {
  it("takes for late what the alerts do", () => {
    assert.includeMembers([...alertExpressions], [
      `max(ddd_draw_late_seconds) > ${drawLateSecondsMax}`,
      `max(ddd_draw_round_late_seconds) > ${roundLateSecondsMax}`,
      `max by (queue) (ddd_jobs_late_seconds) > ${jobLateSecondsMax}`,
      `max(ddd_identity_waiting_seconds) > ${identityWaitSecondsMax}`
    ])
  })
})

describe("the dashboard", () => {
  it("shows who waits for identity checks, with what prizes and for how long, and what became of push messages", () => {
    assert.includeMembers([...dashboardExpressions], [
      "max by (what) (ddd_identity_waiting)",
      "max(ddd_identity_waiting_dollars)",
      "max(ddd_identity_waiting_seconds)",
      "sum by (end) (rate(ddd_push_messages_total[5m]))"
    ])
  })
})

/** Labels that Prometheus adds to whatever it scrapes. */
const ofPrometheus = ["instance", "job"]
/** What Prometheus itself says of each scrape. */
const itsOwn = new Set(["up"])

/** What an expression asks for that there is not. */
const faultsOf = (expression: string, families: ReadonlyMap<string, Family>): ReadonlyArray<string> =>
  askedBy(expression).flatMap(({ groupedBy, labels, metric, within }) => {
    if (itsOwn.has(metric)) return []
    const name = metric.replace(/_(bucket|sum|count)$/, "")
    const [family, isPart] = families.has(metric)
      ? [families.get(metric), false]
      : [families.get(name), families.get(name)?.type === "histogram"]
    if (family === undefined || isPart !== (family.type === "histogram")) return [`there is no ${metric}`]
    const known = [...family.labels, ...ofPrometheus, ...metric.endsWith("_bucket") ? ["le"] : []]
    const isCounted = isPart || family.type === "counter"
    return [
      ...[...groupedBy, ...labels.map((label) => label.name)].filter((label) => !known.includes(label)).map((label) =>
        `${metric} has no label ${label}`
      ),
      ...labels.filter(({ operator }) => operator === "=" || operator === "=~").flatMap(({ name, value }) => {
        // statuses and the like come as they happen
        if (name === "status" || ofPrometheus.includes(name)) return []
        const values = new Set(family.series.map((series) => series.labels[name]))
        return value.split("|").filter((each) => !values.has(each)).map((each) => `${metric} has no ${name} "${each}"`)
      }),
      ...(isCounted === (within === "rate")) ? [] : [`${metric} is ${isCounted ? "" : "not "}a count`]
    ]
  })

describe("the alert rules", () => {
  it("each have a name of their own, a severity, and words for whoever is woken", () => {
    const names = alertRules.map((rule) => textAt(rule, "alert"))
    assert.strictEqual(new Set(names).size, names.length)
    assert.isAbove(names.length, 10)
    for (const rule of alertRules) {
      assert.match(textAt(rule, "labels", "severity"), /^(page|ticket)$/)
      assert.isNotEmpty(textAt(rule, "annotations", "summary"))
      const lasting = at(rule, "for")
      assert.isTrue(lasting === undefined || (typeof lasting === "string" && /^\d+m$/.test(lasting)))
    }
  })

  it("are checked by what finds a figure that is not there, a label, a value, and a gauge that is taken for a count", () => {
    const families = readFigures([
      "# HELP a_total A.",
      "# TYPE a_total counter",
      "a_total{kind=\"b\"} 1",
      "# HELP c C.",
      "# TYPE c gauge",
      "c 2",
      ""
    ].join("\n"))
    assert.deepStrictEqual(faultsOf("sum by (kind) (rate(a_total{kind=\"b\"}[5m])) > c", families), [])
    for (
      const wrong of [
        "rate(b_total[5m])",
        "sum by (other) (rate(a_total[5m]))",
        "rate(a_total{kind=\"x\"}[5m])",
        "rate(c[5m])",
        "a_total > 1"
      ]
    ) {
      assert.lengthOf(faultsOf(wrong, families), 1, wrong)
    }
    assert.throws(() => askedBy("sum(("))
  })
})

describe("the dashboard", () => {
  it("has a title and a unit for each panel, none of which is drawn over another", () => {
    const panels = arrayAt(dashboard, "panels")
    const places = panels.map((panel) => `${String(at(panel, "gridPos", "x"))} ${String(at(panel, "gridPos", "y"))}`)
    assert.strictEqual(new Set(places).size, panels.length)
    for (const panel of panels) {
      assert.isNotEmpty(textAt(panel, "title") && textAt(panel, "fieldConfig", "defaults", "unit"))
    }
  })
})

layer(Site.layer(), { excludeTestServices: true, timeout: "2 minutes" })("/metrics while the database hangs", (it) => {
  it.effect(
    "says what is known, at once, and how old it is",
    () =>
      Effect.gen(function*() {
        const { database, serve } = yield* Site
        const proxy = yield* databaseProxy(database.app)
        const server = yield* serve({ DATABASE_URL: through(database.app, proxy.port), METRICS_PORT: "0" })
        const url = metricsUrl(server)
        yield* untilRead(url)
        proxy.set("silent")
        // what was read once shows on, as old as it is
        const families = yield* eventually(
          "an old reading",
          scrape(url),
          (figures) => valueOf(figures, "ddd_database_reading_age_seconds") > 20
        )
        assert.strictEqual(valueOf(families, "ddd_draws", { kind: "daily", status: "open" }), 1)
        proxy.set("open")
        yield* eventually(
          "a new reading",
          scrape(url),
          (figures) => valueOf(figures, "ddd_database_reading_age_seconds") < 15
        )
      }),
    180_000
  )
})
