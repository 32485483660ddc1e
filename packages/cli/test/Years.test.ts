/** What a server costs after years of use: of the statements that it really runs, none reads history to find what is now. */
import { fillHistory, smallHistory } from "@ddd/adapters-pg/database/MadeUpHistory"
import {
  nodesOf,
  pagesRead,
  type PlanNode,
  type RanStatement,
  recordPlans,
  rowsGiven,
  rowsRead
} from "@ddd/adapters-pg/testing/PlanRecorder"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Call } from "./support/Call.ts"
import { checkerSecret, signedMessage } from "./support/Checker.ts"
import { urlOf } from "./support/DatabaseUrl.ts"
import { because } from "./support/Ddd.ts"
import { arrayAt, at, password, type Player, Site, textAt, tokensOf } from "./support/Site.ts"

const authorization = "Bearer of-the-tests"

/** Tables that stay as small as they are, whatever happens. */
const small = new Set(["app_clock", "schema_migrations", "jobs_migrations"])

/** Rows of a table that is read as a whole since it fits in a page or two. */
const scannedMax = 50

/** A step of pruning passes over what the one before it removed, until the database has vacuumed; so does who reads the keys that are left. */
const isOfPruning = (text: string): boolean =>
  /ctid = ANY|DELETE FROM sessions|DELETE FROM sale_batches|FROM sessions WHERE ended_at <=/
    .test(text)

const allRowsRead = (plan: PlanNode): number => nodesOf(plan).reduce((sum, node) => sum + rowsRead(node), 0)

/** How a statement reads more than a few times what it gives, or a table from its one end to the other; in words. */
const faultsOf = ({ plan, text }: RanStatement): ReadonlyArray<string> => {
  const nodes = nodesOf(plan)
  const given = rowsGiven(plan)
  const read = allRowsRead(plan)
  const scanned = nodes.flatMap((node) => {
    const table = node["Relation Name"]
    const isScan = node["Node Type"] === "Seq Scan" && table !== undefined && !small.has(table) &&
      rowsRead(node) > scannedMax
    return isScan ? [table] : []
  })
  return [
    ...scanned.map((table) => `scans all of ${table}`),
    ...read > 400 + 10 * given ? [`reads ${read} rows to give ${given}`] : [],
    ...pagesRead(plan) > 600 + 20 * given && !isOfPruning(text)
      ? [`looks at ${pagesRead(plan)} pages to give ${given} rows`]
      : []
  ].map((fault) => `${fault}: ${text}`)
}

/** How the timer looks for purchases that may be credited by now. */
const ofPurchases = /FROM purchases_to_match ORDER BY/

/** What timers run, and nothing else does. */
const ofTimers = [
  /FROM sessions WHERE ended_at > /,
  /ahead AS/,
  // for /metrics
  /standing AS/,
  /failed AS MATERIALIZED/,
  /held_reason IS NOT NULL ORDER BY id/,
  /marked AS/,
  ofPurchases,
  /FROM withdrawals, .* due_at <= clock/,
  /d.beacon_signature IS NULL/,
  /DELETE FROM idempotency_keys/,
  /DELETE FROM sale_batches/,
  /DELETE FROM refresh_tokens/,
  /DELETE FROM mailed_tokens/,
  /DELETE FROM throttles/,
  /DELETE FROM known_networks/,
  /DELETE FROM excluded_names/,
  /DELETE FROM devices WHERE ctid/,
  /DELETE FROM push_messages WHERE ctid/,
  /FROM push_messages WHERE receipt_id IS NULL AND kind <> 'closing'/,
  /FROM push_messages WHERE receipt_id IS NULL AND kind = 'closing'/,
  /FROM push_messages WHERE receipt_id IS NOT NULL/,
  /FROM draws d.* draw_closings c/s,
  /UPDATE webhook_events SET body = ''/,
  /DELETE FROM "jobs"/
]

/** A PostgreSQL plans a statement for any values once it has seen a few. */
const rounds = 6

