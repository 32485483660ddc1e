/** The stand-in does what Stripe is known to do, so that what is tested against it means something. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { createHmac } from "node:crypto"
import { createServer } from "node:http"
import { parseForm } from "../../src/providers/stripe/Form.ts"
import * as StripeStandIn from "../../src/providers/StripeStandIn.ts"

interface Reply {
  readonly status: number
  /** Null: the connection was cut. */
  readonly body: Readonly<Record<string, unknown>> | null
}

interface Call {
  readonly key?: string
  readonly account?: string
  readonly form?: Readonly<Record<string, string>>
  readonly secret?: string
}

const call = (
  standIn: StripeStandIn.StripeStandIn,
  method: string,
  path: string,
  { account, form, key, secret }: Call = {}
) =>
  Effect.promise(async (): Promise<Reply> => {
    try {
      const response = await fetch(`${standIn.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret ?? standIn.secretKey}`,
          ...(key === undefined ? {} : { "idempotency-key": key }),
          ...(account === undefined ? {} : { "stripe-account": account })
        },
        ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() })
      })
      return { status: response.status, body: JSON.parse(await response.text()) }
    } catch {
      return { status: 0, body: null }
    }
  })

const still = { clock: "still", startAt: Date.UTC(2026, 1, 3), silenceMillis: 1 } as const

const accountOf = (standIn: StripeStandIn.StripeStandIn) =>
  Effect.map(call(standIn, "POST", "/v2/core/accounts", { key: "account" }), ({ body }) => {
    const id = String(body?.["id"])
    assert.isTrue(standIn.activate(id))
    return id
  })

const transferTo = (destination: string, more: Readonly<Record<string, string>> = {}) => ({
  amount: "100",
  currency: "usd",
  destination,
  "metadata[withdrawal]": "w1",
  transfer_group: "ddd_w1",
  ...more
})

const errorOf = ({ body }: Reply): Readonly<Record<string, unknown>> => ({ ...Object(body?.["error"]) })

