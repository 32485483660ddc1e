/** What every adapter must do where money by hand above a limit waits for another operator. */
import { turnMillis } from "@ddd/core/money/ClaimWithdrawal"
import { approvalMillis } from "@ddd/core/money/FourEyes"
import { type Cents, zero } from "@ddd/core/money/Money"
import { keyLifeMillis } from "@ddd/core/money/WithdrawalActions"
import { readingsOf } from "@ddd/core/operators/Search"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { Approvals } from "@ddd/core/ports/Approvals"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Lookup } from "@ddd/core/ports/Lookup"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import type { UserId } from "@ddd/core/values/Ids"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import { assert } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { byAnn, byBob } from "../scenario/Operators.ts"
import {
  advance,
  applyReport,
  auditClean,
  claim,
  dollars,
  payablePlayer,
  purchaseOf,
  signUp,
  tell,
  together,
  withdraw
} from "../scenario/Steps.ts"
import { walletOf } from "./Money.ts"
import { contract, type Subject } from "./Subject.ts"

const limit = dollars(10)
const nobody = "01900000-0000-7000-8000-00000000dead"

const creditedBy = "credit:one"

const credit = (userId: UserId, amount: Cents, act: OperatorAct = byAnn) =>
  Adjustments.use((port) =>
    port.adjust({ userId, amount, isWinnings: false, reference: creditedBy, corrects: null }, act)
  )

/** The approval that something waits for, and whether just this waits. */
const waitsFor = Effect.fnUntraced(function*<A, E extends { readonly _tag: string }, R>(asked: Effect.Effect<A, E, R>) {
  const error = yield* Effect.flip(asked)
  if (!("approvalId" in error) || typeof error.approvalId !== "string") return assert.fail(error._tag)
  return { id: error.approvalId, isSame: "isSame" in error && error.isSame === true }
})

const approve = (id: string, act: OperatorAct) => Approvals.use((port) => port.approve(id, act))
const whyNot = <A, E extends { readonly _tag: string }, R>(asked: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(asked), (error) => {
    const refusal: unknown = "refusal" in error ? error.refusal : undefined
    return typeof refusal === "object" && refusal !== null && "_tag" in refusal ? refusal._tag : error._tag
  })
const balanceOf = (player: UserId) => Effect.map(walletOf(player), ({ balance }) => balance)