layer(Site.layer(), { excludeTestServices: true, timeout: "5 minutes" })("a server with years of history", (it) => {
  it.effect("reads none of it to answer a request or to see what is due", () =>
    Effect.gen(function*() {
      const { database, ddd, deposit, newPlayer, serve, superuser } = yield* Site
      const [veteran, friend] = [yield* newPlayer, yield* newPlayer]
      yield* fillHistory(superuser, smallHistory, { ...veteran, tickets: 10_000, sessions: 2_000 })
      yield* superuser`UPDATE users SET email_verified = true WHERE id = ${veteran.id}::uuid`
      yield* deposit(veteran, "100.00")
      yield* deposit(friend, "100.00")
      const plans = yield* recordPlans(database.admin, database)
      const recorded = { DATABASE_URL: urlOf(plans.connection) }
      const { url } = yield* serve({
        ...recorded,
        METRICS_PORT: "0",
        REVENUECAT_WEBHOOK_AUTH: authorization,
        PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}",
        KYC_WEBHOOK_SECRET: checkerSecret,
        KYC_ABOVE: "10.00",
        PRIZE_HOLD_KYC: "true",
        PRIZE_REPORT_FROM: "1.90",
        MAX_TICKETS_PER_DRAW: "1000"
      })
      const document = yield* Effect.promise(async () => await (await fetch(`${url}/openapi.json`)).json())
      const operations = Object.entries(Object(at(document, "paths"))).flatMap(([path, methods]) =>
        Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`)
      )
      const pages = operations.flatMap((one) => /^GET ([^{]+)$/.exec(one)?.[1] ?? [])
        // it takes a month
        .filter((path) => path !== "/wallet/statement")
      const asked = yield* play(url, pages, veteran, friend)
      const forms = operations.map((operation) => ({
        operation,
        form: new RegExp(`^${operation.replaceAll(/\{[^}]+\}/g, "[^/?]+")}($|\\?)`)
      }))
      const left = forms.filter(({ form }) => !asked.some((one) => form.test(one))).map(({ operation }) => operation)
      assert.deepStrictEqual(left, [], "each endpoint is asked")

      const erased = yield* ddd(["user", "erase", "late0", "--yes", "late0", ...because], undefined, recorded)
      assert.strictEqual(erased.code, 0, erased.stderr)
      for (
        const looked of [
          ["find", "late1"],
          ["find", `test:${veteran.id}:100.00`],
          ["find", veteran.id],
          ["user", "search", "late"],
          ["user", "list", "--debt"],
          ["user", "list", "--frozen", "--excluded"],
          ["user", "show", veteran.id],
          ["kyc", "list"],
          ["kyc", "show", veteran.id]
        ]
      ) {
        const found = yield* ddd(looked, undefined, recorded)
        // 1: there is none
        assert.include([0, 1], found.code, found.stderr)
      }
      const reported = yield* ddd(["report", "prizes", "--from", "2016-01-01", "--json"], undefined, recorded)
      assert.strictEqual(reported.code, 0, reported.stderr)

      const ran: Array<RanStatement> = []
      const missing = Effect.sync(() => {
        ran.push(...plans.take())
        return ofTimers.filter((form) => !ran.some(({ text }) => form.test(text)))
      })
      yield* missing.pipe(
        Effect.delay("200 millis"),
        Effect.repeat({ until: (forms) => forms.length === 0 }),
        Effect.timeout("5 minutes")
      )
      assert.deepStrictEqual([...new Set(ran.flatMap(faultsOf))], [])
      // 20,000 purchases wait, for nobody who is known
      const looks = ran.filter(({ text }) => ofPurchases.test(text))
      assert.deepStrictEqual([...new Set(looks.map(({ plan }) => allRowsRead(plan)))], [0])
    }), 900_000)
})

/**
 * Asks for everything that there is, several times, as a player who has done so for years, and a friend. `pages`: what is read without
 * naming anything. Gives what was asked.
 */
const play = (url: string, pages: ReadonlyArray<string>, veteran: Player, friend: Player) =>
  Effect.gen(function*() {
    const site = yield* Site
    const asked: Array<string> = []
    const say = Effect.fnUntraced(
      function*(expected: ReadonlyArray<number>, method: string, path: string, call: Call = {}) {
        asked.push(`${method} ${path}`)
        const answer = yield* site.ask(method, path, { ...call, at: url })
        assert.include(expected, answer.status, `${method} ${path}: ${answer.text}`)
        return answer
      }
    )
    const get = (path: string, call: Call = {}) => say([200], "GET", path, call)
    const own = { token: veteran.accessToken }
    const friends = { token: friend.accessToken }

    for (let round = 0; round < rounds; round++) {
      for (const path of pages) yield* get(path, own)
      yield* get("/lottery/draw-history?limit=3")
      for (const part of ["", "/records", "/proof"]) yield* get(`/lottery/draws/2026-01-01${part}`)
      for (const format of ["json", "csv", "html"]) yield* get(`/wallet/statement?month=2026-02&format=${format}`, own)
      const key = { ...own, body: { quantity: 2 }, headers: { "idempotency-key": `key ${round}` } }
      for (let again = 0; again < 2; again++) yield* say([201], "POST", "/lottery/purchase-ticket", key)
      const [ticket] = arrayAt((yield* get("/lottery/tickets", own)).json, "items")
      yield* get(`/lottery/tickets?drawId=${textAt(ticket, "drawId")}`, own)
      for (const status of ["active", "won", "lost"]) yield* get(`/lottery/tickets?status=${status}`, own)
      yield* get(`/lottery/tickets/${textAt(ticket, "ticketId")}/verify`)
      for (const type of ["deposit", "prize_win", "ticket_purchase", "refund", "withdrawal"]) {
        yield* get(`/wallet/transactions?type=${type}`, own)
      }
      const deposited = yield* say([201], "POST", "/wallet/deposit", {
        token: site.internalToken,
        body: { userId: veteran.id, amount: "1.00", referenceId: `more:${round}` }
      })
      yield* say([201], "POST", "/wallet/payout-account", own)
      yield* say([204, 409], "DELETE", "/wallet/payout-account", own)
      // of an address that is not verified, or with nothing won
      // where it is refused: nobody pays in so without Stripe
      yield* say([503], "POST", "/wallet/checkout", { ...own, body: { amount: "5.00" } })
      yield* say([202, 402, 403, 409], "POST", "/wallet/withdraw", { ...own, body: { amount: "1.00" } })
      yield* playRoom(say, own, friends, round)
      yield* playAccount(say, veteran, friend, round)
      yield* say([200], "POST", "/webhooks/revenuecat", {
        headers: { authorization },
        body: {
          api_version: "1.0",
          event: {
            id: `event-${round}`,
            type: "NON_RENEWING_PURCHASE",
            environment: "PRODUCTION",
            store: "APP_STORE",
            transaction_id: `20000000${round}`,
            product_id: "funds_5",
            app_user_id: round % 2 === 0 ? veteran.id : `stranger ${round}`
          }
        }
      })
      yield* say([400, 401, 503], "POST", "/webhooks/stripe", { body: {} })
      // as if the player were looked at again and again
      const [userId, occurredAt] = [veteran.id, textAt(deposited.json, "createdAt")]
      const status = round % 2 === 0 ? "pending" : "verified"
      const message = { id: `message-${round}`, userId, status, occurredAt, dateOfBirth: "1990-05-01" }
      yield* say([200], "POST", "/webhooks/kyc", signedMessage(message, occurredAt))
    }
    return asked
  })

type Say = (
  expected: ReadonlyArray<number>,
  method: string,
  path: string,
  call?: Call
) => ReturnType<Site["Service"]["ask"]>

/** A room's life: drawn in every other round, else closed. */
const playRoom = Effect.fnUntraced(function*(say: Say, own: Call, friends: Call, round: number) {
  yield* say([200], "GET", "/rooms", own)
  const room = yield* say([201], "POST", "/rooms", { ...own, body: { name: "Friday night" } })
  const [id, code] = [textAt(room.json, "id"), textAt(room.json, "code")]
  // a few wrong codes are let be
  if (round < 3) yield* say([404], "POST", `/rooms/${id}/join`, { ...friends, body: { code: "222222" } })
  yield* say([200], "POST", `/rooms/${id}/join`, { ...friends, body: { code } })
  yield* say([204], "POST", `/rooms/${id}/leave`, friends)
  yield* say([200], "POST", `/rooms/${id}/join`, { ...friends, body: { code } })
  yield* say([200], "GET", `/rooms/${code}`, own)
  for (const buyer of [own, friends]) yield* say([201], "POST", `/rooms/${id}/purchase-ticket`, buyer)
  yield* say([200], "GET", `/rooms/${id}/ticket`, own)
  if (round % 2 === 0) {
    yield* say([200], "POST", `/rooms/${id}/start-draw`, { ...own, body: {} })
    yield* say([200], "POST", `/rooms/${id}/execute-draw`, own)
  } else yield* say([200], "POST", `/rooms/${id}/close`, own)
  yield* say([200], "GET", `/rooms/${id}/proof`, own)
})

const playAccount = Effect.fnUntraced(function*(say: Say, veteran: Player, friend: Player, round: number) {
  const own = { token: veteran.accessToken }
  const late = { email: `late${round}@example.com`, username: `late${round}`, password }
  const newcomer = { token: tokensOf(yield* say([201, 429], "POST", "/auth/sign-up", { body: late })).accessToken }
  const signedIn = yield* say([200], "POST", "/auth/sign-in", { body: { email: veteran.email, password } })
  if (round < 3) {
    for (const email of [veteran.email, "nobody@example.com"]) {
      yield* say([401], "POST", "/auth/sign-in", { body: { email, password: "a wrong password" } })
    }
  }
  const refreshed = yield* say([200], "POST", "/auth/refresh", {
    body: { refreshToken: tokensOf(signedIn).refreshToken }
  })
  yield* say([204], "POST", "/auth/sign-out", { body: { refreshToken: tokensOf(refreshed).refreshToken } })
  for (const email of [veteran.email, "nobody@example.com"]) {
    yield* say([202], "POST", "/auth/reset-password", { body: { email } })
  }
  yield* say([400], "POST", "/auth/reset-password/confirm", { body: { token: "a".repeat(43), password } })
  yield* say([400], "POST", "/auth/verify-email", { body: { token: "a".repeat(43) } })
  yield* say([202], "POST", "/auth/verify-email/resend", own)
  yield* say([200, 429], "PATCH", "/user/profile", {
    ...own,
    body: { email: `new${round}@example.com`, currentPassword: password }
  })
  const another = {
    token: tokensOf(yield* say([200], "POST", "/auth/sign-in", { body: { email: friend.email, password } })).accessToken
  }
  const { json } = yield* say([200], "GET", "/auth/sessions", another)
  const current = arrayAt(json, "items").find((session) => at(session, "current") === true)
  yield* say([204], "DELETE", `/auth/sessions/${textAt(current, "id")}`, another)
  yield* say([200], "PUT", "/user/limits", {
    ...own,
    body: { dailySpend: "5000.00", monthlyDeposit: "1.00", ticketsPerDraw: 900 + round }
  })
  yield* say([200], "POST", "/user/limits/confirm", own)
  const device = `/user/devices/00000000-0000-4000-8000-00000000000${round}`
  const pushToken = `ExponentPushToken[${round}]`
  yield* say([204], "PUT", device, { ...own, body: { pushToken, platform: "ios", locale: "en" } })
  yield* say([204], "DELETE", device, own)
  yield* say([204], "PUT", device, { ...own, body: { pushToken, platform: "ios", locale: "en" } })
  yield* say([200], "POST", "/user/time-out", { ...newcomer, body: { hours: 24 } })
  yield* say([200], "POST", "/user/self-exclusion", { ...newcomer, body: { days: 180 } })
  yield* say([204], "POST", "/auth/change-password", {
    ...newcomer,
    body: { currentPassword: password, password: `${password} ${round}` }
  })
  yield* say([204], "POST", "/auth/sign-out-everywhere", newcomer)
  // the first one is erased by an operator
  if (round === 0) return
  const leaving = yield* say([200], "POST", "/auth/sign-in", {
    body: { email: late.email, password: `${password} ${round}` }
  })
  yield* say([204], "DELETE", "/user", {
    token: tokensOf(leaving).accessToken,
    body: { currentPassword: `${password} ${round}` }
  })
})
