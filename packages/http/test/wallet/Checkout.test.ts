import { checkoutsUnderWayMax } from "@ddd/core/money/Checkout"
import { cents, formatCents } from "@ddd/core/money/Money"
import { Checkouts } from "@ddd/core/ports/Checkouts"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import * as CheckoutWork from "@ddd/core/work/Checkouts"
import * as Webhooks from "@ddd/core/work/Webhooks"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Paying from "../support/Paying.ts"
import * as Payouts from "../support/Payouts.ts"
import {
  assertProblem,
  at,
  type Call,
  Client,
  layer as server,
  makePlayer,
  portsWith,
  textAt
} from "../support/Server.ts"

type Player = Effect.Success<ReturnType<typeof makePlayer>>

let keys = 0

const ask = ({ token }: Pick<Player, "token">, amount = "20.00", call: Call = {}) =>
  Effect.flatMap(Client, (client) =>
    client.call("POST", "/wallet/checkout", {
      token,
      body: { amount },
      headers: { "idempotency-key": `checkout ${++keys}` },
      ...call
    }))

/** Opens a page, and gives its session's id as Stripe has it. */
const opened = Effect.fnUntraced(function*(player: Player, amount = "20.00") {
  const answer = yield* ask(player, amount)
  assert.strictEqual(answer.status, 201, answer.text)
  return textAt(answer.json, "url").split("/").at(-1) ?? ""
})

/** Opens a page and pays on it; gives the payment's id. */
const paid = Effect.fnUntraced(function*(player: Player, amount = "20.00") {
  const session = yield* opened(player, amount)
  return (yield* Paying.Stripe).pay(session) ?? assert.fail("it can be paid")
})

let toldOf = 0
const actedOn = new Set<string>()

/** Acts on what was kept and was not acted on yet; on an event again where it is kept again. */
const actOnKept = Effect.gen(function*() {
  for (const job of yield* (yield* World).jobs) {
    if (job._tag !== "HandleWebhook" || actedOn.has(job.eventId)) continue
    actedOn.add(job.eventId)
    yield* Webhooks.handle(job.eventId)
    yield* Webhooks.handle(job.eventId)
  }
})

/** Has those of the stand-in's events that were not heard before come in the order of their types, each so often, and acts on all. */
const hear = Effect.fnUntraced(function*(types: ReadonlyArray<string>, times = 1) {
  const { events } = yield* Paying.Stripe
  const { call } = yield* Client
  const now = yield* (yield* World).now
  const unheard = events.slice(toldOf)
  toldOf = events.length
  for (const type of types) {
    for (const { body } of unheard.filter((event) => event.type === type)) {
      for (let time = 0; time < times; time++) {
        const headers = { "stripe-signature": Payouts.signature(body, now) }
        assert.strictEqual((yield* call("POST", "/webhooks/stripe", { body, headers })).status, 200)
      }
      yield* actOnKept
    }
  }
  yield* actOnKept
})

const balanceOf = ({ id }: Player) =>
  Ledger.use((ledger) => Effect.map(ledger.wallet(id), ({ balance }) => formatCents(balance)))

const statusOf = ({ id }: Player) =>
  Checkouts.use((checkouts) =>
    Effect.map(
      checkouts.list({ userId: id }, { limit: 10, cursor: null }),
      ({ items }) => items.map(({ status }) => status)
    )
  )

