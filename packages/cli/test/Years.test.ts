/** What a server costs after years of use: of the statements that it really runs, none reads history to find what is now. */
import { fillHistory, smallHistory } from "@ddd/adapters-pg/testing/History"
import {
  nodesOf,
  pagesRead,
  type PlanRecorder,
  type RanStatement,
  recordPlans,
  rowsGiven,
  rowsRead
} from "@ddd/adapters-pg/testing/PlanRecorder"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Answer, Call } from "./support/Call.ts"
import { urlOf } from "./support/DatabaseUrl.ts"
import { eventually } from "./support/Ddd.ts"
import { arrayAt, at, password, type Player, Site, textAt, tokensOf } from "./support/Site.ts"

const authorization = "Bearer of-the-tests"

/** Tables that stay as small as they are, whatever happens. */
const small = new Set(["app_clock", "schema_migrations", "jobs_migrations"])

/** A statement that read more than a few times what it gave, or a table from its one end to the other; in words. */
const faultsOf = ({ plan, text }: RanStatement): ReadonlyArray<string> => {
  const nodes = nodesOf(plan)
  const given = rowsGiven(plan)
  const read = nodes.reduce((sum, node) => sum + rowsRead(node), 0)
  const scanned = nodes.flatMap((node) => {
    const table = node["Relation Name"]
    return node["Node Type"] === "Seq Scan" && table !== undefined && !small.has(table) && rowsRead(node) > 0
      ? [table]
      : []
  })
  return [
    ...scanned.map((table) => `scans all of ${table}`),
    ...read > 400 + 10 * given ? [`reads ${read} rows to give ${given}`] : [],
    ...pagesRead(plan) > 600 + 20 * given ? [`looks at ${pagesRead(plan)} pages to give ${given} rows`] : []
  ].map((fault) => `${fault}: ${text}`)
}

const Shop = Site.layer()

layer(Shop, { excludeTestServices: true, timeout: "120 seconds" })("a server with years of history", (it) => {
  it.effect("reads none of it to answer a request or to see what is due", () =>
    Effect.gen(function*() {
      const site = yield* Site
      const { database, deposit, newPlayer, superuser } = site
      const veteran = yield* newPlayer
      const friend = yield* newPlayer
      const begun = performance.now()
      yield* fillHistory(superuser, smallHistory, { ...veteran, tickets: 10_000, sessions: 2_000 })
      console.log("filled", performance.now() - begun)
      yield* deposit(veteran, "100.00")
      yield* deposit(friend, "100.00")
      const plans = yield* recordPlans(database.admin, database)
      const second = yield* site.serve({
        DATABASE_URL: urlOf(plans.connection),
        REVENUECAT_WEBHOOK_AUTH: authorization,
        PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}"
      })
      const { url } = second
      yield* Effect.addFinalizer(() => Effect.sync(() => console.log(second.stderr().slice(0, 3000))))
      yield* play(plans, url, veteran, friend)
      yield* Effect.sleep("12 seconds")
      const all = plans.take()
      const faults = new Map<string, number>()
      for (const fault of all.flatMap(faultsOf)) {
        const key = fault.replaceAll(/\d+/g, "N").slice(0, 100)
        if (!faults.has(key)) console.log(fault.slice(0, 700))
        faults.set(key, (faults.get(key) ?? 0) + 1)
      }
      console.log(all.length, "statements", new Set(all.map(({ text }) => text)).size, "different")
      assert.deepStrictEqual([...faults], [])
    }), 240_000)
})

