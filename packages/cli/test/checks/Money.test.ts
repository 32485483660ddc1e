/** Money that is asked for many times, in odd amounts, or by who is nobody (docs/security.md, "The thirty checks"). */
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { signature } from "@ddd/sim/providers/WebhookSignature"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { eventually } from "../support/Ddd.ts"
import { newPayee } from "../support/Payees.ts"
import { overOneAndTwo, type Processes, processesWith } from "../support/Processes.ts"
import { atOnce, headerOf, requestText, tally } from "../support/RawHttp.ts"
import { clock } from "../support/Rooms.ts"
import { arrayAt, assertProblem, internalToken, type Player, Site, textAt, tokensOf } from "../support/Site.ts"

const authorization = "Bearer of-the-checks"

/** While one secret replaces the other, both are good. */
const [today, tomorrow] = ["whsec_of_today", "whsec_of_tomorrow"]

const providers = Effect.map(StripeStandIn.make({ times: { inTransitMillis: 50, paidMillis: 100 } }), (stripe) => ({
  REVENUECAT_WEBHOOK_AUTH: authorization,
  PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}",
  STRIPE_SECRET_KEY: stripe.secretKey,
  STRIPE_API_BASE: stripe.url,
  STRIPE_WEBHOOK_SECRET: `${today},${tomorrow}`,
  WITHDRAW_DEPOSITS: "true"
}))

/** What each process has in its environment of the providers. */
class Providers extends Context.Service<Providers, Effect.Success<typeof providers>>()("@ddd/cli/test/Providers") {}

const layerOf = (count: Processes) =>
  Layer.unwrap(
    Effect.map(providers, (env) => Layer.merge(Layer.succeed(Providers, env), Site.layer(processesWith(count, env))))
  )

const copies = 50

const times = <A>(count: number, make: (nth: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, nth) => make(nth))

/** What is in the wallet, and what is on its way out of it. */
const walletOf = ({ accessToken }: Pick<Player, "accessToken">) =>
  Effect.flatMap(Site, ({ ask }) => ask("GET", "/wallet", { token: accessToken })).pipe(
    Effect.map(({ json }) => [textAt(json, "balance"), textAt(json, "pendingWithdrawal")])
  )

/** The amounts of a player's movements of one type. */
const movementsOf = ({ accessToken }: Pick<Player, "accessToken">, type: string) =>
  Effect.flatMap(Site, ({ ask }) => ask("GET", `/wallet/transactions?type=${type}&limit=100`, { token: accessToken }))
    .pipe(Effect.map(({ json }) => arrayAt(json, "items").map((movement) => textAt(movement, "amount"))))

const withdrawal = (token: string, amount: string): string =>
  requestText({ method: "POST", path: "/wallet/withdraw", token, body: JSON.stringify({ amount }) })

const purchase = (token: string, key?: string, quantity = 1): string =>
  requestText({
    method: "POST",
    path: "/lottery/purchase-ticket",
    token,
    headers: key === undefined ? {} : { "Idempotency-Key": key },
    body: JSON.stringify({ quantity })
  })

/** Asserts that of so many requests for all that a player has one was taken. */
const assertTakenOnce = (
  player: Player,
  amount: string,
  answers: ReadonlyArray<{ readonly status: number }>
) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(tally(answers), { 202: 1, 402: copies - 1 })
    assert.strictEqual((yield* walletOf(player))[0], "0.00")
    assert.deepStrictEqual(yield* movementsOf(player, "withdrawal"), [`-${amount}`])
  })

/** Amounts that are none, as they stand in JSON. */
const noAmounts = [
  "-1",
  "0",
  "0.5",
  "1e999",
  "9007199254740992",
  "\"100\"",
  "\"1.001\"",
  "\"٣.00\"",
  "\"-1.00\"",
  "\"0.00\"",
  "\"+1.00\"",
  "\" 1.00\"",
  "\"01.00\"",
  "\"1,00\"",
  "\"1e2\"",
  "\"10000000000.00\"",
  "null",
  "[\"1.00\"]"
]

