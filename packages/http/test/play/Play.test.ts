/** Limits, time-outs and exclusions over HTTP. */
import { cents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { TicketsPerDraw } from "@ddd/core/ports/TicketsPerDraw"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  assertProblem,
  at,
  Client,
  internalToken,
  layer as server,
  makePlayer,
  ports,
  runDue,
  textAt
} from "../support/Server.ts"

const hour = 3_600_000
const none = {
  dailySpend: null,
  weeklySpend: null,
  monthlySpend: null,
  dailyDeposit: null,
  weeklyDeposit: null,
  monthlyDeposit: null,
  ticketsPerDraw: null,
  pending: []
}

type Player = Effect.Success<ReturnType<typeof makePlayer>>

const call = (method: string, path: string, { token }: Player, body?: unknown) =>
  Effect.flatMap(Client, (client) => client.call(method, path, { token, ...body === undefined ? {} : { body } }))
const limit = (player: Player, limits: unknown) => call("PUT", "/user/limits", player, limits)
const buy = (player: Player, quantity = 1) => call("POST", "/lottery/purchase-ticket", player, { quantity })
const profile = (player: Player) => Effect.map(call("GET", "/user/profile", player), ({ json }) => json)

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine }), { excludeTestServices: true })(`limits, over ${engine}`, (it) => {
    it.effect("are in force at once, shown, and bind purchases; the refusal says which, what is left and until when", () =>
      Effect.gen(function*() {
        const ada = yield* makePlayer(cents(10_000n))
        assert.deepStrictEqual((yield* call("GET", "/user/limits", ada)).json, none)
        const set = yield* limit(ada, { dailySpend: "5.00", ticketsPerDraw: 20 })
        assert.strictEqual(set.status, 200, set.text)
        assert.deepStrictEqual(set.json, { ...none, dailySpend: "5.00", ticketsPerDraw: 20 })
        assert.deepStrictEqual(at(yield* profile(ada), "limits"), set.json)
        assert.strictEqual((yield* buy(ada, 3)).status, 201)
        const refused = yield* buy(ada, 3)
        assertProblem(refused, 403, "limit_exceeded")
        assert.strictEqual(
          at(refused.json, "detail"),
          "This is more than your daily limit of spending (dailySpend) allows: of $5.00, $2.00 left. " +
            "It begins anew at 2026-02-04T00:00:00.000Z. Nothing was bought."
        )
        assert.strictEqual(at(refused.json, "until"), "2026-02-04T00:00:00.000Z")
        assert.deepInclude(yield* profile(ada), { spentToday: "3.00", wonToday: "0.00" })
        assert.strictEqual((yield* buy(ada, 2)).status, 201)
      }))

    it.effect("are raised once they have waited a day and are confirmed, and lowered at once", () =>
      Effect.gen(function*() {
        const ada = yield* makePlayer(cents(10_000n))
        yield* limit(ada, { dailySpend: "2.00", weeklySpend: "50.00" })
        const asked = yield* limit(ada, { dailySpend: "4.00", weeklySpend: null, monthlySpend: "60.00" })
        const actsAt = textAt(asked.json, "pending", 0, "actsAt")
        assert.deepStrictEqual(asked.json, {
          ...none,
          dailySpend: "2.00",
          weeklySpend: "50.00",
          monthlySpend: "60.00",
          pending: [
            { limit: "dailySpend", value: "4.00", actsAt, confirmBy: textAt(asked.json, "pending", 0, "confirmBy") },
            { limit: "weeklySpend", value: null, actsAt, confirmBy: textAt(asked.json, "pending", 1, "confirmBy") }
          ]
        })
        const early = yield* call("POST", "/user/limits/confirm", ada)
        assert.deepStrictEqual(early.json, asked.json)
        yield* (yield* World).advance(25 * hour)
        yield* runDue
        const confirmed = yield* call("POST", "/user/limits/confirm", ada)
        assert.deepInclude(confirmed.json, { dailySpend: "4.00", weeklySpend: null, pending: [] })
      }))

    it.effect("are refused where they are none, and nothing is changed", () =>
      Effect.gen(function*() {
        const ada = yield* makePlayer()
        for (
          const body of [
            {},
            { dailySpend: "-1.00" },
            { dailySpend: 5 },
            { dailySpend: "5" },
            { ticketsPerDraw: 0 },
            { ticketsPerDraw: 1.5 },
            { ticketsPerDraw: "5" },
            { ticketsPerDraw: 1_000_001 },
            { yearlySpend: "5.00" }
          ]
        ) {
          assertProblem(yield* limit(ada, body), 400, "invalid_request")
        }
        assertProblem(yield* limit(ada, "{"), 400, "invalid_json")
        assert.deepStrictEqual((yield* call("GET", "/user/limits", ada)).json, none)
        const { call: stranger } = yield* Client
        for (const path of ["/user/limits/confirm", "/user/time-out", "/user/self-exclusion"]) {
          assertProblem(yield* stranger("POST", path, { body: {} }), 401, "unauthenticated")
        }
      }))
  })
}

