import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { emptyFunding, type Funding, type FundingEvent } from "../../src/money/Funding.ts"
import { cents } from "../../src/money/Money.ts"
import type { Transaction } from "../../src/money/Transaction.ts"
import type { WebhookConclusion, WebhookSender } from "../../src/money/WebhookEvent.ts"
import { newWithdrawal } from "../../src/money/Withdrawal.ts"
import { CheckoutProvider } from "../../src/ports/CheckoutProvider.ts"
import { Checkouts } from "../../src/ports/Checkouts.ts"
import { FundingConflict, Fundings } from "../../src/ports/Fundings.ts"
import { type FundingNotice, FundingSource } from "../../src/ports/FundingSource.ts"
import { IdentityChecks, IdentityRefused } from "../../src/ports/IdentityChecks.ts"
import { type IdentityNotice, IdentitySource } from "../../src/ports/IdentitySource.ts"
import { DepositRefused, UnknownUser } from "../../src/ports/Ledger.ts"
import { PayoutAccounts } from "../../src/ports/PayoutAccounts.ts"
import { type PayoutNotice, PayoutProvider } from "../../src/ports/PayoutProvider.ts"
import { Unavailable } from "../../src/ports/Unavailable.ts"
import { WebhookInbox } from "../../src/ports/WebhookInbox.ts"
import { Withdrawals } from "../../src/ports/Withdrawals.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { handle } from "../../src/work/Webhooks.ts"

const now = instant(Date.UTC(2026, 1, 3))
const player = userId("01900000-0000-7000-8000-00000000000a")
const reference = "app_store:2000000123"
const purchased: FundingEvent = {
  _tag: "Purchased",
  reference,
  amount: cents(500n),
  buyer: { _tag: "Player", userId: player }
}
const credited: Funding = {
  ...emptyFunding(reference),
  purchased: true,
  amount: cents(500n),
  userId: player,
  creditStatus: "credited"
}

const deposited: Transaction = {
  id: "019a0000-0000-7000-8000-000000000001",
  type: "deposit",
  amount: cents(500n),
  balanceAfter: cents(500n),
  status: "completed",
  referenceId: reference,
  createdAt: now
}

/** Everything that an event may need, of which a test says what matters to it. */
interface Scene {
  readonly sender?: WebhookSender
  readonly notice?: FundingNotice
  readonly record?: Fundings["Service"]["record"]
  readonly shareNames?: Fundings["Service"]["shareNames"]
  readonly payout?: PayoutNotice
  readonly applyReport?: Withdrawals["Service"]["applyReport"]
  readonly identity?: IdentityNotice
  readonly recordIdentity?: IdentityChecks["Service"]["record"]
}

const event = {
  id: "019a0000-0000-7000-8000-000000000003",
  eventId: "evt_1",
  type: "test",
  body: "{}",
  state: "received",
  outcome: null,
  reference: null,
  receivedAt: now,
  handledAt: null
} as const

/** What comes of an event; nothing where it is not concluded. */
const conclusionsOf = Effect.fnUntraced(function*(
  { record, applyReport, identity, notice, payout, recordIdentity, sender, shareNames }: Scene
) {
  const conclusions: Array<WebhookConclusion> = []
  const unused = () => assert.fail("nobody should have read that")
  const layer = Layer.mergeAll(
    Layer.mock(WebhookInbox, {
      find: (id) => Effect.succeed(id === event.id ? { ...event, sender: sender ?? "revenuecat" } : null),
      conclude: (_, conclusion) => Effect.sync(() => void conclusions.push(conclusion))
    }),
    Layer.mock(FundingSource, { read: () => notice ?? unused() }),
    Layer.mock(Fundings, { ...(record && { record }), ...(shareNames && { shareNames }) }),
    Layer.mock(PayoutProvider, {
      name: "a provider of the tests'",
      identity: Effect.succeed("simulated" as const),
      read: () => payout ?? unused()
    }),
    Layer.mock(CheckoutProvider, {
      isOffered: false,
      identity: Effect.succeed("off" as const),
      read: () => ({ _tag: "Other" })
    }),
    Layer.mock(Checkouts, {}),
    Layer.mock(IdentitySource, { read: () => identity ?? unused() }),
    Layer.mock(IdentityChecks, { ...(recordIdentity && { record: recordIdentity }) }),
    Layer.mock(PayoutAccounts, { named: () => Effect.succeed(null) }),
    Layer.mock(Withdrawals, { ...(applyReport && { applyReport }) })
  )
  const exit = yield* Effect.exit(Effect.provide(handle(event.id), layer))
  return { conclusions, exit }
})

