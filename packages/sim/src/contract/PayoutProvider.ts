/** What every adapter of `PayoutProvider` must do. */
import { type Cents, cents, zero } from "@ddd/core/money/Money"
import type { AccountOpening } from "@ddd/core/money/PayoutAccount"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import { newWithdrawal, type ProviderStep, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider, type SentRequest } from "@ddd/core/ports/PayoutProvider"
import { userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import { randomUUID } from "node:crypto"

/** What a test may do to the provider's side of the world. */
export class ProviderWorld extends Context.Service<ProviderWorld, {
  /** A player follows the onboarding page to its end. */
  readonly follow: (page: URL) => Effect.Effect<void>
  /** Lets time pass, for the provider and for `Now`. */
  readonly advance: (millis: number) => Effect.Effect<void>
}>()("@ddd/sim/contract/ProviderWorld") {}

export interface PayoutProviderSubject {
  /** As it stands in the names of the tests. */
  readonly name: string
  /** Makes a provider that knows nobody each time it is built. */
  readonly layer: Layer.Layer<PayoutProvider | ProviderWorld | Now, unknown>
}

type Services = PayoutProvider | ProviderWorld | Now | Scope.Scope

const opening: AccountOpening = { session: "a session", hour: 0, closed: null }

/** Someone whom money can be sent to; gives the account. */
const readyAccount = Effect.gen(function*() {
  const provider = yield* PayoutProvider
  const world = yield* ProviderWorld
  const account = yield* provider.openAccount(newPlayer("ada"), opening)
  const { url } = yield* provider.onboarding(account)
  yield* world.follow(url)
  return account
})

const newPlayer = (username: string) => ({
  userId: userId(randomUUID()),
  email: `${username}@example.com`,
  username
})

const askedFor = Effect.fnUntraced(function*(account: string, amount: Cents = cents(2_500n)) {
  const { now } = yield* Now
  return newWithdrawal({
    id: randomUUID(),
    userId: userId(randomUUID()),
    amount,
    account,
    provider: "simulated",
    askedAt: instant(yield* now)
  })
})

const requestOf = (step: ProviderStep, attempt = 1): SentRequest => ({ step, attempt, isFirst: true, turn: 7 })

const seen = (report: ProviderReport) => {
  if (report._tag !== "TransferSeen" && report._tag !== "PayoutSeen") assert.fail(JSON.stringify(report))
  return report
}

/** Sends a request that is to be done, and gives its object. */
const send = Effect.fnUntraced(function*(withdrawal: Withdrawal, step: ProviderStep, attempt = 1) {
  return seen(yield* (yield* PayoutProvider).send(withdrawal, requestOf(step, attempt)))
})

/** A withdrawal whose transfer was done, as the books know it then. */
const transferred = Effect.fnUntraced(function*(account: string, amount?: Cents) {
  const withdrawal = yield* askedFor(account, amount)
  const { objectId } = yield* send(withdrawal, "transfer")
  return { ...withdrawal, transfer: { ...withdrawal.transfer, status: "done", objectId } } satisfies Withdrawal
})

const reversedOf = (report: ProviderReport): Cents => {
  if (report._tag !== "TransferSeen") assert.fail(JSON.stringify(report))
  return report.reversed
}

/** Registers the contract tests of the port. They run in real time. */
export const payoutProviderContract = (subject: PayoutProviderSubject): void => {
  describe(`PayoutProvider in ${subject.name}`, () => {
    const test = (name: string, run: Effect.Effect<void, unknown, Services>): void =>
      it.live(name, () => Effect.provide(run, Layer.fresh(subject.layer)), 20_000)

    test(
      "opens one account a player, however often an opening is asked for",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const [ada, bob] = [newPlayer("ada"), newPlayer("bob")]
        const account = yield* provider.openAccount(ada, opening)
        assert.strictEqual(yield* provider.openAccount(ada, opening), account)
        assert.notStrictEqual(yield* provider.openAccount(bob, opening), account)
      })
    )

    test(
      "takes an account for ready once its owner has been through the page",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const account = yield* provider.openAccount(newPlayer("ada"), opening)
        assert.strictEqual(yield* provider.accountStatus(account), "pending")
        const { expiresAt, url } = yield* provider.onboarding(account)
        assert.isAbove(expiresAt, yield* (yield* Now).now)
        yield* (yield* ProviderWorld).follow(url)
        assert.strictEqual(yield* provider.accountStatus(account), "ready")
      })
    )

    test(
      "does a request once under its key, and says the same of it again",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const withdrawal = yield* askedFor(yield* readyAccount)
        for (const step of ["transfer", "payout"] as const) {
          const first = yield* send(withdrawal, step)
          assert.strictEqual(first.amount, withdrawal.amount)
          assert.strictEqual((yield* send(withdrawal, step)).objectId, first.objectId)
          assert.strictEqual(seen(yield* provider.lookUp(withdrawal, step)).objectId, first.objectId)
        }
      })
    )

    test(
      "lists every transfer since an instant by the withdrawal that it bears, whether or not anybody knows of that",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const account = yield* readyAccount
        const [one, other] = [yield* transferred(account), yield* transferred(account)]
        yield* send(other, "reversal")
        const listed = yield* provider.transfersSince(instant(0))
        const ours = listed.filter(({ account: to }) => to === account)
        assert.sameDeepMembers(ours, [
          { withdrawalId: one.id, objectId: one.transfer.objectId, account, amount: one.amount, reversed: zero },
          {
            withdrawalId: other.id,
            objectId: other.transfer.objectId,
            account,
            amount: other.amount,
            reversed: other.amount
          }
        ])
        assert.deepStrictEqual(yield* provider.transfersSince(instant(Date.UTC(2900, 0, 1))), [])
      })
    )

    test(
      "does the requests of one key once that come at the same time",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const withdrawal = yield* askedFor(yield* readyAccount)
        const all = yield* Effect.all(
          Array.from({ length: 5 }, () => provider.send(withdrawal, requestOf("transfer"))),
          { concurrency: "unbounded" }
        )
        const ids = all.flatMap((report) => report._tag === "TransferSeen" ? [report.objectId] : [])
        assert.strictEqual(new Set(ids).size, 1)
        assert.strictEqual(seen(yield* provider.lookUp(withdrawal, "transfer")).objectId, ids[0])
      })
    )

    test(
      "takes another attempt for another request, and says so where it finds both",
      Effect.gen(function*() {
        const withdrawal = yield* askedFor(yield* readyAccount)
        const first = yield* send(withdrawal, "transfer", 1)
        const second = yield* send(withdrawal, "transfer", 2)
        assert.notStrictEqual(first.objectId, second.objectId)
        assert.strictEqual((yield* (yield* PayoutProvider).lookUp(withdrawal, "transfer"))._tag, "Ambiguous")
      })
    )

    test(
      "has nothing of a step that was never sent",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const account = yield* readyAccount
        // of somebody else to the same account
        yield* send(yield* transferred(account), "payout")
        const asked = yield* askedFor(account)
        const withdrawal = { ...asked, payout: { ...asked.payout, attempt: 3 } }
        assert.deepStrictEqual(yield* provider.lookUp(withdrawal, "transfer"), {
          _tag: "Absent",
          step: "transfer",
          attempt: 1
        })
        assert.deepStrictEqual(yield* provider.lookUp(withdrawal, "payout"), {
          _tag: "Absent",
          step: "payout",
          attempt: 3
        })
      })
    )

    test(
      "looks at objects by their names, and refuses those of others",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const account = yield* readyAccount
        const withdrawal = yield* transferred(account)
        const other = yield* transferred(account)
        for (const step of ["transfer", "payout"] as const) {
          const { objectId } = yield* send(withdrawal, step)
          assert.strictEqual(seen(yield* provider.inspect(withdrawal, step, objectId)).objectId, objectId)
          assert.strictEqual((yield* provider.inspect(other, step, objectId))._tag, "Ambiguous")
          assert.strictEqual((yield* provider.inspect(withdrawal, step, `${objectId}0`))._tag, "Unknown")
        }
      })
    )

    test(
      "pays out in a while",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const withdrawal = yield* transferred(yield* readyAccount)
        const payout = yield* send(withdrawal, "payout")
        assert.isTrue(payout._tag === "PayoutSeen" && payout.status !== "paid")
        yield* (yield* ProviderWorld).advance(10_000)
        assert.deepStrictEqual(yield* provider.inspect(withdrawal, "payout", payout.objectId), {
          _tag: "PayoutSeen",
          objectId: payout.objectId,
          account: withdrawal.account,
          amount: withdrawal.amount,
          status: "paid"
        })
      })
    )

    test(
      "pays out no more than the account has, and spends the key on saying so",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const account = yield* readyAccount
        yield* transferred(account, cents(100n))
        const report = yield* provider.send(yield* askedFor(account, cents(101n)), requestOf("payout", 2))
        if (report._tag !== "NotNow") assert.fail(JSON.stringify(report))
        const { reason: _, ...rest } = report
        assert.deepStrictEqual(rest, {
          _tag: "NotNow",
          step: "payout",
          attempt: 2,
          turn: 7,
          isFirst: true,
          isKeySpent: true
        })
      })
    )

    test(
      "reverses the whole of a transfer, once",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const withdrawal = yield* transferred(yield* readyAccount)
        assert.strictEqual(reversedOf(yield* provider.lookUp(withdrawal, "reversal")), 0n)
        for (let i = 0; i < 2; i++) {
          assert.strictEqual(reversedOf(yield* send(withdrawal, "reversal")), withdrawal.amount)
        }
        assert.strictEqual((yield* provider.send(withdrawal, requestOf("reversal", 2)))._tag, "Refused")
        assert.strictEqual(reversedOf(yield* provider.lookUp(withdrawal, "reversal")), withdrawal.amount)
        assert.strictEqual((yield* provider.send(withdrawal, requestOf("payout")))._tag, "NotNow")
      })
    )

    test(
      "reverses nothing that is on its way to the bank",
      Effect.gen(function*() {
        const provider = yield* PayoutProvider
        const withdrawal = yield* transferred(yield* readyAccount)
        yield* send(withdrawal, "payout")
        assert.strictEqual((yield* provider.send(withdrawal, requestOf("reversal")))._tag, "NotNow")
        assert.strictEqual(reversedOf(yield* provider.lookUp(withdrawal, "reversal")), 0n)
      })
    )
  })
}
