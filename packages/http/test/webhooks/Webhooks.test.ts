import * as FundingSourceRevenueCat from "@ddd/adapters-revenuecat/FundingSourceRevenueCat"
import { cents, formatCents } from "@ddd/core/money/Money"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import * as Webhooks from "@ddd/core/work/Webhooks"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted, References } from "effect"
import { createHmac } from "node:crypto"
import { signature } from "../support/Payouts.ts"
import { assertProblem, at, Client, internalToken, layer as server, makePlayer, ports } from "../support/Server.ts"
import * as Shop from "../support/Shop.ts"

type Headers = Readonly<Record<string, string>>

const post = (path: string, body: string, headers: Headers) =>
  Effect.flatMap(Client, ({ call }) => call("POST", path, { body, headers }))

/** Sends an event as the shop does. */
const tell = (body: string, headers: Headers = { authorization: Shop.authorization }) =>
  post("/webhooks/revenuecat", body, headers)

/** Sends an event as the provider does, signed at the world's time, or as many seconds before. */
const notify = Effect.fnUntraced(function*(body: string, age = 0, secret?: string) {
  const now = yield* (yield* World).now
  return yield* post("/webhooks/stripe", body, { "stripe-signature": signature(body, now - age * 1_000, secret) })
})

/** Every event that was kept, newest first. */
const kept = Effect.gen(function*() {
  return (yield* (yield* WebhookInbox).list({}, { limit: 100, cursor: null })).items
})

/** Does the jobs of every event that was kept, those that were done before included: that must do no harm. */
const actOnAll = Effect.gen(function*() {
  for (const job of yield* (yield* World).jobs) {
    if (job._tag === "HandleWebhook") yield* Webhooks.handle(job.eventId)
  }
})