const conclusionOf = (scene: Scene) =>
  Effect.map(conclusionsOf(scene), ({ conclusions: [conclusion, ...more] }) => {
    assert.deepStrictEqual(more, [])
    return conclusion
  })

const telling = (event: FundingEvent, record: Fundings["Service"]["record"]): Scene => ({
  notice: { _tag: "Event", event, names: [] },
  record
})

const outcome = (
  funding: Funding,
  transactions: ReadonlyArray<Transaction> = [],
  before: { readonly earlier?: Funding; readonly openReason?: string } = {}
) =>
() => Effect.succeed({ funding, transactions, earlier: before.earlier ?? null, openReason: before.openReason ?? null })

describe("an event of a shop", () => {
  it.effect("is done once its purchase is credited", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* conclusionOf(telling(purchased, outcome(credited, [deposited]))), {
        state: "done",
        outcome: `${reference}: deposit 5.00 for player ${player}`,
        reference
      })
    }))

  it.effect("waits while none of the buyer's names is a player", () =>
    Effect.gen(function*() {
      const waiting = { ...credited, userId: null, creditStatus: "nothing" } as const
      assert.strictEqual(
        (yield* conclusionOf(telling(purchased, outcome(waiting, [], { openReason: "nobody yet" }))))?.state,
        "waiting"
      )
    }))

  it.effect("is done where its purchase was refunded before it came, and credits nothing", () =>
    Effect.gen(function*() {
      const tombstone = { ...credited, refunded: true, creditStatus: "nothing" } as const
      assert.deepStrictEqual(yield* conclusionOf(telling(purchased, outcome(tombstone))), {
        state: "done",
        outcome: `${reference} was refunded before it came: nothing is credited`,
        reference
      })
    }))

  it.effect("is done where it says what was known", () =>
    Effect.gen(function*() {
      const again = yield* conclusionOf(telling(purchased, outcome(credited)))
      assert.deepStrictEqual([again?.state, again?.outcome], ["done", `${reference} was credited before`])
    }))

  it.effect("fails where a person should look, and keeps what it is about", () =>
    Effect.gen(function*() {
      const refusals = [
        new FundingConflict({ reference, earlier: credited }),
        new UnknownUser({ userId: player }),
        new DepositRefused({ refusal: { _tag: "BalanceTooLarge", balance: cents(1n), added: cents(1n) } })
      ]
      for (const refusal of refusals) {
        const conclusion = yield* conclusionOf(telling(purchased, () => Effect.fail(refusal)))
        assert.deepStrictEqual([conclusion?.state, conclusion?.reference], ["failed", reference])
      }
      const unusable = yield* conclusionOf({ notice: { _tag: "Unusable", why: "an unknown product" } })
      assert.deepStrictEqual(unusable, { state: "failed", outcome: "an unknown product", reference: null })
    }))

  it.effect("is not concluded while the books are out of reach: it is acted on again", () =>
    Effect.gen(function*() {
      const unavailable = new Unavailable({ message: "the database is away", retryAfter: 1 })
      const { conclusions, exit } = yield* conclusionsOf(telling(purchased, () => Effect.fail(unavailable)))
      assert.deepStrictEqual(conclusions, [])
      assert.strictEqual(exit._tag, "Failure")
    }))

  it.effect("that gives a buyer further names is done where one of them is a player", () =>
    Effect.gen(function*() {
      const names: FundingNotice = { _tag: "Names", names: ["ada", "$RCAnonymousID:1"] }
      for (const [isPlayer, state] of [[true, "done"], [false, "ignored"]] as const) {
        const shareNames = () => Effect.succeed(isPlayer)
        assert.strictEqual((yield* conclusionOf({ notice: names, shareNames }))?.state, state)
      }
    }))
})

