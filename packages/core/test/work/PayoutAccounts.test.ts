import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { sessionId } from "../../src/accounts/Session.ts"
import type { AccountOpening, PayoutAccount } from "../../src/money/PayoutAccount.ts"
import { Now } from "../../src/ports/Now.ts"
import { PayoutAccounts } from "../../src/ports/PayoutAccounts.ts"
import { PayoutAccountGone, PayoutProvider, ProviderUnavailable } from "../../src/ports/PayoutProvider.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { onboard, pollOnce, readiness, refreshAccount } from "../../src/work/PayoutAccounts.ts"

const now = instant(Date.UTC(2026, 1, 3))
const payeeOf = (n: number) => ({
  userId: userId(`01900000-0000-7000-8000-00000000000${n}`),
  sessionId: sessionId(`01900000-0000-7000-8000-00000000010${n}`),
  email: `${n}@example.com`,
  emailVerified: true,
  username: `player${n}`
})
const ada = payeeOf(1)

/** What the provider says of an account. */
type Says = "pending" | "ready" | "gone" | "nothing"

/** Players' accounts, a provider that says `says` of each, and what was opened, in place of what. */
const makeStage = (kept: ReadonlyArray<PayoutAccount>, says: Record<string, Says>) => {
  const accounts = new Map(kept.map((account) => [account.userId, account]))
  const opened: Array<AccountOpening> = []
  const clock = { elapsedMillis: 0 }
  const named = (account: string) => [...accounts.values()].find((known) => known.account === account) ?? null
  const asked = (
    account: string
  ): Effect.Effect<"pending" | "ready", PayoutAccountGone | ProviderUnavailable> => {
    const said = says[account] ?? "pending"
    return said === "gone"
      ? Effect.fail(new PayoutAccountGone({ account }))
      : said === "nothing"
      ? Effect.fail(new ProviderUnavailable({ message: "no answer" }))
      : Effect.succeed(said)
  }
  const layer = Layer.mergeAll(
    Layer.mock(PayoutAccounts, {
      of: (user) => Effect.sync(() => accounts.get(user) ?? null),
      named: (account) => Effect.sync(() => named(account)),
      add: (user, account, provider) =>
        Effect.sync(() => {
          const added: PayoutAccount = { userId: user, account, provider, status: "pending" }
          accounts.set(user, added)
          return added
        }),
      setStatus: (account, status) =>
        Effect.sync(() => {
          const known = named(account)
          if (known !== null) accounts.set(known.userId, { ...known, status })
        }),
      unlink: (user, account) => Effect.sync(() => accounts.get(user)?.account === account && accounts.delete(user)),
      claimCheck: () => Effect.succeed(true),
      claimDue: () => Effect.sync(() => [...accounts.values()])
    }),
    Layer.mock(PayoutProvider, {
      name: "a provider of the tests'",
      identity: Effect.succeed("stripe test acct_us" as const),
      read: () => assert.fail("there are no notices"),
      accountStatus: asked,
      onboarding: (account) =>
        Effect.as(asked(account), { url: new URL(`https://provider.example/${account}`), expiresAt: now }),
      openAccount: (_, opening) =>
        Effect.sync(() => {
          opened.push(opening)
          const isFirst = opening.session === ada.sessionId && opening.hour === opened[0]?.hour
          return `${opening.closed === null ? "acct_first" : `${opening.closed}_again`}${isFirst ? "" : "_new"}`
        })
    }),
    Layer.succeed(Now, Now.of({ now: Effect.sync(() => instant(now + clock.elapsedMillis)) }))
  )
  return { layer, opened, clock, statusOf: (n: number) => accounts.get(payeeOf(n).userId)?.status ?? "none" }
}

const accountOf = (n: number, account: string, changed: Partial<PayoutAccount> = {}): PayoutAccount => ({
  userId: payeeOf(n).userId,
  account,
  provider: "stripe test acct_us",
  status: "ready",
  ...changed
})