layer(server(), { excludeTestServices: true })("a time-out", (it) => {
  it.effect("refuses purchases and rooms, says until when, and leaves withdrawing alone", () =>
    Effect.gen(function*() {
      const ada = yield* makePlayer(cents(10_000n))
      const bob = yield* makePlayer(cents(1_000n))
      const room = yield* call("POST", "/rooms", bob, { name: "a room" })
      const answer = yield* call("POST", "/user/time-out", ada, { hours: 24 })
      assert.strictEqual(answer.status, 200, answer.text)
      const until = textAt(answer.json, "until")
      const refusals = [
        yield* buy(ada),
        yield* call("POST", "/rooms", ada, { name: "mine" }),
        yield* call("POST", `/rooms/${textAt(room.json, "id")}/join`, ada, { code: textAt(room.json, "code") })
      ]
      for (const refused of refusals) {
        assertProblem(refused, 403, "timed_out")
        assert.strictEqual(at(refused.json, "until"), until)
        assert.include(textAt(refused.json, "detail"), `You take a time-out until ${until}`)
      }
      assert.deepInclude(yield* profile(ada), { timedOutUntil: until, excludedUntil: null })
      assertProblem(yield* call("POST", "/wallet/withdraw", ada, { amount: "1.00" }), 409, "payout_account_missing")
      const { call: machine } = yield* Client
      const deposit = (referenceId: string) =>
        machine("POST", "/wallet/deposit", {
          token: internalToken,
          body: { userId: ada.id, amount: "5.00", referenceId }
        })
      const byHand = yield* deposit("gift")
      assertProblem(byHand, 403, "timed_out")
      assert.strictEqual(at(byHand.json, "until"), until)
      assert.strictEqual((yield* deposit("app_store:7")).status, 201)
      yield* (yield* World).advance(25 * hour)
      yield* runDue
      assert.strictEqual((yield* buy(ada)).status, 201)
      assert.deepInclude(yield* profile(ada), { timedOutUntil: null })
    }))

  it.effect("or an exclusion has a length, and no other", () =>
    Effect.gen(function*() {
      const ada = yield* makePlayer()
      for (const hours of [23, 1_009, 24.5, "24", null]) {
        assertProblem(yield* call("POST", "/user/time-out", ada, { hours }), 400, "invalid_request")
      }
      for (const days of [179, 1_826, 180.5, "180", null]) {
        assertProblem(yield* call("POST", "/user/self-exclusion", ada, { days }), 400, "invalid_request")
      }
      assert.deepInclude(yield* profile(ada), { timedOutUntil: null, excludedUntil: null })
    }))
})

layer(server(), { excludeTestServices: true })("an excluded player", (it) => {
  it.effect("buys nothing, is told so, signs in, and is excluded for longer but never for shorter", () =>
    Effect.gen(function*() {
      const ada = yield* makePlayer(cents(10_000n))
      const first = yield* call("POST", "/user/self-exclusion", ada, { days: 365 })
      const until = textAt(first.json, "until")
      assert.deepStrictEqual((yield* call("POST", "/user/self-exclusion", ada, { days: 180 })).json, { until })
      const refused = yield* buy(ada)
      assertProblem(refused, 403, "timed_out")
      assert.include(textAt(refused.json, "detail"), `You have excluded yourself until ${until}`)
      assert.deepInclude(yield* profile(ada), { excludedUntil: until })
      assert.strictEqual((yield* Ledger.use((ledger) => ledger.wallet(ada.id))).balance, cents(10_000n))
    }))
})

layer(
  server({}, Layer.fresh(ports.pipe(Layer.provideMerge(Layer.succeed(TicketsPerDraw, 3))))),
  { excludeTestServices: true }
)("a maximum of tickets a draw", (it) => {
  it.effect("holds for every player, beside their own", () =>
    Effect.gen(function*() {
      const [ada, bob] = [yield* makePlayer(cents(1_000n)), yield* makePlayer(cents(1_000n))]
      assert.strictEqual((yield* buy(ada, 2)).status, 201)
      const refused = yield* buy(ada, 2)
      assertProblem(refused, 403, "limit_exceeded")
      assert.include(textAt(refused.json, "detail"), "of 3 tickets, 1 ticket left. It begins anew with the next draw")
      yield* limit(bob, { ticketsPerDraw: 1 })
      assertProblem(yield* buy(bob, 2), 403, "limit_exceeded")
      assert.strictEqual((yield* buy(bob, 1)).status, 201)
    }))
})

layer(server(), { excludeTestServices: true })("a profile", (it) => {
  it.effect("says when the session began", () =>
    Effect.gen(function*() {
      const ada = yield* makePlayer()
      yield* (yield* World).advance(2 * hour)
      const shown = yield* profile(ada)
      assert.strictEqual(at(shown, "sessionStartedAt"), "2026-02-03T10:30:00.000Z")
    }))
})

layer(server({ limits: "off" }), { excludeTestServices: true })("changes that are written down", (it) => {
  it.effect("are made a hundred times a day each, and then 429, until the day is over", () =>
    Effect.gen(function*() {
      const ada = yield* makePlayer()
      const timeOut = call("POST", "/user/time-out", ada, { hours: 24 })
      for (const [name, change] of [["limits", limit(ada, { dailySpend: "5.00" })], ["time-outs", timeOut]] as const) {
        for (let times = 0; times < 100; times++) assert.strictEqual((yield* change).status, 200, name)
        const refused = yield* change
        assertProblem(refused, 429, "rate_limited")
        assert.match(textAt(refused.json, "detail"), / 100 times a day \(UTC\), and was\. Nothing was changed/)
        // from half past ten in the morning until midnight
        assert.strictEqual(refused.headers.get("retry-after"), "48600")
      }
      assert.deepInclude(yield* profile(ada), { limits: { ...none, dailySpend: "5.00" } })
      yield* (yield* World).advance(48_600_000)
      assert.strictEqual((yield* limit(ada, { dailySpend: "4.00" })).status, 200)
    }))
})
