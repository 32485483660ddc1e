/** Payouts through Stripe, against a stand-in that can misbehave. */
import { cents } from "@ddd/core/money/Money"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import { newWithdrawal, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { requestKey } from "@ddd/core/money/WithdrawalActions"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider, type SentRequest } from "@ddd/core/ports/PayoutProvider"
import { instant } from "@ddd/core/values/Instant"
import { payoutProviderContract } from "@ddd/sim/contract/PayoutProvider"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { hasStripeSchema, needsStripeSchema, requestJudge } from "./support/schema.ts"
import { ada, layer, opening, providerAt, readyAccount, StandIn, startAt, withStripe } from "./support/stripe.ts"

payoutProviderContract({ name: "Stripe", layer: layer() })

const id = "018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2c"

const withdrawalTo = (account: string, changes: Partial<Withdrawal> = {}): Withdrawal => ({
  ...newWithdrawal({
    id,
    userId: ada,
    amount: cents(2_500n),
    account,
    provider: "simulated",
    askedAt: instant(startAt)
  }),
  ...changes
})

const first = { step: "transfer", attempt: 1, isFirst: true, turn: 1 } satisfies SentRequest
const ofStep = (step: SentRequest["step"], attempt = 1): SentRequest => ({ ...first, step, attempt })

const reasonOf = (report: ProviderReport): string =>
  "reason" in report ? `${report._tag}: ${report.reason}` : report._tag

/** Whatever server, in the place of Stripe. */
const serverOf = (handle: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer(handle)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => {
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("no port")
      return new URL(`http://127.0.0.1:${address.port}`)
    }
  )

const still = Layer.succeed(Now, Now.of({ now: Effect.succeed(instant(startAt)) }))

/** Runs a test against a server that answers everything alike. */
const against = <A>(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  run: Effect.Effect<A, unknown, PayoutProvider | Scope.Scope>,
  { timeoutMillis = 200 } = {}
) =>
  Effect.scoped(
    Effect.flatMap(serverOf(handle), (url) =>
      Effect.provide(run, Layer.fresh(providerAt(url, { timeoutMillis }).pipe(Layer.provide(still)))))
  )

const answering = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

