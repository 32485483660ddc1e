/** A day of two operators, Ann and Bob, by `ddd` alone. */
import { hash } from "@ddd/sim/providers/BeaconStandIn"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Env, eventually, get } from "../support/Ddd.ts"
import { arrayAt, type Player, Site, textAt } from "../support/Site.ts"

const hour = 3_600_000
const day = 24 * hour
const shop = "what RevenueCat shows"

/** Relays that nobody runs: the beacon's chain is retired, and the draws that name it cannot be decided. */
const retired = { BEACON: "dev", DRAND_URLS: "http://127.0.0.1:9" }

const story = Effect.fnUntraced(function*(stripe: StripeStandIn.StripeStandIn, env: Env) {
  const site = yield* Site
  const { advance, ask, buy, mailbox, newPlayer, post, servers, sql, urls } = site
  let url = urls[0] ?? ""
  let settings: Env = { ...env, ...retired }

  /** What an operator types; gives what it says. `code`: as which it ends. */
  const types = Effect.fnUntraced(function*(operator: string, line: ReadonlyArray<string>, code = 0) {
    const ended = yield* site.ddd(line, "", { ...settings, DDD_OPERATOR: operator })
    assert.strictEqual(ended.code, code, `ddd ${line.join(" ")}\n${ended.stdout}${ended.stderr}`)
    return ended.stdout + ended.stderr
  })
  const ann = (...line: ReadonlyArray<string>) => types("ann", line)
  const bob = (...line: ReadonlyArray<string>) => types("bob", line)
  const because = (reason: string) => ["--yes", "--reason", reason]
  const balanceOf = ({ username }: Player) =>
    Effect.map(ann("user", "show", username, "--json"), (shown) => textAt(JSON.parse(shown), "wallet", "balance"))

  // Monday morning: all is well
  assert.include(yield* ann("audit"), "The books hold")

  // Mona paid $20.00 in the app before she had signed up, and cannot see it. She sends the number of her order
  const mona = yield* newPlayer
  const notice = yield* post("/webhooks/revenuecat", {
    api_version: "1.0",
    event: {
      id: "event-1",
      type: "NON_RENEWING_PURCHASE",
      environment: "PRODUCTION",
      store: "APP_STORE",
      product_id: "funds_20",
      price: 20,
      currency: "USD",
      app_user_id: "$RCAnonymousID:0123456789abcdef0123456789abcdef",
      transaction_id: "2000000123"
    }
  }, { headers: { authorization: shop } })
  assert.strictEqual(notice.status, 200, notice.text)
  const order = "app_store:2000000123"
  yield* eventually(
    "the purchase to wait",
    ann("purchases", "list", "--json"),
    (listed) => JSON.parse(listed).length === 1
  )
  assert.match(yield* ann("find", order), /ddd -- purchases list/)
  assert.include(yield* ann("purchases", "list"), order)

  // Ann credits it. It is above what one operator moves alone
  const asked = yield* types("ann", ["purchases", "credit", order, mona.username, ...because("help desk 4711")], 2)
  const [, approval = ""] = /waits for approval ([0-9a-f-]{36})/.exec(asked) ?? []
  assert.strictEqual(yield* balanceOf(mona), "0.00")
  assert.include(yield* types("ann", ["approve", approval, ...because("help desk 4711")], 2), "another operator")
  assert.include(yield* bob("approvals", "list", "--state", "waiting"), "help desk 4711")
  yield* bob("approve", approval, ...because("the order is hers"))
  assert.strictEqual(yield* balanceOf(mona), "20.00")
  assert.strictEqual((yield* buy(mona.accessToken, 2)).status, 201)

  // A bank writes that Fred pays with stolen cards. He has asked for a payout, which Stripe has not been asked for yet
  const fred = yield* newPlayer
  yield* site.deposit(fred, "9.00")
  yield* post("/auth/verify-email", { token: yield* mailbox.token(fred.email, "verify-email") })
  const opened = yield* post("/wallet/payout-account", undefined, { token: fred.accessToken })
  yield* get(textAt(opened.json, "url"))
  yield* ask("GET", "/wallet/payout-account", { token: fred.accessToken })
  const funds = stripe.platformBalance()
  stripe.fund(-funds)
  const withdrawal = yield* post("/wallet/withdraw", { amount: "8.00" }, { token: fred.accessToken })
  assert.strictEqual(withdrawal.status, 202, withdrawal.text)
  const payout = textAt(withdrawal.json, "id")
  yield* eventually(
    "Stripe to have been without funds",
    ann("withdrawals", "show", payout),
    (shown) => shown.includes("balance_insufficient")
  )
  assert.match(yield* ann("find", fred.email), new RegExp(`ddd -- user show ${fred.id}`))
  yield* ann("user", "freeze", fred.username, ...because("the bank's letter of today"))
  assert.strictEqual((yield* buy(fred.accessToken)).status, 401)
  stripe.fund(funds)
  yield* advance(hour)
  yield* eventually(
    "the payout to be stopped",
    ann("withdrawals", "show", payout),
    (shown) => shown.includes("the account is frozen")
  )
  yield* ann("withdrawals", "cancel", payout, ...because("the bank's letter of today"))
  assert.strictEqual(yield* balanceOf(fred), "9.00")
  assert.strictEqual(stripe.transfers.size, 0)

  // Whoever ran the beacon's chain is gone. The day is locked and cannot be decided; a day later it is declared void
  yield* advance(day)
  yield* eventually("the lock", get(`${url}/lottery/draws/2026-02-03`), ({ text }) => text.includes("\"locked\""))
  assert.strictEqual(yield* servers[0]?.stop() ?? Effect.succeed(1), 0)
  settings = { ...env, BEACON: "none" }
  url = (yield* site.serve(settings)).url
  assert.deepStrictEqual(yield* sql`UPDATE followed_chains SET followed_at = app_now() RETURNING hash`, [{ hash }])
  yield* advance(day)
  yield* bob("draw", "void", "2026-02-03", "--yes", "2026-02-03", "--reason", "its beacon is gone for good")
  yield* eventually("the void", get(`${url}/lottery/draws/2026-02-03`), ({ text }) => text.includes("\"void\""))
  assert.strictEqual(yield* balanceOf(mona), "20.00")

  // The accountant wants to know of each day, and what there is at the end
  const days = yield* Effect.forEach(
    ["2026-02-03", "2026-02-04", "2026-02-05"],
    (name) => Effect.map(ann("report", "day", name, "--json"), (report) => arrayAt(JSON.parse(report), "accounts"))
  )
  const ofPlayers = days.map((accounts) => accounts.find((account) => textAt(account, "account") === "players"))
  const told = ["opening", "deposits", "sales", "refunds", "payouts", "closing"]
  assert.deepStrictEqual(ofPlayers.map((account) => told.map((name) => textAt(account, name))), [
    ["0.00", "29.00", "-2.00", "8.00", "-8.00", "27.00"],
    ["27.00", "0.00", "0.00", "0.00", "0.00", "27.00"],
    ["27.00", "0.00", "0.00", "2.00", "0.00", "29.00"]
  ])
  const now = arrayAt(JSON.parse(yield* ann("report", "accounts", "--json")), "accounts")
  const inCents = now.map((account) => Math.round(Number(textAt(account, "closing")) * 100))
  assert.strictEqual(inCents.reduce((sum, one) => sum + one, 0), 0, "all accounts together hold nothing")

  // Whoever asks who did what, and why
  const log: unknown = JSON.parse(yield* ann("log", "list", "--since", "7d", "--json"))
  assert.deepStrictEqual(
    arrayAt(log).map((entry) => ["operator", "command", "reason"].map((name) => textAt(entry, name)).join(": ")),
    [
      "bob: draw void: its beacon is gone for good",
      "ann: withdrawals cancel: the bank's letter of today",
      "ann: user freeze: the bank's letter of today",
      "bob: approve: the order is hers",
      "ann: purchases credit: help desk 4711"
    ]
  )
  assert.include(yield* ann("audit"), "The books hold")
})

it.live(
  "missing money is found and credited by two, a fraud is stopped, a draw is void, and the accountant is told",
  () =>
    Effect.gen(function*() {
      const stripe = yield* StripeStandIn.make({ times: { inTransitMillis: 50, paidMillis: 100 } })
      const env = {
        FOUR_EYES_ABOVE: "10.00",
        PRODUCT_CATALOG: "{\"funds_20\": \"20.00\"}",
        REVENUECAT_WEBHOOK_AUTH: shop,
        STRIPE_API_BASE: stripe.url,
        STRIPE_SECRET_KEY: stripe.secretKey,
        WITHDRAW_DEPOSITS: "true"
      }
      yield* story(stripe, env).pipe(Effect.provide(Site.layer({ processes: [{ ...env, ...retired }] })))
    }).pipe(Effect.scoped),
  480_000
)