const balanceOf = Effect.fnUntraced(function*({ id }: Effect.Success<ReturnType<typeof makePlayer>>) {
  return formatCents((yield* (yield* Ledger).wallet(id)).balance)
})

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine }))(`the webhook of the shop, on ${engine}`, (it) => {
    it.effect("keeps an event as it came, whatever its content type, and has it acted on by a job", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const bodies = ["application/json", "text/plain", "application/x-www-form-urlencoded"].map((type, n) =>
          [type, Shop.event({ app_user_id: player.id, transaction_id: `${engine}-kept-${n}` })] as const
        )
        for (const [type, body] of bodies) {
          const answer = yield* tell(body, { authorization: Shop.authorization, "content-type": type })
          assert.strictEqual(answer.status, 200, answer.text)
          assert.deepStrictEqual(answer.json, {})
        }
        assert.strictEqual(yield* balanceOf(player), "0.00")
        const events = (yield* kept).filter(({ state }) => state === "received")
        assert.sameMembers(events.map(({ body }) => body), bodies.map(([, body]) => body))
        yield* actOnAll
        assert.strictEqual(yield* balanceOf(player), "15.00")
      }))

    it.effect("#21 answers 401 to a wrong authorization or none, and keeps nothing", () =>
      Effect.gen(function*() {
        const before = (yield* kept).length
        const body = Shop.event({ app_user_id: "x", transaction_id: `${engine}-forged` })
        const wrong: ReadonlyArray<Headers> = [
          {},
          { authorization: "" },
          { authorization: `${Shop.authorization}x` },
          { authorization: `Bearer ${Shop.authorization}` },
          { authorization: Shop.authorization.toUpperCase() },
          { authorization: `Bearer ${internalToken}` }
        ]
        for (const headers of wrong) assertProblem(yield* tell(body, headers), 401, "unauthenticated")
        assert.lengthOf(yield* kept, before)
      }))

    it.effect("#21 takes a duplicate, and credits nothing for it", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const body = Shop.event({ app_user_id: player.id, transaction_id: `${engine}-twice` })
        const before = (yield* kept).length
        const answers = yield* Effect.all(Array.from({ length: 10 }, () => tell(body)), { concurrency: "unbounded" })
        assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
        assert.lengthOf(yield* kept, before + 1)
        yield* actOnAll
        // the same purchase, told as another event
        yield* tell(Shop.event({ app_user_id: player.id, transaction_id: `${engine}-twice` }))
        yield* actOnAll
        assert.strictEqual(yield* balanceOf(player), "5.00")
      }))

    it.effect("#21 takes an event of the sandbox, and credits nothing for it", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const transaction_id = `${engine}-sandbox`
        const answer = yield* tell(Shop.event({ app_user_id: player.id, transaction_id, environment: "SANDBOX" }))
        assert.strictEqual(answer.status, 200)
        yield* actOnAll
        assert.strictEqual((yield* kept)[0]?.state, "ignored")
        assert.strictEqual(yield* balanceOf(player), "0.00")
      }))

    it.effect("#23 credits nothing for a purchase whose refund came before it", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer(cents(100n))
        const purchase = { app_user_id: player.id, transaction_id: `${engine}-refunded-first` }
        for (const body of [Shop.event({ ...purchase, ...Shop.refunded }), Shop.event(purchase)]) {
          assert.strictEqual((yield* tell(body)).status, 200)
          yield* actOnAll
        }
        assert.strictEqual(yield* balanceOf(player), "1.00")
      }))

    it.effect("#23 credits once what the client confirms while the webhook comes, and takes it back once", () =>
      Effect.gen(function*() {
        const { call } = yield* Client
        const player = yield* makePlayer()
        const purchase = { app_user_id: player.id.toUpperCase(), transaction_id: `${engine}-raced` }
        const confirm = call("POST", "/wallet/deposit", {
          token: internalToken,
          body: { userId: player.id, amount: "5.00", referenceId: `APP_STORE:${engine}-raced` }
        })
        const hear = Effect.andThen(tell(Shop.event(purchase)), actOnAll)
        yield* Effect.all([hear, confirm, confirm, hear], { concurrency: "unbounded" })
        assert.strictEqual((yield* confirm).status, 200)
        assert.strictEqual(yield* balanceOf(player), "5.00")
        const refund = Effect.andThen(tell(Shop.event({ ...purchase, ...Shop.refunded })), actOnAll)
        yield* Effect.all([refund, refund, hear], { concurrency: "unbounded" })
        assert.strictEqual(yield* balanceOf(player), "0.00")
      }))

    it.effect("takes an event with all that a player's app can put into it", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const attribute = { value: "\u2028".repeat(500), updated_at_ms: 1 }
        const body = Shop.event({
          app_user_id: player.id,
          transaction_id: `${engine}-large`,
          subscriber_attributes: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a${i}`, attribute]))
        }).replaceAll("\u2028", "\\u2028")
        assert.isAbove(body.length, 150_000)
        assert.strictEqual((yield* tell(body)).status, 200)
        yield* actOnAll
        assert.strictEqual(yield* balanceOf(player), "5.00")
      }))

    it.effect("#27 refuses a body one byte too long, and takes one that just fits", () =>
      Effect.gen(function*() {
        const padded = (bytes: number) => {
          const body = Shop.event({ type: "TEST" })
          return body + " ".repeat(bytes - body.length)
        }
        assert.strictEqual((yield* tell(padded(1024 * 1024))).status, 200)
        const answer = yield* tell(padded(1024 * 1024 + 1))
        assert.strictEqual(answer.status, 413)
        assert.strictEqual(at(answer.json, "code"), "payload_too_large")
      }))
  })
}

/** Whoever the shop may take for somebody else. */
layer(server())("whose a purchase is", (it) => {
  const names = { type: "TRANSFER", store: "APP_STORE", product_id: undefined, price: undefined }
  const act = (fields: Readonly<Record<string, unknown>>) => Effect.andThen(tell(Shop.event(fields)), actOnAll)

  it.effect("is nobody else's for a transfer of purchases that the shop tells of", () =>
    Effect.gen(function*() {
      const [ada, mallory] = [yield* makePlayer(), yield* makePlayer()]
      yield* act({ app_user_id: "$RCAnonymousID:ada", transaction_id: "before-sign-up" })
      // Mallory restored purchases on Ada's phone
      yield* act({ ...names, transferred_from: ["$RCAnonymousID:ada", ada.id], transferred_to: [mallory.id] })
      yield* act({ ...names, transferred_from: ["$RCAnonymousID:ada"], transferred_to: [mallory.id] })
      yield* (yield* Fundings).creditWaiting(10)
      yield* act({ app_user_id: "$RCAnonymousID:ada", transaction_id: "later" })
      assert.strictEqual(yield* balanceOf(mallory), "0.00")
      // what her own events say of both of her names
      yield* act({ type: "EXPIRATION", price: 0, app_user_id: ada.id, aliases: ["$RCAnonymousID:ada"] })
      yield* (yield* Fundings).creditWaiting(10)
      assert.deepStrictEqual([yield* balanceOf(ada), yield* balanceOf(mallory)], ["10.00", "0.00"])
    }))

  it.effect("is the player's whom the app named, whoever else its aliases name", () =>
    Effect.gen(function*() {
      const [ada, bob] = [yield* makePlayer(), yield* makePlayer()]
      yield* act({ app_user_id: ada.id, aliases: [bob.id], transaction_id: "of-ada" })
      yield* act({ app_user_id: "$RCAnonymousID:2", aliases: [bob.id, ada.id], transaction_id: "of-whom" })
      assert.deepStrictEqual([yield* balanceOf(ada), yield* balanceOf(bob)], ["5.00", "0.00"])
      const [open] = (yield* (yield* Fundings).listOpen({ limit: 100, cursor: null })).items
      assert.strictEqual(open?.reason, `its names mean 2 users: ${bob.id}, ${ada.id}`)
    }))

  it.effect("is credited with what it was told with, though the catalogue changed since", () =>
    Effect.gen(function*() {
      const ada = yield* makePlayer()
      yield* act({ app_user_id: "$RCAnonymousID:3", transaction_id: "waits" })
      const dearer = FundingSourceRevenueCat.layer({ ...Shop.secrets, catalog: new Map([["funds_5", cents(700n)]]) })
      const again = Shop.event({ app_user_id: ada.id, transaction_id: "waits", price: 6.99 })
      yield* tell(again)
      yield* Effect.provide(actOnAll, dearer)
      assert.strictEqual(yield* balanceOf(ada), "5.00")
    }))
})

layer(server())("a signed body with a character that no text of the database can hold", (it) => {
  /** Bodies with U+0000 in each text, one after the other. */
  const spoiled = (body: string): ReadonlyArray<string> => {
    const texts = [...body.matchAll(/:"([^"]+)"|\["([^"]+)"/g)]
    return texts.map(({ 0: found, index }) => {
      const end = index + found.length - 1
      return `${body.slice(0, end)}\\u0000${body.slice(end)}`
    })
  }

  it.effect("is kept, and acted on once: nothing about it fails for ever", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const shop = { app_user_id: player.id, original_app_user_id: "b", aliases: ["c"], currency: "USD" }
      const object = (fields: Readonly<Record<string, unknown>>) => ({ data: { object: fields }, livemode: false })
      const metadata = { withdrawal: "019a0000-0000-7000-8000-000000000002" }
      const stripe = [
        {
          type: "transfer.created",
          ...object({
            object: "transfer",
            id: "tr_1",
            amount: 1,
            amount_reversed: 0,
            currency: "eur",
            destination: "acct_1",
            metadata
          })
        },
        {
          type: "payout.paid",
          ...object({ object: "payout", id: "po_1", amount: 1, status: "paid", currency: "eur", metadata })
        },
        { type: "account.updated", ...object({ id: "acct_1" }) },
        { type: "v2.core.account.updated", livemode: false, related_object: { id: "acct_1" } }
      ]
      for (const type of ["NON_RENEWING_PURCHASE", "CANCELLATION", "REFUND_REVERSED", "EXPIRATION"]) {
        for (
          const body of spoiled(Shop.event({ ...shop, ...Shop.refunded, price: 4.99, type, transaction_id: type }))
        ) {
          assert.strictEqual((yield* tell(body)).status, 200, body)
        }
      }
      for (const [i, event] of stripe.entries()) {
        for (const body of spoiled(JSON.stringify({ id: `evt_spoiled_${i}`, ...event }))) {
          const { status } = yield* notify(body)
          assert.isTrue(status === 200 || status === 400, body)
        }
      }
      yield* actOnAll
      assert.deepStrictEqual((yield* kept).filter(({ state }) => state === "received"), [])
    }))
})

layer(server())("what the webhooks keep", (it) => {
  it.effect("is anything that its sender vouches for, readable or not", () =>
    Effect.gen(function*() {
      for (const body of ["{", "[]", "{\"event\":{\"id\":\"a\",\"id\":\"b\",\"type\":\"TEST\"}}"]) {
        assert.strictEqual((yield* tell(body)).status, 200, body)
      }
      yield* actOnAll
      assert.sameMembers((yield* kept).map(({ state }) => state), ["failed", "failed", "ignored"])
    }))
})

const event = (id: string) =>
  JSON.stringify({ id, type: "payout.paid", livemode: false, data: { object: { id: "po_1", object: "payout" } } })

layer(server())("the webhook of the payout provider", (it) => {
  it.effect("keeps an event that is signed, once", () =>
    Effect.gen(function*() {
      for (const answer of [yield* notify(event("evt_1")), yield* notify(event("evt_1"))]) {
        assert.strictEqual(answer.status, 200, answer.text)
        assert.deepStrictEqual(answer.json, {})
      }
      const events = yield* kept
      assert.deepStrictEqual(events.map(({ body, eventId, sender }) => ({ body, eventId, sender })), [
        { body: event("evt_1"), eventId: "evt_1", sender: "stripe" }
      ])
    }))

  it.effect("#22 refuses an altered body, and the same JSON written anew", () =>
    Effect.gen(function*() {
      const before = (yield* kept).length
      const body = event("evt_2")
      const now = yield* (yield* World).now
      const headers = { "stripe-signature": signature(body, now) }
      for (
        const altered of [body.replace("evt_2", "evt_3"), JSON.stringify(JSON.parse(body), null, 2), `${body}\n`, ""]
      ) {
        assertProblem(yield* post("/webhooks/stripe", altered, headers), 400, "invalid_request")
      }
      for (const header of ["", "t=1,v1=00", headers["stripe-signature"].replace("v1=", "v0=")]) {
        assertProblem(yield* post("/webhooks/stripe", body, { "stripe-signature": header }), 400, "invalid_request")
      }
      assertProblem(yield* post("/webhooks/stripe", body, {}), 400, "invalid_request")
      assert.lengthOf(yield* kept, before)
    }))

  it.effect("#22 refuses a signature that is 301 s old", () =>
    Effect.gen(function*() {
      assertProblem(yield* notify(event("evt_4"), 301), 400, "invalid_request")
      assert.strictEqual((yield* notify(event("evt_4"), 299)).status, 200)
    }))

  it.effect("#22 knows the old secret and the new one while one replaces the other, and no third", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* notify(event("evt_5"), 0, "whsec_of_today")).status, 200)
      assert.strictEqual((yield* notify(event("evt_6"), 0, "whsec_of_tomorrow")).status, 200)
      assertProblem(yield* notify(event("evt_7"), 0, "whsec_of_yesterday"), 400, "invalid_request")
    }))
})

const signingSecret = "whsec_of_the_shop"
const signing = Shop.layer({ ...Shop.secrets, signingSecret: Redacted.make(signingSecret) })

layer(server({}, Layer.provideMerge(signing, ports)))("the webhook of a shop that signs", (it) => {
  it.effect("takes what is signed now, over the body as it came", () =>
    Effect.gen(function*() {
      const body = Shop.event({ type: "TEST" })
      const seconds = Math.floor((yield* (yield* World).now) / 1_000)
      const signed = (at: number) => ({
        authorization: Shop.authorization,
        "X-RevenueCat-Webhook-Signature": `t=${at},v1=${
          createHmac("sha256", signingSecret).update(`${at}.${body}`).digest("hex")
        }`
      })
      assert.strictEqual((yield* tell(body, signed(seconds))).status, 200)
      assertProblem(yield* tell(`${body} `, signed(seconds)), 401, "unauthenticated")
      assertProblem(yield* tell(body, signed(seconds - 301)), 401, "unauthenticated")
      assertProblem(yield* tell(body), 401, "unauthenticated")
    }))
})

const lines: Array<Readonly<Record<string, unknown>>> = []
const collecting = Logger.layer([Logger.make(({ fiber, message }) => {
  lines.push({ message: [message].flat().join(" "), ...fiber.getRef(References.CurrentLogAnnotations) })
})])

layer(server().pipe(Layer.provide(collecting)))("what is refused to who is no sender", (it) => {
  it.effect("is told in the log with why, and a flood of it in one line a minute", () =>
    Effect.gen(function*() {
      const told = (path: string) =>
        lines.filter((line) => line["path"] === path).map((line) => [line["status"], line["why"]])
      for (let i = 0; i < 100; i++) yield* tell("{}", {})
      yield* notify(event("evt_9"), 301)
      yield* notify(event("evt_9"), 0, "whsec_of_yesterday")
      yield* tell("x".repeat(1024 * 1024 + 1))
      assert.deepStrictEqual(told("/webhooks/revenuecat"), [[401, "its authorization is not ours"], [413, undefined]])
      const [late, forged, ...more] = told("/webhooks/stripe")
      assert.deepStrictEqual([late?.[0], forged?.[0], more], [400, 400, []])
      assert.match(String(late?.[1]), /tolerance/)
    }))
})

const unknown = Shop.layer({ authorizations: [], signingSecret: undefined })

layer(server({}, Layer.provideMerge(unknown, ports)))("a server that has no secret of the shop's", (it) => {
  it.effect("answers 503 to everything, and keeps nothing", () =>
    Effect.gen(function*() {
      for (const headers of [{}, { authorization: Shop.authorization }, { authorization: "" }]) {
        const answer = yield* tell(Shop.event({ type: "TEST" }), headers)
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "300")
      }
      assert.lengthOf(yield* kept, 0)
    }))
})

const failing = Layer.effect(
  WebhookInbox,
  Effect.map(WebhookInbox, (real) =>
    WebhookInbox.of({
      ...real,
      receive: () => Effect.fail(new Unavailable({ message: "secret-host is gone", retryAfter: 1 }))
    }))
)

layer(server({}, Layer.provideMerge(failing, ports)))("when events cannot be kept", (it) => {
  it.effect("their sender is told to send them again", () =>
    Effect.gen(function*() {
      for (const answer of [yield* tell(Shop.event({ type: "TEST" })), yield* notify(event("evt_8"))]) {
        assertProblem(answer, 503, "unavailable")
        assert.notInclude(answer.text, "secret")
      }
    }))
})