describe("PayoutProviderStripe", () => {
  it.live("asks for a transfer, a payout and a reversal under keys of their own", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
        const account = yield* readyAccount
        const withdrawal = withdrawalTo(account)
        const transfer = yield* provider.send(withdrawal, first)
        if (transfer._tag !== "TransferSeen") assert.fail(reasonOf(transfer))
        const known = { ...withdrawal, transfer: { ...withdrawal.transfer, objectId: transfer.objectId } }
        yield* provider.send(known, ofStep("reversal", 2))
        yield* provider.send(known, ofStep("payout", 3))
        const sent = standIn.requests.slice(-3).map(({ account, body, idempotencyKey, path }) => ({
          path,
          account,
          idempotencyKey,
          body
        }))
        const metadata = { withdrawal: id }
        assert.deepStrictEqual<unknown>(sent, [
          {
            path: "/v1/transfers",
            account: undefined,
            idempotencyKey: requestKey(id, "transfer", 1),
            body: { amount: "2500", currency: "usd", destination: account, metadata, transfer_group: `ddd_${id}` }
          },
          {
            path: `/v1/transfers/${transfer.objectId}/reversals`,
            account: undefined,
            idempotencyKey: requestKey(id, "reversal", 2),
            body: { amount: "2500", metadata }
          },
          {
            path: "/v1/payouts",
            account,
            idempotencyKey: requestKey(id, "payout", 3),
            body: { amount: "2500", currency: "usd", metadata }
          }
        ])
      })
    ))

  it.live("sends players to Stripe's page, and back to ours", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
        const account = yield* readyAccount
        yield* provider.onboarding(account)
        const { body } = standIn.requests.at(-1) ?? assert.fail("nothing was asked")
        assert.deepStrictEqual<unknown>(body, {
          account,
          use_case: {
            type: "account_onboarding",
            account_onboarding: {
              refresh_url: "https://lottery.example/payout-account?state=again",
              return_url: "https://lottery.example/payout-account?state=done"
            }
          }
        })
      })
    ))

  it.live("opens an account for a player whose address has changed since the answer was lost", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const player = { userId: ada, email: "ada@example.com", username: "ada" }
        const account = yield* provider.openAccount(player, opening)
        assert.notStrictEqual(yield* provider.openAccount({ ...player, email: "ada@new.example" }, opening), account)
      })
    ))

  it.live("gives an account that was removed to nobody who asks in another session, nor to who asks an hour later", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const player = { userId: ada, email: "ada@example.com", username: "ada" }
        const account = yield* provider.openAccount(player, opening)
        assert.strictEqual(yield* provider.openAccount(player, { ...opening }), account)
        for (const another of [{ session: "another" }, { hour: opening.hour + 1 }, { closed: account }]) {
          assert.notStrictEqual(yield* provider.openAccount(player, { ...opening, ...another }), account)
        }
      })
    ))

  it.live("sends a request once, also where its connection is closed", () =>
    Effect.gen(function*() {
      const keys: Array<unknown> = []
      yield* against(
        (request) => {
          keys.push(request.headers["idempotency-key"])
          request.socket.destroy()
        },
        Effect.gen(function*() {
          const report = yield* (yield* PayoutProvider).send(withdrawalTo("acct_1"), first)
          assert.strictEqual(report._tag, "Unknown")
        })
      )
      assert.deepStrictEqual(keys, [requestKey(id, "transfer", 1)])
    }))

  it.live("asks over no connection that has been idle for long, since the other side may be closing it", () => {
    const asked = new WeakSet<Socket>()
    return against(
      (request, response) => {
        // closes a connection that comes back, as one does whose time is over
        if (asked.has(request.socket)) return void request.socket.destroy()
        asked.add(request.socket)
        response.removeHeader("keep-alive")
        answering(200, { id: "acct_ours" })(request, response)
      },
      Effect.gen(function*() {
        const { accountStatus } = yield* PayoutProvider
        for (let nth = 0; nth < 3; nth++) {
          assert.strictEqual(yield* accountStatus("acct_ours"), "pending")
          yield* Effect.sleep("1500 millis")
        }
      }),
      { timeoutMillis: 20_000 }
    )
  })

  it.live("knows nothing after a silence, and of an answer that breaks off", () =>
    Effect.gen(function*() {
      const send = PayoutProvider.use((provider) => provider.send(withdrawalTo("acct_1"), first))
      assert.strictEqual((yield* against(() => {}, send))._tag, "Unknown")
      const breaksOff = (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { "content-length": "100" })
        response.write("{", () => response.destroy())
      }
      assert.strictEqual((yield* against(breaksOff, send))._tag, "Unknown")
    }))

  it.live("takes no answer for a transfer, a list or an account that is none, whatever its status", () =>
    Effect.gen(function*() {
      for (
        const body of [{ message: "upstream is away" }, [], { object: "list", data: [] }, {
          object: "list",
          data: [{}],
          has_more: false
        }]
      ) {
        yield* against(
          answering(200, body),
          Effect.gen(function*() {
            const provider = yield* PayoutProvider
            const withdrawal = withdrawalTo("acct_1")
            assert.strictEqual((yield* provider.send(withdrawal, first))._tag, "Unknown")
            assert.strictEqual((yield* provider.inspect(withdrawal, "transfer", "tr_1"))._tag, "Unknown")
            for (const step of ["transfer", "payout", "reversal"] as const) {
              assert.strictEqual((yield* provider.lookUp(withdrawal, step))._tag, "Unknown")
            }
            assert.strictEqual((yield* Effect.flip(provider.accountStatus("acct_1")))._tag, "ProviderUnavailable")
            assert.strictEqual((yield* Effect.flip(provider.onboarding("acct_1")))._tag, "ProviderUnavailable")
          })
        )
      }
    }))

  it.live("knows nothing of a step that it could not look up", () =>
    Effect.gen(function*() {
      for (const status of [401, 403, 404, 429, 500]) {
        yield* against(
          answering(status, { error: { type: "api_error", message: "no" } }),
          Effect.gen(function*() {
            const report = yield* (yield* PayoutProvider).lookUp(withdrawalTo("acct_1"), "transfer")
            assert.strictEqual(report._tag, "Unknown", `${status}`)
          })
        )
      }
    }))

  it.live("finds a payout among many, on whichever page", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
        const account = yield* readyAccount
        const others = Array.from({ length: 120 }, (_, i) => `018f2d5e-7a1b-4cc0-9d3a-${String(i).padStart(12, "0")}`)
        const withdrawal = withdrawalTo(account, { amount: cents(1n) })
        for (const name of [id, ...others]) {
          yield* provider.send({ ...withdrawal, id: name }, first)
          yield* provider.send({ ...withdrawal, id: name }, ofStep("payout"))
        }
        const before = standIn.requests.length
        const found = yield* provider.lookUp(withdrawal, "payout")
        assert.strictEqual(
          found._tag === "PayoutSeen" && standIn.payouts.get(found.objectId)?.metadata["withdrawal"],
          id
        )
        assert.strictEqual(standIn.requests.length - before, 2)
      })
    ))

  it.live("says of a wrong key that nothing was done, without the key", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const standIn = yield* StandIn
        const provider = providerAt(new URL(standIn.url), { secretKey: Redacted.make("sk_test_secret") })
        const report = yield* Effect.provide(
          PayoutProvider.use((provider) => provider.send(withdrawalTo("acct_1"), first)),
          provider.pipe(Layer.provide(still))
        )
        assert.isTrue(report._tag === "NotNow" && !report.isKeySpent && report.isFirst)
        assert.notInclude(JSON.stringify(report), "secret")
      })
    ))

  it.live("says of a request that is under way that it is", () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    return withStripe(
      { hold: ({ path }) => path === "/v1/transfers" ? gate : Promise.resolve() },
      Effect.gen(function*() {
        const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
        const withdrawal = withdrawalTo(yield* readyAccount)
        const asked = standIn.requests.length
        const slow = yield* Effect.forkChild(provider.send(withdrawal, first))
        yield* Effect.sleep(1).pipe(
          Effect.repeat({ until: () => standIn.requests.length > asked }),
          Effect.timeout(5_000)
        )
        const second = yield* provider.send(withdrawal, { ...first, isFirst: false, turn: 2 })
        assert.isTrue(second._tag === "NotNow" && !second.isKeySpent && !second.isFirst && second.turn === 2)
        release()
        const done = yield* Fiber.join(slow)
        assert.strictEqual(done._tag, "TransferSeen")
        assert.deepStrictEqual(yield* provider.send(withdrawal, first), done)
      })
    )
  })

  it.live("waits for funds of the platform, under another key each time", () =>
    withStripe(
      { platformBalance: 2_499 },
      Effect.gen(function*() {
        const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
        const withdrawal = withdrawalTo(yield* readyAccount)
        const poor = yield* provider.send(withdrawal, first)
        assert.isTrue(poor._tag === "NotNow" && poor.isKeySpent)
        standIn.fund(1)
        assert.strictEqual((yield* provider.send(withdrawal, first))._tag, "NotNow")
        assert.strictEqual((yield* provider.send(withdrawal, ofStep("transfer", 2)))._tag, "TransferSeen")
        assert.strictEqual(standIn.platformBalance(), 0)
      })
    ))

  it.live("does not take for its own what went to another account", () =>
    withStripe(
      {},
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const withdrawal = withdrawalTo(yield* readyAccount)
        yield* provider.send(withdrawal, first)
        const report = yield* provider.lookUp({ ...withdrawal, account: "acct_other" }, "transfer")
        assert.include(reasonOf(report), "Ambiguous")
      })
    ))

  it.live.skipIf(!hasStripeSchema)(
    "sends nothing but what Stripe's API describes",
    () =>
      withStripe(
        {},
        Effect.gen(function*() {
          const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
          const account = yield* readyAccount
          yield* provider.onboarding(account)
          yield* provider.accountStatus(account)
          const withdrawal = withdrawalTo(account)
          const transfer = yield* provider.send(withdrawal, first)
          if (transfer._tag !== "TransferSeen") assert.fail(reasonOf(transfer))
          const known = { ...withdrawal, transfer: { ...withdrawal.transfer, objectId: transfer.objectId } }
          yield* provider.send(known, ofStep("payout"))
          yield* provider.send(known, ofStep("reversal"))
          for (const step of ["transfer", "payout"] as const) {
            const report = yield* provider.lookUp(known, step)
            if (!("objectId" in report)) assert.fail(reasonOf(report))
            yield* provider.inspect(known, step, report.objectId)
          }
          const judge = requestJudge()
          assert.strictEqual(standIn.requests.length, 10)
          assert.deepStrictEqual(standIn.requests.flatMap(judge), [])
          for (const { headers, idempotencyKey, method } of standIn.requests) {
            assert.strictEqual(headers["stripe-version"], "2026-10-28.endive")
            if (method === "POST") assert.isTrue(idempotencyKey !== undefined && idempotencyKey.length <= 255)
          }
          // the judge judges
          assert.isAbove(judge({ method: "POST", path: "/v1/transfers", body: { amount: "much", to: "me" } }).length, 1)
        })
      ),
    needsStripeSchema
  )
})