const play = (_plans: PlanRecorder, url: string, veteran: Player, friend: Player) =>
  Effect.gen(function*() {
    const site = yield* Site
    const say = (expected: number, method: string, path: string, asked: Call = {}) =>
      Effect.map(site.ask(method, path, { ...asked, at: url }), (answer: Answer) => {
        if (answer.status !== expected) console.log(`${method} ${path}: ${answer.status} ${answer.text}`)
        return answer
      })
    const own = { token: veteran.accessToken }
    const friends = { token: friend.accessToken }
    for (let round = 0; round < 7; round++) {
      yield* say(200, "GET", "/lottery/current-draw")
      yield* say(200, "GET", "/lottery/draw-history")
      yield* say(200, "GET", "/lottery/draw-history?limit=3")
      yield* say(200, "GET", "/lottery/last-winner")
      yield* say(200, "GET", "/lottery/draws/2026-01-01")
      yield* say(200, "GET", "/lottery/draws/2026-01-01/records")
      yield* say(200, "GET", "/lottery/draws/2026-01-01/proof")
      yield* say(201, "POST", "/lottery/purchase-ticket", {
        ...own,
        body: { quantity: 2 },
        headers: { "idempotency-key": `k${round}` }
      })
      yield* say(201, "POST", "/lottery/purchase-ticket", {
        ...own,
        body: { quantity: 2 },
        headers: { "idempotency-key": `k${round}` }
      })
      const tickets = yield* say(200, "GET", "/lottery/tickets", own)
      const [ticket] = arrayAt(tickets.json, "items")
      yield* say(200, "GET", `/lottery/tickets?drawId=${textAt(ticket, "drawId")}`, own)
      for (const status of ["active", "won", "lost"]) yield* say(200, "GET", `/lottery/tickets?status=${status}`, own)
      yield* say(200, "GET", `/lottery/tickets/${textAt(ticket, "ticketId")}/verify`)
      yield* say(200, "GET", "/user/profile", own)
      yield* say(200, "GET", "/auth/sessions", own)
      yield* say(200, "GET", "/wallet/transactions", own)
      for (const type of ["deposit", "prize_win", "ticket_purchase", "refund", "withdrawal"]) {
        yield* say(200, "GET", `/wallet/transactions?type=${type}`, own)
      }
      yield* say(200, "GET", "/wallet/payout-account", own)
      yield* say(200, "GET", "/rooms", own)
      const room = yield* say(201, "POST", "/rooms", { ...own, body: { name: "Friday night" } })
      const [id, code] = [textAt(room.json, "id"), textAt(room.json, "code")]
      yield* say(404, "POST", `/rooms/${id}/join`, { ...friends, body: { code: "222222" } })
      yield* say(200, "POST", `/rooms/${id}/join`, { ...friends, body: { code } })
      yield* say(200, "GET", `/rooms/${code}`, own)
      yield* say(201, "POST", `/rooms/${id}/purchase-ticket`, own)
      yield* say(204, "POST", `/rooms/${id}/leave`, friends)
      yield* say(200, "POST", `/rooms/${id}/join`, { ...friends, body: { code } })
      yield* say(201, "POST", `/rooms/${id}/purchase-ticket`, friends)
      yield* say(200, "GET", `/rooms/${id}/ticket`, own)
      if (round % 2 === 0) {
        yield* say(200, "POST", `/rooms/${id}/start-draw`, { ...own, body: {} })
        yield* say(200, "POST", `/rooms/${id}/execute-draw`, own)
      } else yield* say(200, "POST", `/rooms/${id}/close`, own)
      yield* say(200, "GET", `/rooms/${id}/proof`, own)
      yield* say(200, "GET", "/rooms", own)
      const signedIn = yield* say(200, "POST", "/auth/sign-in", { body: { email: veteran.email, password } })
      yield* say(401, "POST", "/auth/sign-in", { body: { email: veteran.email, password: "wrong password" } })
      yield* say(401, "POST", "/auth/sign-in", { body: { email: "nobody@example.com", password: "wrong password" } })
      const { refreshToken } = tokensOf(signedIn)
      const refreshed = yield* say(200, "POST", "/auth/refresh", { body: { refreshToken } })
      yield* say(204, "POST", "/auth/sign-out", { body: { refreshToken: tokensOf(refreshed).refreshToken } })
      yield* say(202, "POST", "/auth/reset-password", { body: { email: veteran.email } })
      yield* say(202, "POST", "/auth/reset-password", { body: { email: "nobody@example.com" } })
      yield* say(202, "POST", "/auth/verify-email/resend", own)
      yield* say(200, "PATCH", "/user/profile", {
        ...own,
        body: { email: `new${round}@example.com`, currentPassword: password }
      })
      const another = yield* say(200, "POST", "/auth/sign-in", { body: { email: friend.email, password } })
      const sessions = yield* say(200, "GET", "/auth/sessions", { token: tokensOf(another).accessToken })
      const other = arrayAt(sessions.json, "items").find((session) => at(session, "current") === true)
      yield* say(204, "DELETE", `/auth/sessions/${textAt(other, "id")}`, { token: tokensOf(another).accessToken })
      yield* say(200, "POST", "/webhooks/revenuecat", {
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
      yield* say(201, "POST", "/wallet/payout-account", own)
      yield* say(202, "POST", "/wallet/withdraw", { ...own, body: { amount: "1.00" } })
      yield* say(200, "GET", "/readyz")
      yield* say(201, "POST", "/auth/sign-up", {
        body: { email: `late${round}@example.com`, username: `late${round}`, password }
      })
    }
    yield* eventually("x", Effect.succeed(1), () => true)
  })
