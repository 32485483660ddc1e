import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { cents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { userId } from "@ddd/core/values/Ids"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { tokenFor } from "../support/Keys.ts"
import { provider } from "../support/Payouts.ts"
import { assertProblem, at, Client, layer as server, makePlayer, textAt } from "../support/Server.ts"

const path = "/wallet/payout-account"

const open = (token: string) => Effect.flatMap(Client, ({ call }) => call("POST", path, { token }))
const ask = (token: string) => Effect.flatMap(Client, ({ call }) => call("GET", path, { token }))
const statusFor = (token: string) => Effect.map(ask(token), ({ json }) => at(json, "status"))

/** The provider as a test wants it, and as it was afterwards. */
const withProvider = <A, E, R>(changed: Partial<typeof provider>, test: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const before = { ...provider }
    Object.assign(provider, changed)
    return Effect.ensuring(test, Effect.sync(() => Object.assign(provider, before)))
  })

layer(server({ withdrawals: { withdrawDeposits: true } }))("the payout account", (it) => {
  it.effect("is none, then pending, then ready, as the provider says", () =>
    Effect.gen(function*() {
      const { id, token } = yield* makePlayer()
      assert.deepStrictEqual((yield* ask(token)).json, { status: "none" })
      const opened = yield* withProvider({ status: "pending" }, open(token))
      assert.strictEqual(opened.status, 201, opened.text)
      assert.strictEqual(textAt(opened.json, "url"), `https://provider.example/onboarding/acct_${id}`)
      assert.match(textAt(opened.json, "expiresAt"), /^2026-02-03T10:35:00\.\d{3}Z$/)
      assert.strictEqual(yield* withProvider({ status: "pending" }, statusFor(token)), "pending")
      assert.strictEqual(yield* withProvider({ status: "ready" }, statusFor(token)), "ready")
      // what was known is said where the provider does not answer
      assert.strictEqual(yield* withProvider({ answers: false }, statusFor(token)), "ready")
    }))

  it.effect("is one account, however often and at once it is opened", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const opened = yield* Effect.all(Array.from({ length: 10 }, () => open(token)), { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(opened.map(({ status }) => status))], [201])
      assert.strictEqual(new Set(opened.map(({ json }) => textAt(json, "url"))).size, 1)
      const before = provider.opened
      assert.strictEqual((yield* open(token)).status, 201)
      assert.strictEqual(provider.opened, before)
    }))

  it.effect("cannot be opened while the provider does not answer, and what was known of it is still said", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const answer = yield* withProvider({ answers: false }, open(token))
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(answer.headers.get("retry-after"), "30")
      assert.notInclude(answer.text, "secret")
      assert.strictEqual(yield* statusFor(token), "none")
      yield* open(token)
      assert.strictEqual(yield* withProvider({ answers: false }, statusFor(token)), "pending")
    }))

  it.effect("is not linked where its session ends while it is opened", () =>
    Effect.gen(function*() {
      const { id, sessionId, token } = yield* makePlayer()
      const sessions = yield* Sessions
      const meanwhile = Effect.orDie(Effect.asVoid(sessions.end(id, sessionId, operatorOrigin)))
      const answer = yield* withProvider({ meanwhile }, open(token))
      assertProblem(answer, 401, "unauthenticated")
      assert.include(textAt(answer.json, "detail"), "sign in again")
      assert.isNull(yield* PayoutAccounts.use((accounts) => accounts.of(id)))
    }))

  it.effect("can be removed and opened anew, but not while a withdrawal is under way", () =>
    Effect.gen(function*() {
      const { id, token } = yield* makePlayer()
      const remove = Effect.flatMap(Client, ({ call }) => call("DELETE", path, { token }))
      assert.strictEqual((yield* remove).status, 204)
      yield* open(token)
      yield* PayoutAccounts.use((accounts) => accounts.setStatus(`acct_${id}`, "ready", "simulated"))
      yield* (yield* Ledger).deposit({ userId: id, amount: cents(500n), referenceId: `test:${id}`, metadata: null })
      const { call } = yield* Client
      const asked = yield* call("POST", "/wallet/withdraw", { token, body: { amount: "1.00" } })
      assert.strictEqual(asked.status, 202, asked.text)
      const refused = yield* remove
      assertProblem(refused, 409, "withdrawal_under_way")
      assert.include(textAt(refused.json, "detail"), "try again")
      yield* (yield* Withdrawals).applyReport(
        textAt(asked.json, "id"),
        { _tag: "Canceled", reason: "a test" },
        null
      )
      assert.strictEqual((yield* remove).status, 204)
      assert.strictEqual(yield* statusFor(token), "none")
      assert.strictEqual((yield* open(token)).status, 201)
    }))

  it.effect("that the provider has closed is none, and another one is opened", () =>
    Effect.gen(function*() {
      const { id, token } = yield* makePlayer()
      yield* open(token)
      yield* PayoutAccounts.use((accounts) => accounts.setStatus(`acct_${id}`, "ready", "simulated"))
      provider.closed.add(`acct_${id}`)
      assert.strictEqual(yield* statusFor(token), "none")
      const opened = yield* open(token)
      assert.strictEqual(opened.status, 201, opened.text)
      assert.strictEqual(textAt(opened.json, "url"), `https://provider.example/onboarding/acct_${id}_2`)
    }))

  it.effect("is the player's own", () =>
    Effect.gen(function*() {
      assertProblem(yield* open("nonsense"), 401, "unauthenticated")
      assertProblem(yield* ask("nonsense"), 401, "unauthenticated")
      assertProblem(yield* open(tokenFor(userId("018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"))), 401, "unauthenticated")
    }))
})

layer(server({ withdrawals: { enabled: false } }))("the payout account, where nothing is paid out", (it) => {
  it.effect("cannot be opened", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const before = provider.opened
      assertProblem(yield* open(token), 503, "unavailable")
      assert.strictEqual(provider.opened, before)
      assert.strictEqual(yield* statusFor(token), "none")
    }))
})
