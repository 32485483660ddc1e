/**
 * What every adapter of `Withdrawals` must do.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { turnMillis } from "@ddd/core/money/ClaimWithdrawal"
import { type Cents, cents, zero } from "@ddd/core/money/Money"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import {
  newWithdrawal,
  type ProviderPayoutStatus,
  providerPayoutStatuses,
  type ProviderStep,
  providerSteps,
  type Withdrawal
} from "@ddd/core/money/Withdrawal"
import { keyLifeMillis, watchedMillis } from "@ddd/core/money/WithdrawalActions"
import type { Resolution } from "@ddd/core/money/WithdrawalResolution"
import { Accounts } from "@ddd/core/ports/Accounts"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Exit, Result } from "effect"
import * as fc from "fast-check"
import { byAnn } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import {
  advance,
  applyReport,
  askRefusalOf,
  auditClean,
  buy,
  claim,
  dollars,
  drawNow,
  fundedPlayer,
  linkPayoutAccount,
  openPayoutAccount,
  openSales,
  payablePlayer,
  payOut,
  payoutSeen,
  present,
  purchaseOf,
  refusalOf,
  signUp,
  tell,
  times,
  transferSeen,
  withdraw,
  withdrawalAt
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { historyOf, movementsOf, toldOf, walletOf } from "./Money.ts"
import { jobsOf } from "./Players.ts"
import { property } from "./Property.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

const minuteMillis = 60_000
const hourMillis = 60 * minuteMillis

/** Balance, the part of it that can be withdrawn, and what is on its way out. */
const standingOf = (player: UserId) =>
  Effect.map(
    walletOf(player),
    ({ balance, pendingWithdrawal, withdrawable }) => [balance, withdrawable, pendingWithdrawal]
  )

/** Asks for a withdrawal; gives its id. */
const ask = (player: UserId, amount: Cents) => Effect.map(withdraw(player, amount), ({ transaction }) => transaction.id)

/** A new player with two dollars, who bought two tickets and won $1.90 with them; then was given two dollars more. */
const winner = Effect.fnUntraced(function*(name: string) {
  yield* openSales
  const player = yield* payablePlayer(name, dollars(2))
  yield* buy(player, 2)
  yield* drawNow
  yield* tell(purchaseOf(player, dollars(2), `test:more for ${name}`))
  return player
})

const refused = (step: ProviderStep, attempt = 1): ProviderReport => ({
  _tag: "Refused",
  step,
  attempt,
  reason: "no such bank"
})
const unknown: ProviderReport = { _tag: "Unknown", reason: "the provider did not answer" }

/** How many jobs there are that have a turn of the withdrawal taken. */
const payOutJobs = (id: string) =>
  Effect.map(jobsOf("PayOut"), (jobs) => jobs.filter(({ withdrawalId }) => withdrawalId === id).length)

/** Takes a withdrawal to where its transfer was sent, and for a day nobody has heard what became of it. */
const holdForPerson = Effect.fnUntraced(function*(id: string) {
  yield* claim(id)
  yield* advance(keyLifeMillis + turnMillis)
  const lost = yield* claim(id)
  assert.deepStrictEqual(lost.action, { _tag: "LookUp", step: "transfer", attempt: 1 })
  return yield* applyReport(id, { _tag: "Absent", step: "transfer", attempt: 1 }, lost.withdrawal.turn)
})

/** What may happen to a withdrawal, of a few, and to its player. */
type Move =
  | { readonly what: "ask"; readonly dollars: number }
  | { readonly what: "claim" | "refused" | "not now" | "unknown" | "absent" | "canceled"; readonly which: number }
  | { readonly what: "transfer"; readonly which: number; readonly isReversed: boolean }
  | { readonly what: "payout"; readonly which: number; readonly status: ProviderPayoutStatus }
  | { readonly what: "resolve"; readonly which: number; readonly resolution: Resolution }
  | { readonly what: "refund" }
  | { readonly what: "reversal" }
  | { readonly what: "advance"; readonly millis: number }