let told = 0

/** What the shop tells of a purchase of $5.00. */
const shopEvent = (fields: Readonly<Record<string, unknown>>) => {
  const nth = ++told
  return {
    api_version: "1.0",
    event: {
      id: `check-${nth}`,
      type: "NON_RENEWING_PURCHASE",
      environment: "PRODUCTION",
      store: "APP_STORE",
      transaction_id: `30000000${nth}`,
      product_id: "funds_5",
      price: 4.99,
      ...fields
    }
  }
}

type ShopEvent = ReturnType<typeof shopEvent>

/** What the shop tells when it has given the price back. */
const refundOf = ({ event }: ShopEvent) => ({
  api_version: "1.0",
  event: { ...event, id: `check-${++told}`, type: "CANCELLATION", cancel_reason: "CUSTOMER_SUPPORT", price: -4.99 }
})

const tellShop = (body: ShopEvent, headers: Readonly<Record<string, string>> = { authorization }) =>
  Effect.flatMap(Site, ({ post }) => post("/webhooks/revenuecat", body, { headers }))

/** Tells the servers of an event, and waits until one of them has acted on it. */
const acted = (body: ShopEvent) =>
  Effect.gen(function*() {
    const { sql } = yield* Site
    const answer = yield* tellShop(body)
    assert.strictEqual(answer.status, 200, answer.text)
    const rows = sql<{ readonly state: string }>`SELECT state FROM webhook_events WHERE event_id = ${body.event.id}`
    return yield* eventually("the event", Effect.orDie(rows), ([row]) => row !== undefined && row.state !== "received")
  })

const stripeEvent = (id: string) =>
  JSON.stringify({ id, type: "payout.paid", livemode: false, data: { object: { id: "po_1", object: "payout" } } })

const signed = (body: string, atMillis: number, secret = today): string => signature(body, atMillis, secret)