layer(server({ engine: "node", limits: "off" }), { excludeTestServices: true })("paying in on Stripe's page", (it) => {
  it.effect("opens a page, and credits nobody for coming back from it", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const answer = yield* ask(player)
      assert.strictEqual(answer.status, 201, answer.text)
      assert.isAbove(Date.parse(textAt(answer.json, "expiresAt")), yield* (yield* World).now)
      // as a browser does: it pays, and is led back
      const page = yield* Effect.promise(() => fetch(textAt(answer.json, "url"), { redirect: "manual" }))
      assert.include(yield* Effect.promise(() => page.text()), "USD 20.00")
      const back = yield* Effect.promise(() =>
        fetch(textAt(answer.json, "url"), {
          method: "POST",
          body: new URLSearchParams({ with: "card" }),
          redirect: "manual"
        })
      )
      assert.strictEqual(back.headers.get("location"), "https://lottery.example/play?checkout=done")
      assert.strictEqual(yield* balanceOf(player), "0.00")
      assert.deepStrictEqual(yield* statusOf(player), ["open"])
      yield* hear(["checkout.session.completed"], 3)
      assert.strictEqual(yield* balanceOf(player), "20.00")
      assert.deepStrictEqual(yield* statusOf(player), ["paid"])
      const wallet = yield* (yield* Client).call("GET", "/wallet", { token: player.token })
      assert.strictEqual(at(wallet.json, "withdrawable"), "0.00")
    }))

  it.effect("answers the same page under the same key, and opens no second one", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const call = { headers: { "idempotency-key": "mine" } }
      const first = yield* ask(player, "20.00", call)
      const again = yield* Effect.all(Array.from({ length: 5 }, () => ask(player, "20.00", call)), {
        concurrency: "unbounded"
      })
      for (const answer of again) {
        assert.deepStrictEqual([answer.status, answer.text], [201, first.text])
        assert.strictEqual(answer.headers.get("idempotent-replayed"), "true")
      }
      assertProblem(yield* ask(player, "25.00", call), 422, "idempotency_key_reused")
      assert.deepStrictEqual(yield* statusOf(player), ["open"])
    }))

  it.effect("refuses amounts that are not from $5.00 to $1,000.00, with nothing asked of Stripe", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const { requests } = yield* Paying.Stripe
      const before = requests.length
      for (const amount of ["4.99", "1000.01", "-5.00", "5", "5.001", "NaN", "0.00", ""]) {
        assertProblem(yield* ask(player, amount), 400, "invalid_request")
      }
      assertProblem(yield* ask({ token: "" }), 401, "unauthenticated")
      assert.strictEqual(requests.length, before)
      for (const amount of ["5.00", "1000.00"]) assert.strictEqual((yield* ask(player, amount)).status, 201)
    }))

  it.effect("refuses before anybody pays what a limit of deposits does not allow, and who takes a time-out", () =>
    Effect.gen(function*() {
      const controls = yield* PlayControls
      const origin = { ip: "192.0.2.7", userAgent: null }
      const [limited, resting] = [yield* makePlayer(), yield* makePlayer()]
      yield* controls.changeLimits(limited.id, { dailyDeposit: cents(5_000n) }, origin)
      assertProblem(yield* ask(limited, "50.01"), 403, "limit_exceeded")
      yield* opened(limited, "30.00")
      const exceeded = yield* ask(limited, "20.01")
      assertProblem(exceeded, 403, "limit_exceeded")
      assert.include(exceeded.text, "under way")
      yield* controls.timeOut(resting.id, 24, origin)
      assertProblem(yield* ask(resting), 403, "timed_out")
    }))

  it.effect("opens a few pages at a time, and says when the next one may be", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      for (let page = 0; page < checkoutsUnderWayMax; page++) yield* opened(player)
      const answer = yield* ask(player)
      assertProblem(answer, 403, "limit_exceeded")
      assert.isString(at(answer.json, "until"))
    }))

  it.effect("looks up what was paid where no notice comes, once it is due", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      yield* paid(player)
      yield* CheckoutWork.pollOnce
      assert.strictEqual(yield* balanceOf(player), "0.00")
      yield* (yield* World).advance(60_000)
      yield* CheckoutWork.pollOnce
      assert.strictEqual(yield* balanceOf(player), "20.00")
      yield* hear(["checkout.session.completed"])
      assert.strictEqual(yield* balanceOf(player), "20.00")
    }))

  it.effect("holds what was paid of another amount than was asked for, and credits it to nobody", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const payment = (yield* Paying.Stripe).pay(yield* opened(player), "card", 100_000) ?? ""
      yield* hear(["checkout.session.completed"])
      assert.strictEqual(yield* balanceOf(player), "0.00")
      const open = yield* (yield* Fundings).listOpen({ limit: 10, cursor: null })
      const [held] = open.items.filter(({ funding }) => funding.reference === `stripe:${payment}`)
      assert.include(held?.reason, "1000.00 was paid")
    }))

  it.effect("keeps what was paid on a page that the books do not know for a person, whomever it names", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const stripe = yield* Paying.Stripe
      yield* opened(player)
      const genuine = JSON.parse(stripe.events.find(({ type }) => type === "checkout.session.completed")?.body ?? "{}")
      const session = { ...genuine.data.object, id: "cs_unknown", payment_intent: "pi_unknown" }
      const { call } = yield* Client
      const tell = Effect.fnUntraced(function*(id: string, object: object) {
        const body = JSON.stringify({ ...genuine, id, data: { object } })
        const headers = { "stripe-signature": Payouts.signature(body, yield* (yield* World).now) }
        assert.strictEqual((yield* call("POST", "/webhooks/stripe", { body, headers })).status, 200)
      })
      const named = { checkout: "019a0000-0000-7000-8000-00000000dead", player: player.id }
      yield* tell("evt_of_nobody", { ...session, metadata: named, client_reference_id: player.id })
      yield* tell("evt_of_others", { ...session, payment_intent: "pi_of_others", metadata: {} })
      yield* hear([])
      assert.strictEqual(yield* balanceOf(player), "0.00")
      const { find, listOpen } = yield* Fundings
      const { items } = yield* listOpen({ limit: 10, cursor: null })
      assert.include(items.find(({ funding }) => funding.reference === "stripe:pi_unknown")?.reason, "do not know")
      // another shop's on the same account of Stripe's
      assert.isNull(yield* find("stripe:pi_of_others"))
    }))

  const stories: ReadonlyArray<{
    readonly name: string
    readonly play: (stripe: Paying.Stripe["Service"], payment: string) => void
    readonly types: ReadonlyArray<string>
    readonly balance: string
  }> = [
    {
      name: "a refund",
      play: ({ refund }, payment) => void refund(payment),
      types: ["checkout.session.completed", "refund.created", "charge.refunded"],
      balance: "0.00"
    },
    {
      name: "a refund of a part",
      play: ({ refund }, payment) => void refund(payment, 500),
      types: ["checkout.session.completed", "refund.created", "charge.refunded"],
      balance: "15.00"
    },
    {
      name: "a refund that failed",
      play: ({ failRefund, refund }, payment) => void failRefund(refund(payment) ?? ""),
      types: ["checkout.session.completed", "refund.created", "charge.refunded", "refund.failed"],
      balance: "20.00"
    },
    {
      name: "a dispute that is lost",
      play: ({ closeDispute, dispute }, payment) => void closeDispute(dispute(payment) ?? "", "lost"),
      types: [
        "checkout.session.completed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed"
      ],
      balance: "0.00"
    },
    {
      name: "a dispute that is won",
      play: ({ closeDispute, dispute }, payment) => void closeDispute(dispute(payment) ?? "", "won"),
      types: [
        "checkout.session.completed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed"
      ],
      balance: "20.00"
    },
    {
      name: "an inquiry",
      play: ({ closeDispute, dispute }, payment) => void closeDispute(dispute(payment, "inquiry") ?? "", "lost"),
      types: ["checkout.session.completed", "charge.dispute.created", "charge.dispute.closed"],
      balance: "20.00"
    }
  ]
  for (const { balance, name, play, types } of stories) {
    it.effect(`${name} comes to the same in any order, told twice, and leaves nothing for a person`, () =>
      Effect.gen(function*() {
        const rotations = types.map((_, first) => [...types.slice(first), ...types.slice(0, first)])
        for (const order of [...rotations, types.toReversed()]) {
          const player = yield* makePlayer()
          const payment = yield* paid(player)
          play(yield* Paying.Stripe, payment)
          yield* hear(order, 2)
          assert.strictEqual(yield* balanceOf(player), balance, order.join(", "))
        }
        const inbox = yield* WebhookInbox
        for (const state of ["failed", "waiting"] as const) {
          const { items } = yield* inbox.list({ sender: "stripe", state }, { limit: 100, cursor: null })
          const ofThese = items.filter(({ type }) => type !== "checkout.session.completed")
          assert.deepStrictEqual(ofThese.map(({ outcome, type }) => [type, outcome]), [])
        }
      }))
  }

  it.effect("tells a person of a second refund, takes nothing more, and gives back nothing for another's end", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const payment = yield* paid(player)
      const stripe = yield* Paying.Stripe
      stripe.refund(payment, 500)
      yield* hear(["checkout.session.completed", "refund.created"])
      stripe.closeDispute(stripe.dispute(payment) ?? "", "won")
      yield* hear(["charge.dispute.created", "charge.dispute.closed"])
      assert.strictEqual(yield* balanceOf(player), "15.00")
      const { items } = yield* (yield* WebhookInbox).list({ state: "failed" }, { limit: 100, cursor: null })
      assert.isNotEmpty(items.filter(({ reference }) => reference === `stripe:${payment}`))
    }))
})

layer(server({ engine: "node" }, portsWith(Paying.layerAt(null))), { excludeTestServices: true })(
  "where nobody is offered to pay in",
  (it) => {
    it.effect("says so, and asks nobody", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const answer = yield* ask(player)
        assertProblem(answer, 503, "unavailable")
        assert.isString(answer.headers.get("retry-after"))
      }))
  }
)
