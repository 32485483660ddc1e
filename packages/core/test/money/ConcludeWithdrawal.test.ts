import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  cancelUnsent,
  type ConcludeFacts,
  concludeReport,
  concludeResolution,
  lacksFunds,
  type StoredWithdrawal
} from "../../src/money/ConcludeWithdrawal.ts"
import { type Cents, cents, zero } from "../../src/money/Money.ts"
import type { ProviderReport } from "../../src/money/ProviderReport.ts"
import { emptyWallet, type Wallet } from "../../src/money/Wallet.ts"
import { newWithdrawal, type Withdrawal } from "../../src/money/Withdrawal.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const ada = userId("01900000-0000-7000-8000-00000000000a")
const now = instant(Date.UTC(2026, 1, 3))
const minute = 60_000
const amount = cents(500n)

const asked = (id = "w1", of: Cents = amount): Withdrawal =>
  newWithdrawal({ id, userId: ada, amount: of, account: "acct_1", provider: "simulated", askedAt: now })
const done = (objectId: string) => ({ status: "done", attempt: 1, sentAt: now, objectId }) as const

const sent: Withdrawal = { ...asked(), transfer: { ...asked().transfer, status: "unknown", sentAt: now }, turn: 3 }
const underWay: Withdrawal = {
  ...sent,
  transfer: done("tr_1"),
  payout: done("po_1"),
  providerPayoutStatus: "in_transit"
}

const refused: ProviderReport = { _tag: "Refused", step: "transfer", attempt: 1, reason: "the account is closed" }
const paid: ProviderReport = { _tag: "PayoutSeen", objectId: "po_1", account: "acct_1", amount, status: "paid" }
const unknown: ProviderReport = { _tag: "Unknown", reason: "no answer" }

const wallet: Wallet = { ...emptyWallet, balance: cents(100n), pendingWithdrawal: amount, seq: 7 }

const factsOf = (withdrawal: Withdrawal, changed: Partial<ConcludeFacts> = {}): ConcludeFacts => ({
  withdrawal,
  schedule: { dueAt: now, claimedUntil: null },
  withdrawableDelta: cents(-300n),
  wallet,
  now,
  ...changed
})

describe("a conclusion", () => {
  it("moves no money and mails nobody while the status is as it was", () => {
    const conclusion = concludeReport(factsOf(sent), unknown, 3)
    assert.isNull(conclusion.effects)
    assert.strictEqual(conclusion.withdrawal.problem, "no answer")
  })

  it("that it is paid completes the movement and leaves the balance as it is", () => {
    const { effects, withdrawal } = concludeReport(factsOf(underWay), paid, null)
    assert.strictEqual(withdrawal.status, "paid")
    assert.deepStrictEqual(effects, {
      movementStatus: "completed",
      wallet: { ...wallet, pendingWithdrawal: zero },
      movements: [],
      jobs: [{
        id: "withdrawal w1 paid",
        job: { _tag: "MailWithdrawal", userId: ada, withdrawalId: "w1", event: "paid" }
      }]
    })
  })

  it("that it failed gives all of it back, with the split that it had", () => {
    const { effects, withdrawal } = concludeReport(factsOf(sent), refused, null)
    assert.strictEqual(withdrawal.status, "failed")
    assert.strictEqual(effects?.movementStatus, "failed")
    assert.deepStrictEqual(
      [effects?.wallet.balance, effects?.wallet.withdrawable, effects?.wallet.pendingWithdrawal],
      [600n, 300n, 0n]
    )
    assert.deepStrictEqual(effects?.movements.map(({ amount, type }) => [type, amount]), [["refund", 500n]])
  })

  it("that it came back after it was paid leaves its movement completed", () => {
    const returning: Withdrawal = { ...underWay, status: "paid", providerPayoutStatus: "failed" }
    const report: ProviderReport = {
      _tag: "TransferSeen",
      objectId: "tr_1",
      account: "acct_1",
      amount,
      reversed: amount
    }
    const { effects, withdrawal } = concludeReport(
      factsOf(returning, { wallet: { ...wallet, pendingWithdrawal: zero } }),
      report,
      null
    )
    assert.strictEqual(withdrawal.status, "returned")
    assert.isNull(effects?.movementStatus)
    assert.strictEqual(effects?.wallet.balance, 600n)
  })

  it("moves money once, however often the same is reported", () => {
    for (const [before, report] of [[sent, refused], [underWay, paid]] as const) {
      const first = concludeReport(factsOf(before), report, null)
      const again = concludeReport(factsOf(first.withdrawal, { schedule: first.schedule }), report, null)
      assert.isNotNull(first.effects)
      assert.isNull(again.effects)
    }
  })

  it("holds what the wallet cannot take back, as it stood", () => {
    const returning: Withdrawal = { ...underWay, status: "paid", providerPayoutStatus: "failed" }
    const full = { ...wallet, balance: cents(999_999_999_999n), pendingWithdrawal: zero }
    const report: ProviderReport = {
      _tag: "TransferSeen",
      objectId: "tr_1",
      account: "acct_1",
      amount,
      reversed: amount
    }
    const { effects, withdrawal } = concludeReport(factsOf(returning, { wallet: full }), report, null)
    assert.isNull(effects)
    assert.deepStrictEqual(withdrawal, {
      ...returning,
      held: { reason: "it came back, and the wallet cannot hold that much more", step: null }
    })
  })
})

