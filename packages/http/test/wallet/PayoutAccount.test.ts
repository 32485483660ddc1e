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

layer(server())("the payout account", (it) => {
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
      // once ready, nobody is asked any more
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
