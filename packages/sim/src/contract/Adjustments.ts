/** What every adapter of `Adjustments` must do: money by hand moves once, within the wallet, with who did it. */
import { type Adjustment, correctionReference, creditReference } from "@ddd/core/money/Adjustment"
import { type Cents, cents, depositedToMax, zero } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import { byAnn, byBob } from "../scenario/Operators.ts"
import { auditClean, deposit, dollars, fundedPlayer, present, signUp, together } from "../scenario/Steps.ts"
import { historyOf, movementsOf, walletOf } from "./Money.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

const credit = (player: UserId, amount: Cents, text: string, isWinnings = false): Adjustment => ({
  userId: player,
  amount,
  isWinnings,
  reference: creditReference(text),
  corrects: null
})

const correction = (player: UserId, amount: Cents, corrects: string, isWinnings = false): Adjustment => ({
  userId: player,
  amount,
  isWinnings,
  reference: correctionReference(corrects),
  corrects
})

const adjust = (adjustment: Adjustment, act = byAnn) => Adjustments.use((port) => port.adjust(adjustment, act))

const refusalOf = (adjustment: Adjustment) =>
  Effect.map(
    Effect.flip(adjust(adjustment)),
    (error) => error._tag === "AdjustmentRefused" ? error.refusal._tag : error._tag
  )

export const adjustmentsContract = (subject: Subject): void =>
  contract("Adjustments", subject, (it) => {
    it(
      "credits once per reference, however many ask at once, and is written down once",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const once = adjust(credit(ada, dollars(5), "ticket-1"))
        const came = yield* together([once, once, once])
        assert.strictEqual(came.filter(({ created }) => created).length, 1)
        assert.strictEqual(new Set(came.map(({ transaction }) => transaction.id)).size, 1)
        const { balance, withdrawable } = yield* walletOf(ada)
        assert.deepStrictEqual([balance, withdrawable], [dollars(5), zero])
        assert.deepStrictEqual(yield* historyOf(ada), [["adjustment", dollars(5), "completed"]])
        const { items } = yield* (yield* OperatorLog).list({}, { limit: 10, cursor: null })
        assert.deepStrictEqual(
          items.map(({ details, operator, subject }) => [operator, subject.id, details["amount"]]),
          [["ann", ada, "5.00"]]
        )
        yield* adjust(credit(ada, dollars(2), "ticket-2", true), byBob)
        assert.strictEqual((yield* walletOf(ada)).withdrawable, dollars(2))
        yield* auditClean
      })
    )

    it(
      "refuses another amount or player under a reference, strangers, the house, and what a wallet cannot hold",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        yield* adjust(credit(ada, dollars(5), "ticket-1"))
        assert.strictEqual(yield* refusalOf(credit(ada, dollars(6), "ticket-1")), "ReferenceConflict")
        assert.strictEqual(yield* refusalOf(credit(bob, dollars(5), "ticket-1")), "ReferenceConflict")
        for (const stranger of [nobody, houseUserId]) {
          assert.strictEqual(yield* refusalOf(credit(stranger, dollars(5), "ticket-2")), "UnknownUser")
        }
        assert.strictEqual(yield* refusalOf(credit(ada, cents(depositedToMax), "ticket-3")), "WalletRefused")
        yield* (yield* Accounts).erase(bob, byAnn)
        assert.strictEqual(yield* refusalOf(credit(bob, dollars(5), "ticket-4")), "UnknownUser")
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(5))
        yield* auditClean
      })
    )

    it(
      "corrects a movement of the wallet once, in either direction, and never below zero",
      Effect.gen(function*() {
        const [ada, bob] = [yield* fundedPlayer("ada", dollars(10)), yield* fundedPlayer("bob", dollars(10))]
        const [wrong] = yield* movementsOf(ada)
        const { id } = present(wrong)
        assert.strictEqual(yield* refusalOf(correction(bob, dollars(-1), id)), "NoSuchMovement")
        assert.strictEqual(yield* refusalOf(correction(ada, dollars(-11), id)), "WalletRefused")
        const taken = yield* adjust(correction(ada, dollars(-10), id))
        assert.deepStrictEqual([taken.transaction.amount, taken.transaction.balanceAfter], [dollars(-10), zero])
        assert.strictEqual(yield* refusalOf(correction(ada, dollars(1), id)), "ReferenceConflict")
        // what corrected it may be corrected in turn
        yield* adjust(correction(ada, dollars(4), taken.transaction.id, true))
        const { balance, debt, withdrawable } = yield* walletOf(ada)
        assert.deepStrictEqual([balance, withdrawable, debt], [dollars(4), dollars(4), zero])
        yield* auditClean
      })
    )

    it(
      "takes purchased credit before winnings, and pays a debt from what is given",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        yield* adjust(credit(ada, dollars(3), "winnings", true))
        const { transaction } = yield* deposit(ada, dollars(2), "test:1")
        yield* adjust(correction(ada, dollars(-1), transaction.id))
        assert.strictEqual((yield* walletOf(ada)).withdrawable, dollars(3))
        yield* auditClean
      })
    )

    it(
      "leaves nothing of what is refused",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        assert.isTrue(Result.isFailure(yield* Effect.result(adjust(correction(ada, dollars(1), nobody)))))
        const { items } = yield* (yield* OperatorLog).list({}, { limit: 10, cursor: null })
        assert.deepStrictEqual([items, yield* historyOf(ada)], [[], []])
      })
    )
  })
