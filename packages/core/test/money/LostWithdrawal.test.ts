import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { claimWithdrawal } from "../../src/money/ClaimWithdrawal.ts"
import { recordAgain, type SentWithdrawal, sentWithdrawal } from "../../src/money/LostWithdrawal.ts"
import { type Cents, cents, zero } from "../../src/money/Money.ts"
import { applyReport } from "../../src/money/ProviderReport.ts"
import {
  askWithdrawal,
  deposit,
  emptyWallet,
  failWithdrawal,
  type Wallet,
  winRoomPrize
} from "../../src/money/Wallet.ts"
import { newAttempt, setStep } from "../../src/money/Withdrawal.ts"
import { nextAction } from "../../src/money/WithdrawalActions.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const player = userId("01900000-0000-7000-8000-00000000000a")
const now = instant(Date.UTC(2026, 1, 3))
const later = instant(now + 86_400_000)

const sentOf = (amount: Cents): SentWithdrawal => ({
  id: "019a0000-0000-7000-8000-000000000002",
  userId: player,
  amount,
  account: "acct_1",
  provider: "simulated",
  askedAt: now,
  attempt: 1,
  isOver: false
})

/** A wallet of purchased credit and of a room's prize, which rests or does not. */
const walletOf = (credit: bigint, prize: bigint, rests: boolean): Wallet => {
  const bought = credit === 0n
    ? emptyWallet
    : Result.getOrThrow(deposit(emptyWallet, player, cents(credit), "app", "1")).wallet
  const until = rests ? later : now
  return prize === 0n
    ? bought
    : Result.getOrThrow(winRoomPrize(bought, player, cents(prize), "draw", until, now)).wallet
}

const amount = fc.bigInt(0n, 500n)

describe("a lost withdrawal that is recorded again", () => {
  it("takes all of it from the wallet, and what is not there is owed; nothing appears or vanishes", () => {
    fc.assert(fc.property(amount, amount, fc.boolean(), fc.bigInt(1n, 1_500n), (credit, prize, rests, asked) => {
      const before = walletOf(credit, prize, rests)
      const { moved, owed } = Result.getOrThrow(recordAgain(before, sentOf(cents(asked)), now))
      const { wallet } = moved
      assert.strictEqual(wallet.balance - wallet.debt, before.balance - asked)
      assert.strictEqual(owed, asked > before.balance ? asked - before.balance : 0n)
      assert.strictEqual(wallet.debt, owed)
      assert.isTrue(wallet.debt === 0n || wallet.balance === 0n)
      assert.isTrue(wallet.withdrawable >= 0n && wallet.withdrawable <= wallet.balance)
      assert.strictEqual(wallet.pendingWithdrawal, asked)
      assert.strictEqual(wallet.withdrawn, before.withdrawn + asked)
      let { balance, seq } = before
      for (const movement of moved.movements) {
        balance = cents(balance + movement.amount)
        assert.deepStrictEqual([movement.seq, movement.balanceAfter], [++seq, balance])
      }
      // what comes back pays the debt, and is what it was
      const taken = moved.movements.find(({ type }) => type === "withdrawal")
      const back = failWithdrawal(wallet, player, {
        id: "1",
        amount: cents(asked),
        withdrawableDelta: taken?.withdrawableDelta ?? zero
      })
      assert.strictEqual(Result.getOrThrow(back).wallet.balance, before.balance)
      assert.strictEqual(Result.getOrThrow(back).wallet.withdrawable, before.withdrawable)
    }))
  })

  it("takes winnings first, as it did when it was asked for", () => {
    const before = walletOf(300n, 200n, false)
    const asked = Result.getOrThrow(askWithdrawal(before, cents(150n), "1", { withdrawDeposits: true }, now))
    const { moved } = Result.getOrThrow(recordAgain(before, sentOf(cents(150n)), now))
    assert.deepStrictEqual(
      [moved.wallet.withdrawable, moved.wallet.balance],
      [asked.wallet.withdrawable, asked.wallet.balance]
    )
  })

  it("is only looked for, at once and ever after, until a person says that it is to go on", () => {
    const { recorded } = Result.getOrThrow(recordAgain(walletOf(0n, 500n, false), sentOf(cents(500n)), now))
    for (const at of [now, later]) {
      assert.deepStrictEqual(nextAction(recorded.withdrawal, at), { _tag: "LookUp", step: "transfer", attempt: 1 })
    }
    const claimed = claimWithdrawal({ ...recorded, isFrozen: false, restoredAt: now, now: later }, false, "simulated")
    assert(claimed._tag === "Claim")
    assert.deepStrictEqual([claimed.action._tag, claimed.withdrawal.transfer.status], ["LookUp", "unknown"])
    const held = applyReport(claimed.withdrawal, { _tag: "Absent", step: "transfer", attempt: 1 })
    assert.strictEqual(held.held?.step, "transfer")
    assert.isNull(nextAction(held, later))
  })

  it("is refused where its player would owe more than a wallet can", () => {
    const before = { ...emptyWallet, debt: cents(999_999_999_999n) }
    assert.isTrue(Result.isFailure(recordAgain(before, sentOf(cents(1n)), now)))
  })
})

describe("what is remembered of a withdrawal", () => {
  const { recorded: { withdrawal } } = Result.getOrThrow(
    recordAgain(walletOf(0n, 500n, false), sentOf(cents(500n)), now)
  )

  it("is nothing before a provider was asked, and something once one may have been", () => {
    const unsent = setStep(withdrawal, "transfer", { status: "unsent" })
    assert.isNull(sentWithdrawal(unsent))
    assert.deepStrictEqual(sentWithdrawal(withdrawal), sentOf(cents(500n)))
    assert.strictEqual(sentWithdrawal(newAttempt(withdrawal, "transfer"))?.attempt, 2)
  })

  it("is that its money is back, once it is", () => {
    for (const status of ["failed", "returned"] as const) {
      assert.strictEqual(sentWithdrawal({ ...withdrawal, status })?.isOver, true)
    }
  })
})