describe("an event of the payout provider", () => {
  const payout: PayoutNotice = {
    _tag: "Withdrawal",
    withdrawalId: "019a0000-0000-7000-8000-000000000002",
    report: { _tag: "Unknown", reason: "a test" }
  }

  it.effect("is learnt outside of any turn", () =>
    Effect.gen(function*() {
      const turns: Array<number | null> = []
      const withdrawal = newWithdrawal({
        id: payout.withdrawalId,
        userId: player,
        amount: cents(1n),
        account: "",
        provider: "simulated",
        askedAt: now
      })
      const conclusion = yield* conclusionOf({
        sender: "stripe",
        payout,
        applyReport: (_, __, turn) =>
          Effect.sync(() => {
            turns.push(turn)
            const after = { ...withdrawal, held: { reason: "there are two payouts", step: null } }
            return { before: withdrawal, after }
          })
      })
      assert.deepStrictEqual(turns, [null])
      assert.deepStrictEqual(conclusion, {
        state: "done",
        outcome: `withdrawal ${withdrawal.id} is pending, held: there are two payouts`,
        reference: null
      })
    }))

  it.effect("is ignored where it is about nobody of ours", () =>
    Effect.gen(function*() {
      const applyReport = () => Effect.succeed(null)
      const account: PayoutNotice = { _tag: "Account", account: "acct_other" }
      for (const scene of [{ payout, applyReport }, { payout: account }]) {
        assert.strictEqual((yield* conclusionOf({ sender: "stripe", ...scene }))?.state, "ignored")
      }
    }))
})

describe("a message of who checks identities", () => {
  const message = { userId: player, status: "verified", occurredAt: now, bornOn: null, reference: null } as const
  const identity: IdentityNotice = { _tag: "Message", message }

  it.effect("is done once it changed something, ignored where it did not, and names its player", () =>
    Effect.gen(function*() {
      const known = { status: "verified", at: now, reference: null } as const
      const done = yield* conclusionOf({ sender: "kyc", identity, recordIdentity: () => Effect.succeed(known) })
      assert.deepStrictEqual(done, {
        state: "done",
        outcome: `the identity check of player ${player} is verified`,
        reference: `identity:${player}`,
        userId: player
      })
      const older = yield* conclusionOf({ sender: "kyc", identity, recordIdentity: () => Effect.succeed(null) })
      assert.deepStrictEqual([older?.state, older?.userId], ["ignored", player])
    }))

  it.effect("fails, for a person to look at, where it cannot be read, names nobody here, or cannot be so", () =>
    Effect.gen(function*() {
      const unusable = yield* conclusionOf({ sender: "kyc", identity: { _tag: "Unusable", why: "it is no JSON" } })
      assert.deepStrictEqual(unusable, { state: "failed", outcome: "it is no JSON", reference: null })
      const unknown = yield* conclusionOf({
        sender: "kyc",
        identity,
        recordIdentity: ({ userId }) => Effect.fail(new UnknownUser({ userId }))
      })
      assert.deepStrictEqual([unknown?.state, unknown?.outcome], ["failed", `there is no player ${player}`])
      const fault = { _tag: "BirthFault", fault: "must not be in the future" } as const
      const born = yield* conclusionOf({
        sender: "kyc",
        identity,
        recordIdentity: () => Effect.fail(new IdentityRefused({ refusal: fault }))
      })
      assert.deepStrictEqual([born?.state, born?.outcome], ["failed", "the date of birth must not be in the future"])
    }))
})