export const fourEyesContract = (subject: Subject): void =>
  contract("four eyes", {
    name: subject.name,
    layer: Layer.provide(subject.layer, Layer.succeed(FourEyesAbove, limit))
  }, (it) => {
    it(
      "moves up to the limit at once; above it only once another operator approves, whoever asks again",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const small = Adjustments.use((port) =>
          port.adjust(
            { userId: ada, amount: limit, isWinnings: false, reference: "credit:small", corrects: null },
            byAnn
          )
        )
        assert.isTrue((yield* small).created)
        const { id } = yield* waitsFor(credit(ada, dollars(11)))
        assert.deepStrictEqual(yield* waitsFor(credit(ada, dollars(11), byBob)), { id, isSame: true })
        assert.deepStrictEqual(yield* waitsFor(credit(ada, dollars(12))), { id, isSame: false })
        const found = Lookup.use((lookup) => lookup.find(readingsOf(creditedBy)))
        const [waiting, ...others] = yield* found
        assert.deepStrictEqual([waiting?.kind, waiting?.id, waiting?.userId, others], ["approval", id, ada, []])
        assert.strictEqual(yield* balanceOf(ada), limit)
        assert.strictEqual(yield* whyNot(approve(id, byAnn)), "OwnRequest")
        assert.strictEqual(yield* whyNot(approve(id, { ...byAnn, operator: "ANN" })), "OwnRequest")
        const done = yield* approve(id, byBob)
        assert.deepStrictEqual([done.state, done.decidedBy, done.asked.operator], ["done", "bob", "ann"])
        assert.strictEqual(yield* balanceOf(ada), dollars(21))
        // the same is done by now, and asks nobody
        assert.isFalse((yield* credit(ada, dollars(11))).created)
        const { items } = yield* (yield* OperatorLog).list({ subject: id }, { limit: 10, cursor: null })
        assert.deepStrictEqual(items.map(({ operator }) => operator), ["bob", "ann"])
        yield* auditClean
      })
    )

    it(
      "does what is approved once, however many approve it at once",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const { id } = yield* waitsFor(credit(ada, dollars(11)))
        const came = yield* together(
          ["bob", "eve", "dan"].map((operator) => Effect.result(approve(id, { ...byBob, operator })))
        )
        assert.strictEqual(came.filter(Result.isSuccess).length, 1)
        assert.strictEqual(yield* balanceOf(ada), dollars(11))
        assert.strictEqual(yield* whyNot(approve(id, byBob)), "NotWaiting")
        assert.strictEqual(yield* whyNot(approve(nobody, byBob)), "ApprovalRefused")
        yield* auditClean
      })
    )

    it(
      "does nothing that was refused, by whoever asked too, nor what waited for a week; each may be asked for anew",
      Effect.gen(function*() {
        const approvals = yield* Approvals
        const ada = yield* signUp("ada")
        const first = yield* waitsFor(credit(ada, dollars(11)))
        assert.strictEqual((yield* approvals.refuse(first.id, byAnn)).state, "refused")
        assert.strictEqual(yield* whyNot(approve(first.id, byBob)), "NotWaiting")
        const second = yield* waitsFor(credit(ada, dollars(12)))
        assert.isTrue(second.isSame && second.id !== first.id)
        yield* advance(approvalMillis)
        assert.strictEqual((yield* approvals.find(second.id))?.state, "expired")
        assert.strictEqual(yield* whyNot(approve(second.id, byBob)), "NotWaiting")
        const third = yield* waitsFor(credit(ada, dollars(13)))
        const states = yield* Effect.forEach(
          ["waiting", "expired", "refused"] as const,
          (state) =>
            Effect.map(approvals.list(state, { limit: 10, cursor: null }), ({ items }) => items.map(({ id }) => id))
        )
        assert.deepStrictEqual(states, [[third.id], [second.id], [first.id]])
        assert.strictEqual(yield* balanceOf(ada), zero)
        yield* auditClean
      })
    )

    it(
      "credits a deposit of our own machines above the limit once it is approved: asked again it is the same approval, then the same movement",
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const ada = yield* signUp("ada")
        const deposit = (amount: Cents) =>
          ledger.deposit({ userId: ada, amount, referenceId: "test:one", metadata: { note: "a win at the fair" } })
        const { id } = yield* waitsFor(deposit(dollars(50)))
        assert.strictEqual((yield* waitsFor(deposit(dollars(50)))).id, id)
        assert.strictEqual((yield* Effect.flip(deposit(dollars(60))))._tag, "ReferenceConflict")
        assert.strictEqual(yield* balanceOf(ada), zero)
        yield* approve(id, byAnn)
        assert.strictEqual(yield* balanceOf(ada), dollars(50))
        assert.isFalse((yield* deposit(dollars(50))).created)
        yield* auditClean
      })
    )

    it(
      "decides anew what is approved: a purchase that was dismissed meanwhile is not credited, and the approval goes on waiting",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        const open = (reference: string) =>
          tell({
            _tag: "Purchased",
            reference,
            amount: dollars(20),
            buyer: { _tag: "Named", names: ["$1"] }
          })
        yield* open("app_store:1")
        yield* open("app_store:2")
        const credit = (reference: string) =>
          fundings.decide(reference, { _tag: "Credit", userId: ada, amount: null }, byAnn)
        const first = yield* waitsFor(credit("app_store:1"))
        const second = yield* waitsFor(credit("app_store:2"))
        yield* fundings.decide("app_store:1", { _tag: "Dismiss" }, byBob)
        assert.strictEqual(yield* whyNot(approve(first.id, byBob)), "PurchaseNotOpen")
        assert.strictEqual((yield* (yield* Approvals).find(first.id))?.state, "waiting")
        yield* approve(second.id, byBob)
        assert.strictEqual(yield* balanceOf(ada), dollars(20))
        yield* auditClean
      })
    )

    it(
      "gives a held withdrawal above the limit back once it is approved, and only while it is held",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const ada = yield* payablePlayer("ada", limit)
        // a store's word moves what it says
        yield* tell(purchaseOf(ada, dollars(30), "app_store:1"))
        const hold = Effect.fnUntraced(function*(amount: Cents) {
          const { transaction: { id } } = yield* withdraw(ada, amount)
          yield* claim(id)
          yield* advance(keyLifeMillis + turnMillis)
          const { withdrawal } = yield* claim(id)
          yield* applyReport(id, { _tag: "Absent", step: "transfer", attempt: 1 }, withdrawal.turn)
          return id
        })
        const [small, large] = [yield* hold(dollars(5)), yield* hold(dollars(20))]
        assert.strictEqual((yield* withdrawals.resolve(small, "absent", byAnn))?.status, "failed")
        const { id } = yield* waitsFor(withdrawals.resolve(large, "absent", byAnn))
        assert.strictEqual((yield* withdrawals.find(large))?.status, "pending")
        yield* approve(id, byBob)
        assert.strictEqual((yield* withdrawals.find(large))?.status, "failed")
        assert.strictEqual(yield* balanceOf(ada), dollars(40))
        yield* auditClean
      })
    )
  })
