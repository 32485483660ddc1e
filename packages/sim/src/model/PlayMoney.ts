/** Plays what a player does with money from and to outside, and compares each answer with the one expected. */
import { cents } from "@ddd/core/money/Money"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import {
  applyReport,
  claim,
  deposit,
  payoutSeen,
  tell,
  transferSeen,
  withdraw,
  withdrawalAt
} from "../scenario/Steps.ts"
import type { PayOutOutcome } from "./Commands.ts"
import {
  comeBack,
  type ExpectedWithdrawal,
  follow,
  fundingOf,
  leave,
  type Player,
  predictAsk,
  type WithdrawRequest
} from "./Expected.ts"

/** The store tells that a purchase was made, by the machine's endpoint. */
export const depositOnce = Effect.fnUntraced(function*(player: Player, amount: bigint, reference: string) {
  const result = yield* Effect.result(deposit(player.id, cents(amount), reference))
  const funding = fundingOf(player, reference)
  const isOther = funding.amount !== null && funding.amount !== amount
  if (!isOther) funding.amount = amount
  const before = player.balance
  const created = !isOther && funding.given === "nothing" && follow(player, funding)
  if (isOther || funding.given === "nothing") {
    assert.strictEqual(Result.isFailure(result) && result.failure._tag, "ReferenceConflict")
    return
  }
  if (Result.isFailure(result)) return yield* result.failure
  const { transaction } = result.success
  assert.deepStrictEqual([result.success.created, transaction.amount], [created, amount])
  if (created) {
    assert.strictEqual(transaction.balanceAfter, before + amount)
    funding.transactionId = transaction.id
  }
  // credited when a refund was reversed, it has no other answer to compare with
  if (funding.transactionId !== null) assert.strictEqual(transaction.id, funding.transactionId)
})

/** The store tells that a purchase was refunded, or that this was reversed. */
export const refundOnce = Effect.fnUntraced(function*(player: Player, reference: string, isReversal: boolean) {
  const { funding, transactions } = yield* tell({ _tag: isReversal ? "RefundReversed" : "Refunded", reference })
  const expected = fundingOf(player, reference)
  if (isReversal) expected.reversed = true
  else expected.refunded = true
  const before = player.movements
  assert.strictEqual(transactions.length > 0, follow(player, expected))
  assert.strictEqual(funding.creditStatus, expected.given)
  assert.isAtMost(transactions.length, player.movements - before)
})

export const withdrawOnce = Effect.fnUntraced(function*(player: Player, request: WithdrawRequest) {
  const { amount, key, winningsOnly } = request
  const prediction = predictAsk(player, request)
  const result = yield* Effect.result(
    withdraw(player.id, cents(amount), { winningsOnly, ...(key === null ? {} : { key }) })
  )
  switch (prediction._tag) {
    case "Refused":
      assert.deepStrictEqual(
        Result.isFailure(result) && result.failure._tag === "WithdrawalRefused" ? result.failure.refusal : result,
        prediction.refusal
      )
      return
    case "Replayed":
      assert.deepStrictEqual(Result.isSuccess(result) ? result.success : result, {
        transaction: prediction.transaction,
        isReplayed: true
      })
      return
    case "Accepted": {
      if (Result.isFailure(result)) return yield* result.failure
      const { isReplayed, transaction } = result.success
      leave(player, transaction.id, amount)
      if (key !== null) player.asked.set(key, { amount, transaction })
      assert.deepStrictEqual(
        [isReplayed, transaction.amount, transaction.balanceAfter, transaction.status],
        [false, cents(-amount), player.balance, "pending"]
      )
    }
  }
})

/** Asks for the transfer, where nobody did yet; whether it may have been made by now. */
const send = Effect.fnUntraced(function*({ frozen }: Player, withdrawal: ExpectedWithdrawal) {
  if (withdrawal.state !== "unsent") return withdrawal.state === "sent"
  const turn = yield* Withdrawals.use((withdrawals) => withdrawals.claim(withdrawal.id, true, "simulated"))
  assert.strictEqual(turn === null, frozen)
  if (turn !== null) withdrawal.state = "sent"
  return turn !== null
})

const pay = Effect.fnUntraced(function*(withdrawal: ExpectedWithdrawal) {
  const { id } = withdrawal
  const sent = yield* withdrawalAt(id)
  yield* applyReport(id, transferSeen(sent), sent.turn)
  const payout = yield* claim(id)
  yield* applyReport(id, payoutSeen(payout.withdrawal, "paid"), payout.withdrawal.turn)
  withdrawal.state = "paid"
})

const refuse = Effect.fnUntraced(function*(player: Player, withdrawal: ExpectedWithdrawal) {
  const { transfer: { attempt }, turn } = yield* withdrawalAt(withdrawal.id)
  yield* applyReport(withdrawal.id, { _tag: "Refused", step: "transfer", attempt, reason: "no such account" }, turn)
  comeBack(player, withdrawal, "failed")
})

const sendBack = Effect.fnUntraced(function*(player: Player, withdrawal: ExpectedWithdrawal) {
  const { amount, id } = withdrawal
  yield* applyReport(id, payoutSeen(yield* withdrawalAt(id), "failed"))
  const reversal = yield* claim(id)
  yield* applyReport(id, transferSeen(reversal.withdrawal, cents(amount)), reversal.withdrawal.turn)
  comeBack(player, withdrawal, "returned")
})

/** The provider pays out, refuses to, or pays out and has it sent back. */
export const payOutOnce = Effect.fnUntraced(function*(player: Player, which: number, outcome: PayOutOutcome) {
  const withdrawal = player.withdrawals[which % player.withdrawals.length]
  if (withdrawal === undefined) return
  const isSent = yield* send(player, withdrawal)
  if (isSent && outcome === "refused") yield* refuse(player, withdrawal)
  if (isSent && (outcome === "paid" || outcome === "returned")) yield* pay(withdrawal)
  if (withdrawal.state === "paid" && outcome === "returned") yield* sendBack(player, withdrawal)
  const { status } = yield* withdrawalAt(withdrawal.id)
  assert.strictEqual(
    status,
    withdrawal.state === "unsent" || withdrawal.state === "sent" ? "pending" : withdrawal.state
  )
})