/** A receiver of webhooks that refuses the first few. */
const receiver = (refusals: number) =>
  Effect.gen(function*() {
    const received: Array<{ readonly body: string; readonly signature: string; readonly taken: boolean }> = []
    const server = yield* Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((request, response) => {
          let body = ""
          request.on("data", (chunk: Buffer) => {
            body += chunk.toString()
          })
          request.on("end", () => {
            const taken = received.length >= refusals
            received.push({ body, signature: String(request.headers["stripe-signature"]), taken })
            response.writeHead(taken ? 200 : 503).end()
          })
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { received, webhook: { url: `http://127.0.0.1:${port}/`, secret: "whsec_test" } }
  })

const idle = (standIn: StripeStandIn.StripeStandIn) =>
  Effect.sleep(5).pipe(Effect.repeat({ until: () => standIn.isIdle() }), Effect.timeout(10_000))

const test = (name: string, run: Effect.Effect<void, unknown, Scope.Scope>) => it.live(name, () => Effect.scoped(run))

describe("StripeStandIn", () => {
  test(
    "turns away whoever has another key",
    Effect.gen(function*() {
      const standIn = yield* StripeStandIn.make(still)
      assert.strictEqual((yield* call(standIn, "GET", "/v1/balance", { secret: "sk_test_other" })).status, 401)
      assert.strictEqual((yield* call(standIn, "GET", "/v1/balance")).status, 200)
    })
  )

  test(
    "does a request once under its key, and refuses the key for another",
    Effect.gen(function*() {
      const standIn = yield* StripeStandIn.make(still)
      const form = transferTo(yield* accountOf(standIn))
      const first = yield* call(standIn, "POST", "/v1/transfers", { key: "k", form })
      assert.deepStrictEqual(yield* call(standIn, "POST", "/v1/transfers", { key: "k", form }), first)
      assert.strictEqual(standIn.transfers.size, 1)
      const other = yield* call(standIn, "POST", "/v1/transfers", { key: "k", form: { ...form, amount: "101" } })
      assert.deepStrictEqual([other.status, errorOf(other)["type"]], [400, "idempotency_error"])
    })
  )

  test(
    "gives a lack of funds and a 500 again under their keys, and forgets keys after a day",
    Effect.gen(function*() {
      const standIn = yield* StripeStandIn.make({
        ...still,
        platformBalance: 0,
        behave: ({ withdrawal }) => withdrawal === "w2" ? "5xx before" : "done"
      })
      const account = yield* accountOf(standIn)
      const poor = { key: "poor", form: transferTo(account) }
      const broken = { key: "broken", form: transferTo(account, { "metadata[withdrawal]": "w2" }) }
      const ask = (asked: Call) => Effect.map(call(standIn, "POST", "/v1/transfers", asked), ({ status }) => status)
      for (let i = 0; i < 2; i++) {
        assert.deepStrictEqual([yield* ask(poor), yield* ask(broken)], [400, 500])
        standIn.fund(1_000)
      }
      standIn.advance(24 * 3_600_000 - 1)
      assert.strictEqual(yield* ask(poor), 400)
      standIn.advance(1)
      assert.deepStrictEqual([yield* ask(poor), yield* ask(broken)], [200, 200])
    })
  )

  test(
    "keeps no answer of a request that was wrong in itself",
    Effect.gen(function*() {
      const standIn = yield* StripeStandIn.make(still)
      const form = transferTo(yield* accountOf(standIn))
      assert.strictEqual(
        (yield* call(standIn, "POST", "/v1/transfers", { key: "k", form: { ...form, amount: "-1" } })).status,
        400
      )
      assert.strictEqual((yield* call(standIn, "POST", "/v1/transfers", { key: "k", form })).status, 200)
    })
  )

  test(
    "says nothing, having done it or not, a limited number of times",
    Effect.gen(function*() {
      for (const [behaviour, done] of [["time-out before", 0], ["time-out after", 1]] as const) {
        const standIn = yield* StripeStandIn.make({ ...still, behave: () => behaviour })
        const form = transferTo(yield* accountOf(standIn))
        assert.isNull((yield* call(standIn, "POST", "/v1/transfers", { key: "k", form })).body)
        assert.strictEqual(standIn.transfers.size, done)
        assert.strictEqual((yield* call(standIn, "POST", "/v1/transfers", { key: "k", form })).status, 200)
        assert.strictEqual(standIn.transfers.size, 1)
      }
    })
  )

  test(
    "moves money between the platform, an account and a bank, and loses none",
    Effect.gen(function*() {
      const standIn = yield* StripeStandIn.make({
        ...still,
        platformBalance: 300,
        behave: ({ step, withdrawal }) => step === "payout" && withdrawal === "w2" ? "failed days later" : "done"
      })
      const account = yield* accountOf(standIn)
      const available = () => standIn.accounts.get(account)?.available
      const payOut = (withdrawal: string) =>
        call(standIn, "POST", "/v1/payouts", {
          account,
          form: { amount: "100", currency: "usd", "metadata[withdrawal]": withdrawal }
        })
      for (let i = 0; i < 2; i++) yield* call(standIn, "POST", "/v1/transfers", { form: transferTo(account) })
      assert.deepStrictEqual([standIn.platformBalance(), available()], [100, 200])
      yield* payOut("w1")
      yield* payOut("w2")
      assert.deepStrictEqual([(yield* payOut("w3")).status, available()], [400, 0])
      const states = () => [...standIn.payouts.values()].map(({ status }) => status)
      assert.deepStrictEqual(states(), ["pending", "pending"])
      standIn.advance(1_000)
      assert.deepStrictEqual(states(), ["in_transit", "in_transit"])
      standIn.advance(4_000)
      assert.deepStrictEqual(states(), ["paid", "paid"])
      standIn.advance(2 * 86_400_000)
      assert.deepStrictEqual([states(), available()], [["paid", "failed"], 100])
      const [first] = standIn.transfers.keys()
      const reversal = yield* call(standIn, "POST", `/v1/transfers/${first}/reversals`, { form: { amount: "100" } })
      assert.deepStrictEqual([reversal.status, standIn.platformBalance(), available()], [200, 200, 0])
    })
  )

  test(
    "lists the newest first, page by page",
    Effect.gen(function*() {
      const standIn = yield* StripeStandIn.make(still)
      const account = yield* accountOf(standIn)
      for (let i = 0; i < 5; i++) yield* call(standIn, "POST", "/v1/transfers", { form: transferTo(account) })
      yield* call(standIn, "POST", "/v1/transfers", { form: transferTo(account, { transfer_group: "other" }) })
      const ids: Array<string> = []
      let query = "transfer_group=ddd_w1&limit=2"
      for (let more: unknown = true; more === true;) {
        const { body } = yield* call(standIn, "GET", `/v1/transfers?${query}`)
        const page: unknown = body?.["data"]
        if (!Array.isArray(page)) return assert.fail("no list")
        ids.push(...page.map((item: unknown) => String(Object(item).id)))
        query = `transfer_group=ddd_w1&limit=2&starting_after=${ids.at(-1)}`
        more = body?.["has_more"]
      }
      assert.deepStrictEqual(ids, [...standIn.transfers.keys()].slice(0, 5).toReversed())
    })
  )

  test(
    "signs its webhooks, and sends those again that were not taken",
    Effect.gen(function*() {
      const { received, webhook } = yield* receiver(2)
      const standIn = yield* StripeStandIn.make({ ...still, webhook })
      yield* accountOf(standIn)
      yield* idle(standIn)
      assert.deepStrictEqual(received.map(({ taken }) => taken), [false, false, true])
      const { body, signature } = received[0] ?? assert.fail("nothing came")
      const time = still.startAt / 1_000
      const hmac = createHmac("sha256", "whsec_test").update(`${time}.${body}`).digest("hex")
      assert.strictEqual(signature, `t=${time},v1=${hmac}`)
    })
  )

  test(
    "delivers as told: before the answer, several times, or only when asked to",
    Effect.gen(function*() {
      const { received, webhook } = yield* receiver(0)
      const standIn = yield* StripeStandIn.make({
        ...still,
        webhook,
        behave: ({ withdrawal }) =>
          withdrawal === "w1" ? "webhook first" : withdrawal === "w2" ? "webhook never" : "done",
        deliver: ({ withdrawal }) => ({ times: withdrawal === undefined ? 0 : 3, delayMillis: 1 })
      })
      const account = yield* accountOf(standIn)
      const transfer = (withdrawal: string) =>
        call(standIn, "POST", "/v1/transfers", { form: transferTo(account, { "metadata[withdrawal]": withdrawal }) })
      yield* transfer("w1")
      assert.strictEqual(received.length, 1)
      yield* transfer("w2")
      yield* transfer("w3")
      yield* idle(standIn)
      assert.strictEqual(received.length, 4)
      assert.strictEqual(yield* standIn.deliverAll((events) => [...events].toReversed()), 4)
      assert.deepStrictEqual(
        received.slice(4).map(({ body }) => body),
        standIn.events.map(({ body }) => body).toReversed()
      )
    })
  )

  it("reads forms as Stripe's libraries write them", () => {
    assert.deepStrictEqual<unknown>(
      parseForm("amount=1&metadata[w]=a%26b&created[gte]=5&include[0]=x&include[1]=y&expand[]=z"),
      {
        amount: "1",
        metadata: { w: "a&b" },
        created: { gte: "5" },
        include: ["x", "y"],
        expand: ["z"]
      }
    )
  })
})