describe("a claim", () => {
  const claimedUntil = instant(now + minute)
  const schedule = { dueAt: claimedUntil, claimedUntil }

  it("ends with the report of its own turn", () => {
    const conclusion = concludeReport(factsOf(sent, { schedule }), unknown, 3)
    assert.isNull(conclusion.schedule.claimedUntil)
  })

  it("outlasts a notice, and the late report of an earlier turn", () => {
    for (const turn of [null, 2]) {
      assert.deepStrictEqual(concludeReport(factsOf(sent, { schedule }), unknown, turn).schedule, schedule)
    }
  })

  it("that is over is nobody's any more", () => {
    const over = { dueAt: now, claimedUntil: now }
    assert.isNull(concludeReport(factsOf(sent, { schedule: over }), unknown, null).schedule.claimedUntil)
  })
})

describe("a person's decision", () => {
  const held: Withdrawal = { ...sent, held: { reason: "no transfer", step: "transfer" } }

  it("that a step did not happen gives the money back", () => {
    const conclusion = concludeResolution(factsOf(held), "absent")
    assert.strictEqual(conclusion?.withdrawal.status, "failed")
    assert.strictEqual(conclusion?.effects?.wallet.balance, 600n)
  })

  it("to ask once more makes it due at once", () => {
    assert.deepStrictEqual(concludeResolution(factsOf(held), "again")?.schedule, { dueAt: now, claimedUntil: null })
  })

  it("changes nothing where nothing is held", () => {
    assert.isNull(concludeResolution(factsOf(sent), "absent"))
  })
})

describe("canceling what was not sent", () => {
  const stored = (withdrawal: Withdrawal): StoredWithdrawal => ({
    withdrawal,
    schedule: { dueAt: now, claimedUntil: null },
    withdrawableDelta: cents(-withdrawal.amount)
  })

  it("cancels the newest first, no more than are needed, and loses no cent", () => {
    fc.assert(fc.property(
      fc.array(fc.bigInt({ min: 1n, max: 1_000n }), { maxLength: 6 }),
      fc.bigInt({ min: 0n, max: 1_000n }),
      fc.bigInt({ min: 1n, max: 5_000n }),
      (amounts, balance, needed) => {
        const pending = amounts.reduce((sum, each) => sum + each, 0n)
        const before: Wallet = { ...emptyWallet, balance: cents(balance), pendingWithdrawal: cents(pending) }
        const unsent = amounts.map((each, index) => stored(asked(`w${index}`, cents(each))))
        const { canceled, wallet: after } = cancelUnsent(before, unsent, cents(needed), now)
        assert.strictEqual(after.balance + after.pendingWithdrawal, balance + pending)
        assert.deepStrictEqual(
          canceled.map(({ withdrawal: { id, status } }) => [id, status]),
          unsent.slice(0, canceled.length).map(({ withdrawal: { id } }) => [id, "failed"])
        )
        const isEnough = after.balance >= needed
        assert.isTrue(isEnough || canceled.length === unsent.length)
        const last = canceled.at(-1)
        if (last !== undefined) assert.isBelow(Number(after.balance - last.withdrawal.amount), Number(needed))
      }
    ))
  })

  it("says why, and leaves no turn to take", () => {
    const { canceled: [conclusion] } = cancelUnsent(wallet, [stored(asked())], cents(200n), now)
    assert.strictEqual(conclusion?.withdrawal.problem, "called off: a deposit was refunded")
    assert.deepStrictEqual(conclusion?.schedule, { dueAt: null, claimedUntil: null })
  })

  it("is thought of only where the wallet has too little, and something pending", () => {
    assert.isTrue(lacksFunds(wallet, cents(101n)))
    assert.isFalse(lacksFunds(wallet, cents(100n)))
    assert.isFalse(lacksFunds({ ...wallet, pendingWithdrawal: zero }, cents(101n)))
  })
})