const which = fc.nat({ max: 3 })
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant("ask" as const), dollars: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant("claim" as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(
        "refused" as const,
        "not now" as const,
        "unknown" as const,
        "absent" as const,
        "canceled" as const
      ),
      which
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant("transfer" as const),
      which,
      isReversed: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant("payout" as const),
      which,
      status: fc.constantFrom(...providerPayoutStatuses)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("resolve" as const),
      which,
      resolution: fc.constantFrom<Resolution>("absent", "again", "go on")
    })
  },
  { weight: 1, arbitrary: fc.constantFrom<Move>({ what: "refund" }, { what: "reversal" }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("advance" as const),
      millis: fc.constantFrom(10 * minuteMillis, 24 * hourMillis)
    })
  }
)

/** A step whose request may have been sent; null where there is none. */
const stepUnderWay = (withdrawal: Withdrawal): ProviderStep | null =>
  providerSteps.find((step) => withdrawal[step].status === "unknown") ?? null

/** The report of a move, where a provider that lost nothing could tell it; null where it could not. */
const reportOf = (withdrawal: Withdrawal, move: Move): ProviderReport | null => {
  const { payout, reversal, transfer, turn } = withdrawal
  const step = stepUnderWay(withdrawal)
  switch (move.what) {
    case "transfer":
      if (transfer.status === "unsent" || transfer.status === "refused") return null
      if (!move.isReversed) return transferSeen(withdrawal)
      return reversal.status === "unsent" ? null : transferSeen(withdrawal, withdrawal.amount)
    case "payout":
      return payout.status === "unknown" || payout.status === "done" ? payoutSeen(withdrawal, move.status) : null
    case "refused":
      return step === null ? null : refused(step, withdrawal[step].attempt)
    case "not now":
      return step === null ? null : {
        _tag: "NotNow",
        step,
        attempt: withdrawal[step].attempt,
        turn,
        isFirst: false,
        isKeySpent: turn % 2 === 0,
        reason: "the platform is out of funds"
      }
    case "absent":
      return step === null ? null : { _tag: "Absent", step, attempt: withdrawal[step].attempt }
    case "unknown":
      return unknown
    case "canceled":
      return { _tag: "Canceled", reason: "canceled" }
    default:
      return null
  }
}