overOneAndTwo(
  "money",
  layerOf,
  (it, count) => {
    it.effect(
      "#6 of fifty withdrawals of a whole balance, whose last bytes come together, one is taken",
      () =>
        Effect.gen(function*() {
          const { urls } = yield* Site
          const player = yield* newPayee("20.00")
          const answers = yield* atOnce(urls, times(copies, () => withdrawal(player.accessToken, "20.00")))
          yield* assertTakenOnce(player, "20.00", answers)
        }),
      180_000
    )

    it.effect(
      "#7 of fifty withdrawals of a whole balance by fifty sessions one is taken, by three processes too",
      () =>
        Effect.gen(function*() {
          const { serve, signIn, urls } = yield* Site
          const player = yield* newPayee("20.00")
          const asked = count === 1 ? urls : [...urls, (yield* serve(yield* Providers)).url]
          const tokens = yield* Effect.forEach(times(copies, () => player.email), (email) => signIn(email), {
            concurrency: 4
          })
          const requests = tokens.map((answer) => withdrawal(tokensOf(answer).accessToken, "20.00"))
          yield* assertTakenOnce(player, "20.00", yield* atOnce(asked, requests))
        }),
      180_000
    )

    it.effect("#8 fifty purchases with funds for three sell three tickets", () =>
      Effect.gen(function*() {
        const { deposit, newPlayer, urls } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "3.50")
        const answers = yield* atOnce(urls, times(copies, () => purchase(player.accessToken)))
        assert.deepStrictEqual(tally(answers), { 201: 3, 402: copies - 3 })
        assert.deepStrictEqual(yield* walletOf(player), ["0.50", "0.00"])
        assert.lengthOf(yield* movementsOf(player, "ticket_purchase"), 3)
      }), 180_000)

    it.effect(
      "#9 fifty requests under one key have one effect, and the same answer to the byte",
      () =>
        Effect.gen(function*() {
          const { deposit, newPlayer, urls } = yield* Site
          const player = yield* newPlayer
          yield* deposit(player, "20.00")
          const answers = yield* atOnce(urls, times(copies, () => purchase(player.accessToken, "once", 2)))
          assert.deepStrictEqual(tally(answers), { 201: copies })
          assert.lengthOf(new Set(answers.map(({ body }) => body)), 1)
          assert.lengthOf(answers.filter((answer) => headerOf(answer, "idempotent-replayed") === "true"), copies - 1)
          assert.deepStrictEqual(yield* walletOf(player), ["18.00", "0.00"])
        }),
      180_000
    )

    it.effect("#10 a key is good for one request to the byte, and for one player", () =>
      Effect.gen(function*() {
        const { deposit, newPlayer, post } = yield* Site
        const [player, other] = [yield* newPlayer, yield* newPlayer]
        for (const each of [player, other]) yield* deposit(each, "10.00")
        const headers = { "idempotency-key": "mine" }
        const buy = ({ accessToken }: Player, body: unknown) =>
          post("/lottery/purchase-ticket", body, { token: accessToken, headers })
        const first = yield* buy(player, "{\"quantity\":1}")
        assert.strictEqual(first.status, 201, first.text)
        for (const body of ["{\"quantity\":2}", "{\"quantity\": 1}", "{}"]) {
          assertProblem(yield* buy(player, body), 422, "idempotency_key_reused")
        }
        assert.strictEqual((yield* buy(player, "{\"quantity\":1}")).text, first.text)
        const others = yield* buy(other, "{\"quantity\":2}")
        assert.strictEqual(others.status, 201, others.text)
        assert.lengthOf(arrayAt(others.json, "tickets"), 2)
        assert.deepStrictEqual([yield* walletOf(player), yield* walletOf(other)], [["9.00", "0.00"], ["8.00", "0.00"]])
      }))

    it.effect("#11 what is no amount is refused wherever there is one, and nothing moves", () =>
      Effect.gen(function*() {
        const { ask, post } = yield* Site
        const player = yield* newPayee("20.00")
        const token = player.accessToken
        for (const amount of noAmounts) {
          const deposit = `{"userId":"${player.id}","amount":${amount},"referenceId":"test:none"}`
          const limits = yield* ask("PUT", "/user/limits", { token, body: `{"dailySpend":${amount}}` })
          // null is no limit, and of nothing there may be one
          if (!["null", "\"0.00\""].includes(amount)) {
            assert.strictEqual(limits.status, 400, `${amount}: ${limits.text}`)
          }
          for (
            const answer of [
              yield* post("/wallet/deposit", deposit, { token: internalToken }),
              yield* post("/wallet/withdraw", `{"amount":${amount}}`, { token })
            ]
          ) assert.strictEqual(answer.status, 400, `${amount}: ${answer.text}`)
        }
        for (const quantity of [...noAmounts, "101", "true", "{}"]) {
          const answer = yield* post("/lottery/purchase-ticket", `{"quantity":${quantity}}`, { token })
          assert.strictEqual(answer.status, 400, `${quantity}: ${answer.text}`)
        }
        assert.deepStrictEqual(yield* walletOf(player), ["20.00", "0.00"])
        assert.deepStrictEqual(yield* movementsOf(player, "deposit"), ["20.00"])
      }))

    it.effect(
      "#21 a shop is known by its authorization, and credits once, in production alone",
      () =>
        Effect.gen(function*() {
          const { newPlayer } = yield* Site
          const player = yield* newPlayer
          const bought = shopEvent({ app_user_id: player.id })
          for (const headers of [{}, { authorization: "Bearer of-nobody" }, { authorization: `${authorization}x` }]) {
            assertProblem(yield* tellShop(bought, headers), 401, "unauthenticated")
          }
          assert.deepStrictEqual(yield* walletOf(player), ["0.00", "0.00"])
          yield* acted(bought)
          assert.deepStrictEqual(yield* walletOf(player), ["5.00", "0.00"])
          // the same event again, many times at once, and the same purchase as another event
          const again = yield* Effect.forEach(times(20, () => bought), (body) => tellShop(body), {
            concurrency: "unbounded"
          })
          assert.deepStrictEqual(tally(again), { 200: 20 })
          yield* acted({ ...bought, event: { ...bought.event, id: `check-${++told}` } })
          yield* acted(shopEvent({ app_user_id: player.id, environment: "SANDBOX" }))
          assert.deepStrictEqual(yield* walletOf(player), ["5.00", "0.00"])
          assert.deepStrictEqual(yield* movementsOf(player, "deposit"), ["5.00"])
        }),
      180_000
    )

    it.effect("#22 Stripe's word counts as it was signed, within 300 s, under the old secret and the new one", () =>
      Effect.gen(function*() {
        const { post, sql } = yield* Site
        const now = yield* clock
        const notify = (body: string, header: string) =>
          post("/webhooks/stripe", body, { headers: { "stripe-signature": header } })
        const body = stripeEvent("evt_altered")
        const header = signed(body, now)
        for (
          const altered of [
            body.replace("po_1", "po_2"),
            JSON.stringify(JSON.parse(body), null, 2),
            JSON.stringify(JSON.parse(body)).replace("{\"id\"", "{ \"id\""),
            `${body}\n`
          ]
        ) assertProblem(yield* notify(altered, header), 400, "invalid_request")
        const late = signed(body, now - 301_000)
        const others = signed(body, now, "whsec_of_yesterday")
        for (const wrong of [late, others, "", "t=1,v1=00", header.replace("v1=", "v0=")]) {
          assertProblem(yield* notify(body, wrong), 400, "invalid_request")
        }
        const kept = (id: string) =>
          Effect.orDie(sql<{ readonly count: number }>`
            SELECT count(*)::int AS count FROM webhook_events WHERE event_id = ${id}`)
        assert.deepStrictEqual(yield* kept("evt_altered"), [{ count: 0 }])
        for (const [nth, secret] of [today, tomorrow].entries()) {
          const id = `evt_${nth}`
          const answer = yield* notify(stripeEvent(id), signed(stripeEvent(id), yield* clock, secret))
          assert.strictEqual(answer.status, 200, answer.text)
          assert.deepStrictEqual(yield* kept(id), [{ count: 1 }])
        }
      }))

    it.effect("#23 a refund that is told before its purchase leaves nothing credited", () =>
      Effect.gen(function*() {
        const { deposit, newPlayer } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "1.00")
        const bought = shopEvent({ app_user_id: player.id })
        yield* acted(refundOf(bought))
        yield* acted(bought)
        assert.deepStrictEqual(yield* walletOf(player), ["1.00", "0.00"])
      }), 180_000)

    it.effect(
      "#23 what the client confirms while the shop tells of it is credited once, and taken back once",
      () =>
        Effect.gen(function*() {
          const { ddd, newPlayer, post } = yield* Site
          const player = yield* newPlayer
          const bought = shopEvent({ app_user_id: player.id })
          const confirm = post("/wallet/deposit", {
            userId: player.id,
            amount: "5.00",
            referenceId: `APP_STORE:${bought.event.transaction_id}`
          }, { token: internalToken })
          const again = () => acted({ ...bought, event: { ...bought.event, id: `check-${++told}` } })
          const refund = () => acted(refundOf(bought))
          yield* Effect.all([acted(bought), confirm, confirm, again(), confirm], { concurrency: "unbounded" })
          assert.strictEqual((yield* confirm).status, 200)
          assert.deepStrictEqual(yield* walletOf(player), ["5.00", "0.00"])
          yield* Effect.all([refund(), again(), refund()], { concurrency: "unbounded" })
          assert.deepStrictEqual(yield* walletOf(player), ["0.00", "0.00"])
          const audit = yield* ddd(["audit"])
          assert.strictEqual(audit.code, 0, audit.stdout)
        }),
      180_000
    )
  }
)