describe("a payout account", () => {
  it.effect("that the provider has closed is its player's no more, however that is learnt, and another one is opened", () =>
    Effect.gen(function*() {
      const ways = [
        Effect.asVoid(readiness(ada.userId)),
        Effect.asVoid(Effect.orDie(refreshAccount("acct_1"))),
        Effect.asVoid(pollOnce)
      ]
      for (const learn of ways) {
        const stage = makeStage([accountOf(1, "acct_1")], { acct_1: "gone" })
        yield* Effect.provide(learn, stage.layer)
        assert.strictEqual(stage.statusOf(1), "none")
      }
      const stage = makeStage([accountOf(1, "acct_1")], { acct_1: "gone" })
      const { url } = yield* Effect.provide(onboard(ada), stage.layer)
      assert.strictEqual(url.pathname, "/acct_1_again")
      assert.deepStrictEqual(stage.opened.map(({ closed }) => closed), ["acct_1"])
    }))

  it.effect("that the provider remembers under the key of the first opening is not the one that is gone on with", () => {
    const stage = makeStage([], { acct_first: "gone" })
    return Effect.gen(function*() {
      assert.strictEqual((yield* onboard(ada)).url.pathname, "/acct_first_again")
      assert.deepStrictEqual(stage.opened.map(({ closed }) => closed), [null, "acct_first"])
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("that was removed is not opened again for another session, nor an hour later", () => {
    const stage = makeStage([], {})
    const openAnew = (asking: typeof ada) =>
      Effect.gen(function*() {
        const { url } = yield* onboard(asking)
        yield* (yield* PayoutAccounts).unlink(ada.userId, url.pathname.slice(1), "player")
        return url.pathname
      })
    return Effect.gen(function*() {
      assert.deepStrictEqual([yield* openAnew(ada), yield* openAnew(ada)], ["/acct_first", "/acct_first"])
      const another = { ...ada, sessionId: payeeOf(2).sessionId }
      assert.strictEqual(yield* openAnew(another), "/acct_first_new")
      stage.clock.elapsedMillis = 3_600_000
      assert.strictEqual(yield* openAnew(ada), "/acct_first_new")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("that lost what money can be sent by is pending again", () => {
    const stage = makeStage([accountOf(1, "acct_1")], { acct_1: "pending" })
    return Effect.gen(function*() {
      assert.strictEqual(yield* readiness(ada.userId), "pending")
      assert.strictEqual(stage.statusOf(1), "pending")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("that is closed, elsewhere or cannot be asked for keeps no other one from being asked for", () => {
    const stage = makeStage(
      [
        accountOf(1, "acct_1", { status: "pending" }),
        accountOf(2, "acct_2", { status: "pending" }),
        accountOf(3, "acct_3", { status: "pending", provider: "stripe test acct_other" }),
        accountOf(4, "acct_4", { status: "pending" })
      ],
      { acct_1: "gone", acct_2: "nothing", acct_3: "gone", acct_4: "ready" }
    )
    return Effect.gen(function*() {
      yield* pollOnce
      assert.deepStrictEqual([1, 2, 3, 4].map(stage.statusOf), ["none", "pending", "pending", "ready"])
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("that is with another provider is left as it is, and says what to set", () => {
    const stage = makeStage([accountOf(1, "acct_1", { provider: "simulated" })], { acct_1: "gone" })
    return Effect.gen(function*() {
      const refused = yield* Effect.flip(onboard(ada))
      assert.strictEqual(refused._tag, "AccountElsewhere")
      assert.include(refused.message, "unset STRIPE_SECRET_KEY")
      assert.isNull(yield* refreshAccount("acct_1"))
      yield* readiness(ada.userId)
      assert.strictEqual(stage.statusOf(1), "ready")
    }).pipe(Effect.provide(stage.layer))
  })
})