export const withdrawalsContract = (subject: Subject): void =>
  contract("Withdrawals", subject, (it) => {
    it(
      "takes the money out of the balance, and says so to the payouts and the player",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(10))
        const account = yield* openPayoutAccount(ada)
        const { isReplayed, transaction } = yield* withdraw(ada, dollars(4))
        const { amount, balanceAfter, id, referenceId, status, type } = transaction
        assert.isFalse(isReplayed)
        assert.deepStrictEqual(
          [type, amount, balanceAfter, status, referenceId],
          ["withdrawal", dollars(-4), dollars(6), "pending", id]
        )
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, dollars(4)])
        assert.deepStrictEqual((yield* movementsOf(ada)).at(-1), transaction)
        assert.deepStrictEqual(
          yield* withdrawalAt(id),
          newWithdrawal({
            id,
            userId: ada,
            amount: dollars(4),
            account,
            provider: "simulated",
            askedAt: transaction.createdAt
          })
        )
        assert.strictEqual(yield* payOutJobs(id), 1)
        assert.deepStrictEqual(yield* jobsOf("MailWithdrawal"), [
          { _tag: "MailWithdrawal", userId: ada, withdrawalId: id, event: "started" }
        ])
        // its first turn is due at once, and nobody's
        assert.strictEqual(yield* Withdrawals.use(({ offerDue }) => offerDue(10)), 1)
        assert.isNotNull(yield* Withdrawals.use((port) => port.claim(id, false, "simulated")))
        yield* auditClean
      })
    )

    it(
      "says why not in a fixed order, and leaves no trace",
      Effect.gen(function*() {
        yield* openSales
        const accounts = yield* PayoutAccounts
        const ada = yield* signUp("ada")
        const refusal = (amount: Cents, winningsOnly = true, player = ada) =>
          askRefusalOf(withdraw(player, amount, { winningsOnly }))
        for (const stranger of [nobody, houseUserId]) {
          assert.deepStrictEqual(yield* refusal(dollars(1), true, stranger), { _tag: "UnknownUser" })
        }
        yield* (yield* World).freeze(ada)
        assert.deepStrictEqual(yield* refusal(dollars(1)), { _tag: "AccountFrozen" })
        yield* (yield* Accounts).unfreeze(ada, byAnn)
        assert.deepStrictEqual(yield* refusal(dollars(1)), { _tag: "EmailUnverified" })
        yield* (yield* World).verify(ada)
        assert.deepStrictEqual(yield* refusal(dollars(1)), { _tag: "NoPayoutAccount", status: "none" })
        yield* linkPayoutAccount(ada, "acct_ada")
        assert.deepStrictEqual(yield* refusal(dollars(1)), { _tag: "NoPayoutAccount", status: "pending" })
        yield* accounts.setStatus("acct_ada", "ready", "simulated")
        yield* tell(purchaseOf(ada, dollars(2), "test:1"))
        yield* buy(ada, 1)
        assert.deepStrictEqual(yield* refusal(dollars(1)), {
          _tag: "NotWithdrawable",
          balance: dollars(1),
          withdrawable: zero,
          maturing: zero,
          maturesAt: null,
          awaitingIdentity: zero,
          asked: dollars(1)
        })
        assert.deepStrictEqual(yield* refusal(dollars(2), false), {
          _tag: "InsufficientFunds",
          balance: dollars(1),
          needed: dollars(2)
        })
        yield* tell({ _tag: "Refunded", reference: "test:1" })
        assert.deepStrictEqual(yield* refusal(dollars(1)), { _tag: "InDebt", debt: dollars(1) })
        assert.deepStrictEqual(yield* pagesOf(10, (page) => Withdrawals.use((port) => port.list({}, page))), [[]])
        assert.deepStrictEqual([yield* jobsOf("PayOut"), yield* jobsOf("MailWithdrawal")], [[], []])
        yield* auditClean
      })
    )

    it(
      "lets winnings out, and purchased credit only where that is allowed; what comes back is split as before",
      Effect.gen(function*() {
        const ada = yield* winner("ada")
        assert.deepStrictEqual(yield* standingOf(ada), [cents(390n), cents(190n), zero])
        const beyond = yield* askRefusalOf(withdraw(ada, dollars(2), { winningsOnly: true }))
        assert.strictEqual(beyond._tag, "NotWithdrawable")
        const { transaction } = yield* withdraw(ada, cents(100n), { winningsOnly: true })
        assert.deepStrictEqual(yield* standingOf(ada), [cents(290n), cents(90n), cents(100n)])
        const second = yield* ask(ada, cents(290n))
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, cents(390n)])
        for (const id of [transaction.id, second]) yield* applyReport(id, { _tag: "Canceled", reason: "canceled" })
        assert.deepStrictEqual(yield* standingOf(ada), [cents(390n), cents(190n), zero])
        yield* auditClean
      })
    )

    it(
      "accepts one of fifty withdrawals of a whole balance that come at the same time",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const results = yield* times(50, Effect.result(withdraw(ada, dollars(10))))
        assert.strictEqual(results.filter(Result.isSuccess).length, 1)
        assert.isTrue(
          results.filter(Result.isFailure).every(({ failure }) =>
            failure._tag === "WithdrawalRefused" && failure.refusal._tag === "InsufficientFunds"
          )
        )
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, dollars(10)])
        yield* auditClean
      })
    )

    it(
      "spends no cent twice where a balance is withdrawn and spent at the same time",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* payablePlayer("ada", dollars(10))
        const [withdrawn, bought] = yield* Effect.all([
          times(5, Effect.exit(withdraw(ada, dollars(4)))),
          times(5, Effect.exit(buy(ada, 4)))
        ], { concurrency: "unbounded" })
        assert.strictEqual(withdrawn.filter(Exit.isSuccess).length + bought.filter(Exit.isSuccess).length, 2)
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(2))
        yield* auditClean
      })
    )

    it(
      "answers a repeat under a key as it did first, whatever became of the withdrawal",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const answers = yield* times(10, withdraw(ada, dollars(4), { key: "k" }))
        const { transaction } = present(answers.find(({ isReplayed }) => !isReplayed))
        assert.strictEqual(answers.filter(({ isReplayed }) => isReplayed).length, 9)
        for (const answer of answers) assert.deepStrictEqual(answer.transaction, transaction)
        yield* payOut(transaction.id)
        yield* (yield* Accounts).freeze(ada, byAnn)
        assert.deepStrictEqual(yield* withdraw(ada, dollars(4), { key: "k" }), { transaction, isReplayed: true })
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, zero])
        assert.strictEqual((yield* jobsOf("PayOut")).length, 1)
        yield* auditClean
      })
    )

    it(
      "refuses a key of another withdrawal or of a purchase, and a purchase one of a withdrawal",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* payablePlayer("ada", dollars(10))
        const bob = yield* payablePlayer("bob", dollars(10))
        yield* withdraw(ada, dollars(1), { key: "withdrawal", fingerprint: "same" })
        yield* buy(ada, 1, { key: "purchase", fingerprint: "same" })
        const other = withdraw(ada, dollars(2), { key: "withdrawal", fingerprint: "other" })
        assert.deepStrictEqual(yield* askRefusalOf(other), { _tag: "KeyReused" })
        const asPurchase = withdraw(ada, dollars(1), { key: "purchase", fingerprint: "same" })
        assert.deepStrictEqual(yield* askRefusalOf(asPurchase), { _tag: "KeyReused" })
        const asWithdrawal = buy(ada, 1, { key: "withdrawal", fingerprint: "same" })
        assert.deepStrictEqual(yield* refusalOf(asWithdrawal), { _tag: "KeyReused" })
        // keys are each player's own
        assert.isFalse((yield* withdraw(bob, dollars(2), { key: "withdrawal", fingerprint: "other" })).isReplayed)
        // a refusal is not kept
        assert.strictEqual((yield* askRefusalOf(withdraw(ada, dollars(9), { key: "later" })))._tag, "InsufficientFunds")
        yield* tell(purchaseOf(ada, dollars(5), "test:more"))
        assert.isFalse((yield* withdraw(ada, dollars(9), { key: "later" })).isReplayed)
        yield* auditClean
      })
    )

    it(
      "gives a turn to one of many, who writes down what it is about before anybody is asked",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const id = yield* ask(yield* payablePlayer("ada", dollars(10)), dollars(4))
        const before = yield* withdrawalAt(id)
        const turns = yield* times(10, withdrawals.claim(id, false, "simulated"))
        const [turn, ...others] = turns.filter((turn) => turn !== null)
        assert.deepStrictEqual(others, [])
        const { action, withdrawal } = present(turn)
        assert.deepStrictEqual(action, { _tag: "Send", step: "transfer", attempt: 1, isFirst: true })
        assert.deepStrictEqual(withdrawal, {
          ...before,
          turn: 1,
          idleTurns: 1,
          transfer: { ...before.transfer, status: "unknown", sentAt: withdrawal.transfer.sentAt }
        })
        assert.isTrue(present(withdrawal.transfer.sentAt) >= before.askedAt)
        assert.deepStrictEqual(yield* withdrawalAt(id), withdrawal)
        assert.isNull(yield* withdrawals.claim(id, true, "simulated"))
        assert.isNull(yield* withdrawals.claim(nobody, true, "simulated"))
        assert.isNull(yield* withdrawals.find(nobody))
        assert.isNull(yield* withdrawals.applyReport(nobody, unknown, null))
        assert.isNull(yield* withdrawals.resolve(nobody, "absent", byAnn))
      })
    )

    it(
      "gives a turn away that came to nothing within two minutes, with the same request again",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const id = yield* ask(yield* payablePlayer("ada", dollars(10)), dollars(4))
        const first = yield* claim(id)
        yield* advance(turnMillis - minuteMillis)
        assert.isNull(yield* withdrawals.claim(id, true, "simulated"))
        yield* advance(minuteMillis)
        const second = yield* claim(id)
        assert.deepStrictEqual(second.action, { _tag: "Send", step: "transfer", attempt: 1, isFirst: false })
        assert.deepStrictEqual(second.withdrawal.transfer, first.withdrawal.transfer)
        assert.strictEqual(second.withdrawal.turn, 2)
        // whoever had the first turn is late: what it says counts, and ends no turn but its own
        const late = yield* applyReport(id, transferSeen(first.withdrawal), first.withdrawal.turn)
        assert.strictEqual(late.transfer.status, "done")
        assert.isNull(yield* withdrawals.claim(id, true, "simulated"))
        yield* applyReport(id, transferSeen(second.withdrawal), second.withdrawal.turn)
        assert.deepStrictEqual((yield* claim(id)).action, { _tag: "Send", step: "payout", attempt: 1, isFirst: true })
      })
    )

    it(
      "rests longer the longer nothing changes, but for those in a hurry",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const id = yield* ask(yield* payablePlayer("ada", dollars(10)), dollars(4))
        for (const round of [1, 2, 3, 4, 5, 6, 7, 8]) {
          const { withdrawal } = present(yield* withdrawals.claim(id, true, "simulated"))
          assert.strictEqual(withdrawal.idleTurns, round)
          assert.strictEqual((yield* applyReport(id, unknown, withdrawal.turn)).problem, "the provider did not answer")
        }
        assert.isNull(yield* withdrawals.claim(id, false, "simulated"))
        yield* advance(minuteMillis)
        assert.isNull(yield* withdrawals.claim(id, false, "simulated"))
        yield* advance(2 * minuteMillis)
        assert.strictEqual((yield* claim(id)).withdrawal.turn, 9)
      })
    )

    it(
      "offers what is due to the payouts, each once, until somebody is at it; an hour later once more",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const ada = yield* payablePlayer("ada", dollars(10))
        const ids = [yield* ask(ada, dollars(1)), yield* ask(ada, dollars(1)), yield* ask(ada, dollars(1))]
        const jobs = Effect.forEach(ids, payOutJobs)
        assert.deepStrictEqual(yield* jobs, [1, 1, 1])
        assert.strictEqual(yield* withdrawals.offerDue(2), 2)
        assert.deepStrictEqual(yield* jobs, [2, 2, 1])
        yield* times(3, withdrawals.offerDue(10))
        assert.deepStrictEqual(yield* jobs, [2, 2, 2])
        const [first, second, third] = ids.map(present)
        yield* claim(present(first))
        yield* payOut(present(second))
        yield* advance(hourMillis)
        assert.strictEqual(yield* withdrawals.offerDue(10), 2)
        assert.deepStrictEqual(yield* jobs, [3, 2, 3])
        yield* applyReport(present(third), { _tag: "Ambiguous", reason: "two of them" })
        yield* advance(hourMillis)
        yield* withdrawals.offerDue(10)
        assert.deepStrictEqual(yield* jobs, [4, 2, 3])
      })
    )

    it(
      "pays out: the movement is completed, and nothing is on its way any more",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const id = yield* ask(ada, dollars(4))
        const paid = yield* payOut(id)
        assert.deepStrictEqual([paid.status, paid.providerPayoutStatus], ["paid", "paid"])
        assert.deepStrictEqual([paid.transfer.objectId, paid.payout.objectId], [`tr_${id}`, `po_${id}`])
        assert.deepStrictEqual(yield* withdrawalAt(id), paid)
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, zero])
        yield* times(5, applyReport(id, payoutSeen(paid, "paid")))
        yield* applyReport(id, payoutSeen(paid, "in_transit"))
        assert.deepStrictEqual(yield* historyOf(ada), [
          ["deposit", dollars(10), "completed"],
          ["withdrawal", dollars(-4), "completed"]
        ])
        assert.deepStrictEqual(yield* toldOf(id), ["started", "paid"])
        yield* auditClean
      })
    )

    it(
      "gives the money back once where the transfer is refused, however often that is learnt",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const id = yield* ask(ada, dollars(4))
        const { withdrawal } = yield* claim(id)
        yield* Effect.all([
          times(10, applyReport(id, refused("transfer"))),
          applyReport(id, refused("transfer"), withdrawal.turn)
        ], { concurrency: "unbounded" })
        assert.strictEqual((yield* withdrawalAt(id)).status, "failed")
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(10), zero, zero])
        assert.deepStrictEqual(yield* historyOf(ada), [
          ["deposit", dollars(10), "completed"],
          ["withdrawal", dollars(-4), "failed"],
          ["refund", dollars(4), "completed"]
        ])
        assert.strictEqual((yield* movementsOf(ada)).at(-1)?.referenceId, id)
        assert.deepStrictEqual(yield* toldOf(id), ["started", "failed"])
        assert.isNull(yield* Withdrawals.use((withdrawals) => withdrawals.claim(id, true, "simulated")))
        yield* auditClean
      })
    )

    it(
      "gives the money back where the bank sends it back after it was paid, once its transfer is reversed",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const id = yield* ask(ada, dollars(4))
        const paid = yield* payOut(id)
        assert.strictEqual((yield* applyReport(id, payoutSeen(paid, "failed"))).status, "paid")
        const { action, withdrawal } = yield* claim(id)
        assert.deepStrictEqual(action, { _tag: "Send", step: "reversal", attempt: 1, isFirst: true })
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, zero])
        const seen = transferSeen(withdrawal, dollars(4))
        yield* Effect.all([applyReport(id, seen, withdrawal.turn), times(5, applyReport(id, seen))], {
          concurrency: "unbounded"
        })
        assert.strictEqual((yield* withdrawalAt(id)).status, "returned")
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(10), zero, zero])
        assert.deepStrictEqual(yield* historyOf(ada), [
          ["deposit", dollars(10), "completed"],
          ["withdrawal", dollars(-4), "completed"],
          ["refund", dollars(4), "completed"]
        ])
        assert.deepStrictEqual(yield* toldOf(id), ["started", "paid", "returned"])
        yield* auditClean
      })
    )

    it(
      "pays what is owed from money that comes back",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const id = yield* ask(ada, dollars(10))
        yield* claim(id)
        yield* tell({ _tag: "Refunded", reference: "test:funds of ada" })
        assert.strictEqual((yield* walletOf(ada)).debt, dollars(10))
        yield* applyReport(id, refused("transfer"))
        const { balance, debt, pendingWithdrawal } = yield* walletOf(ada)
        assert.deepStrictEqual([balance, debt, pendingWithdrawal], [zero, zero, zero])
        assert.deepStrictEqual((yield* historyOf(ada)).slice(-2), [
          ["refund", dollars(10), "completed"],
          ["debt_repaid", dollars(-10), "completed"]
        ])
        yield* auditClean
      })
    )

    it(
      "sends nothing of a frozen player that was not sent before, and goes on where it is thawed",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const accounts = yield* Accounts
        const ada = yield* payablePlayer("ada", dollars(10))
        const [sent, unsent] = [yield* ask(ada, dollars(4)), yield* ask(ada, dollars(4))]
        const transfer = yield* claim(sent)
        yield* applyReport(sent, transferSeen(transfer.withdrawal), transfer.withdrawal.turn)
        yield* accounts.freeze(ada, byAnn)
        assert.isNull(yield* withdrawals.claim(unsent, false, "simulated"))
        assert.isNull(yield* withdrawals.claim(unsent, true, "simulated"))
        const waiting = yield* withdrawalAt(unsent)
        assert.deepStrictEqual(
          [waiting.status, waiting.transfer.status, waiting.problem],
          ["pending", "unsent", "the account is frozen"]
        )
        assert.strictEqual((yield* claim(sent)).action._tag, "Send")
        yield* accounts.unfreeze(ada, byAnn)
        yield* advance(hourMillis)
        const before = yield* payOutJobs(unsent)
        yield* withdrawals.offerDue(10)
        assert.strictEqual(yield* payOutJobs(unsent), before + 1)
        assert.strictEqual((yield* payOut(unsent)).status, "paid")
        yield* auditClean
      })
    )

    it(
      "holds for a person what left no trace, and does what that person decides",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const ada = yield* payablePlayer("ada", dollars(10))
        const [gone, again, odd] = [
          yield* ask(ada, dollars(1)),
          yield* ask(ada, dollars(2)),
          yield* ask(ada, dollars(3))
        ]
        assert.isNull(yield* withdrawals.resolve(gone, "absent", byAnn))
        assert.strictEqual((yield* holdForPerson(gone)).held?.step, "transfer")
        yield* holdForPerson(again)
        yield* applyReport(odd, { _tag: "Ambiguous", reason: "there are two of them" })
        assert.isNull(yield* withdrawals.claim(again, true, "simulated"))
        const held = yield* pagesOf(10, (page) => withdrawals.list({ held: true }, page))
        assert.deepStrictEqual(held.flat().map(({ id }) => id), [odd, again, gone])
        assert.isNull(yield* withdrawals.resolve(gone, "go on", byAnn))
        assert.isNull(yield* withdrawals.resolve(odd, "absent", byAnn))

        const [resolved] = yield* times(5, withdrawals.resolve(gone, "absent", byAnn))
        assert.strictEqual(present(resolved ?? (yield* withdrawalAt(gone))).status, "failed")
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(5), zero, dollars(5)])
        assert.deepStrictEqual(yield* toldOf(gone), ["started", "failed"])
        assert.strictEqual(present(yield* withdrawals.resolve(again, "again", byAnn)).transfer.attempt, 2)
        assert.deepStrictEqual((yield* claim(again)).action, {
          _tag: "Send",
          step: "transfer",
          attempt: 2,
          isFirst: true
        })
        assert.isNull(present(yield* withdrawals.resolve(odd, "go on", byAnn)).held)
        assert.strictEqual((yield* claim(odd)).action._tag, "Send")
        yield* auditClean
      })
    )

    it(
      "lists withdrawals newest first, by state, player and age, page by page",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const [ada, bob] = [yield* payablePlayer("ada", dollars(10)), yield* payablePlayer("bob", dollars(10))]
        const [paid, failed, held] = [
          yield* ask(ada, dollars(1)),
          yield* ask(bob, dollars(1)),
          yield* ask(ada, dollars(1))
        ]
        yield* payOut(paid)
        yield* applyReport(failed, { _tag: "Canceled", reason: "canceled" })
        yield* applyReport(held, { _tag: "Ambiguous", reason: "two of them" })
        const old = yield* ask(bob, dollars(1))
        yield* advance(2 * hourMillis)
        const young = yield* ask(ada, dollars(1))
        const listed = (filter: Parameters<typeof withdrawals.list>[0]) =>
          Effect.map(
            pagesOf(2, (page) => withdrawals.list(filter, page)),
            (pages) => pages.flat().map(({ id }) => id)
          )
        assert.deepStrictEqual(yield* listed({}), [young, old, held, failed, paid])
        assert.deepStrictEqual(yield* listed({ userId: ada }), [young, held, paid])
        assert.deepStrictEqual(yield* listed({ status: "pending" }), [young, old, held])
        assert.deepStrictEqual(yield* listed({ status: "failed", userId: ada }), [])
        assert.deepStrictEqual(yield* listed({ held: true }), [held])
        assert.deepStrictEqual(yield* listed({ held: false, userId: ada }), [young, paid])
        assert.deepStrictEqual(yield* listed({ olderThanMillis: hourMillis }), [old])
        assert.deepStrictEqual(yield* listed({ olderThanMillis: 0 }), [young, old])
        // what a bank sends back is on its way again
        yield* applyReport(paid, payoutSeen(yield* withdrawalAt(paid), "failed"))
        assert.deepStrictEqual(yield* listed({ olderThanMillis: 0 }), [young, old, paid])
      })
    )

    it(
      "lets nobody be erased whose money is on its way",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const ada = yield* payablePlayer("ada", dollars(10))
        const id = yield* ask(ada, dollars(10))
        const error = yield* Effect.flip(accounts.erase(ada, byAnn))
        assert.deepStrictEqual(error._tag === "EraseRefused" ? error.reasons : error, [
          { _tag: "PayoutUnderWay", amount: dollars(10) }
        ])
        yield* payOut(id)
        // a bank may send it back
        const { askedAt } = yield* withdrawalAt(id)
        const young = yield* Effect.flip(accounts.erase(ada, byAnn))
        assert.deepStrictEqual(young._tag === "EraseRefused" ? young.reasons : young, [
          { _tag: "PayoutReturnable", until: instant(askedAt + watchedMillis) }
        ])
        yield* advance(watchedMillis)
        yield* accounts.erase(ada, byAnn)
        assert.isNull(yield* (yield* PayoutAccounts).of(ada))
        assert.deepStrictEqual(yield* askRefusalOf(withdraw(ada, dollars(1))), { _tag: "UnknownUser" })
        assert.strictEqual((yield* withdrawalAt(id)).status, "paid")
        yield* auditClean
      })
    )

    it(
      "lets nobody be erased whose money comes back from a bank, however long that takes",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const ada = yield* payablePlayer("ada", dollars(10))
        const id = yield* ask(ada, dollars(10))
        yield* payOut(id)
        yield* advance(watchedMillis)
        yield* applyReport(id, payoutSeen(yield* withdrawalAt(id), "failed"))
        const refused = yield* Effect.flip(accounts.erase(ada, byAnn))
        assert.deepStrictEqual(refused._tag === "EraseRefused" ? refused.reasons : refused, [
          { _tag: "PayoutUnderWay", amount: dollars(10) }
        ])
        yield* auditClean
      })
    )

    it(
      "neither loses nor doubles a cent, whatever a provider tells in whatever order",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        yield* property(30, fc.array(move, { maxLength: 40, size: "max" }), (moves, run) =>
          Effect.gen(function*() {
            const player = yield* payablePlayer(`ada-${run}`, dollars(20))
            const reference = `test:funds of ada-${run}`
            const ids: Array<string> = []
            const said = new Set<Move["what"]>()
            for (const move of moves) {
              said.add(move.what)
              if (move.what === "ask") {
                const asked = yield* Effect.result(withdraw(player, dollars(move.dollars)))
                if (Result.isSuccess(asked)) ids.push(asked.success.transaction.id)
              } else if (move.what === "refund" || move.what === "reversal") {
                yield* tell({ _tag: move.what === "refund" ? "Refunded" : "RefundReversed", reference })
              } else if (move.what === "advance") {
                yield* advance(move.millis)
              } else if (ids.length > 0) {
                const id = present(ids[move.which % ids.length])
                if (move.what === "claim") {
                  yield* withdrawals.claim(id, true, "simulated")
                } else if (move.what === "resolve") {
                  yield* withdrawals.resolve(id, move.resolution, byAnn)
                } else {
                  const withdrawal = yield* withdrawalAt(id)
                  const report = reportOf(withdrawal, move)
                  if (report !== null) yield* applyReport(id, report, withdrawal.turn)
                }
              }
            }
            const all = yield* Effect.forEach(ids, withdrawalAt)
            const sum = (status: Withdrawal["status"]): bigint =>
              all.reduce((sum, withdrawal) => withdrawal.status === status ? sum + withdrawal.amount : sum, 0n)
            const { balance, debt, pendingWithdrawal } = yield* walletOf(player)
            const given = said.has("refund") && !said.has("reversal") ? zero : dollars(20)
            assert.strictEqual(pendingWithdrawal, sum("pending"))
            assert.strictEqual(balance - debt + pendingWithdrawal + sum("paid"), given)
            yield* auditClean
          }))
      })
    )
  })
