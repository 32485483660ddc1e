import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type ClaimFacts, claimWithdrawal, turnMillis } from "../../src/money/ClaimWithdrawal.ts"
import { cents } from "../../src/money/Money.ts"
import type { OwnProvider } from "../../src/money/ProviderId.ts"
import { newWithdrawal } from "../../src/money/Withdrawal.ts"
import { laterTurnJob } from "../../src/money/WithdrawalActions.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const now = instant(Date.UTC(2026, 1, 3))
const later = instant(now + 1)
const hourMillis = 3_600_000

const withdrawal = newWithdrawal({
  id: "01900000-0000-7000-8000-0000000000e1",
  userId: userId("01900000-0000-7000-8000-00000000000a"),
  amount: cents(500n),
  account: "acct_1",
  provider: "simulated",
  askedAt: now
})
const sent = { ...withdrawal, transfer: { ...withdrawal.transfer, status: "unknown", sentAt: now } } as const

const facts: ClaimFacts = {
  withdrawal,
  schedule: { dueAt: now, claimedUntil: null },
  isFrozen: false,
  restoredAt: null,
  now
}

const claimed = (changed: Partial<ClaimFacts> = {}, isUrgent = false, own: OwnProvider | null = "simulated") =>
  claimWithdrawal({ ...facts, ...changed }, isUrgent, own)

describe("claiming a turn", () => {
  it("is for whoever has the provider that it is with; others say which that is and what to set, and ask nobody", () => {
    const ours = { ...withdrawal, provider: "stripe live acct_1" } as const
    assert.strictEqual(claimed({ withdrawal: ours }, false, "stripe live acct_1")._tag, "Claim")
    for (const own of ["stripe test acct_1", "stripe live acct_2", "simulated", "off", null] as const) {
      const decision = claimed({ withdrawal: ours }, true, own)
      if (decision._tag !== "Rest") return assert.fail(decision._tag)
      assert.strictEqual(decision.withdrawal.transfer.status, "unsent")
      assert.include(decision.withdrawal.problem, "Stripe account acct_1 in live mode")
      assert.include(decision.withdrawal.problem, own === null ? "could not be asked" : "STRIPE_SECRET_KEY")
    }
  })

  it("records the provider of what was stored without one", () => {
    const unrecorded = { ...withdrawal, provider: "stripe" } as const
    const decision = claimed({ withdrawal: unrecorded }, false, "stripe test acct_9")
    if (decision._tag !== "Claim") return assert.fail(decision._tag)
    assert.strictEqual(decision.withdrawal.provider, "stripe test acct_9")
    assert.strictEqual(claimed({ withdrawal: unrecorded }, false, "simulated")._tag, "Rest")
  })

  it("writes the request as perhaps sent, and makes the withdrawal due again when the claim ends", () => {
    const decision = claimed()
    if (decision._tag !== "Claim") return assert.fail(decision._tag)
    assert.deepStrictEqual(decision.action, { _tag: "Send", step: "transfer", attempt: 1, isFirst: true })
    assert.deepStrictEqual(decision.withdrawal.transfer, { ...withdrawal.transfer, status: "unknown", sentAt: now })
    const end = instant(now + turnMillis)
    assert.deepStrictEqual([decision.withdrawal.turn, decision.withdrawal.idleTurns], [1, 1])
    assert.deepStrictEqual(decision.schedule, { dueAt: end, claimedUntil: end })
  })

  it("is one's alone until it ends, however urgent it is to others", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 * turnMillis }), fc.boolean(), (millis, isUrgent) => {
      const first = claimed()
      if (first._tag !== "Claim") return assert.fail(first._tag)
      const { schedule, withdrawal } = first
      const second = claimed({ schedule, withdrawal, now: instant(now + millis) }, isUrgent)
      assert.strictEqual(second._tag, millis < turnMillis ? "Leave" : "Claim")
    }))
  })

  it("waits until it is due, unless it is urgent", () => {
    const schedule = { dueAt: later, claimedUntil: null }
    assert.strictEqual(claimed({ schedule })._tag, "Leave")
    assert.strictEqual(claimed({ schedule }, true)._tag, "Claim")
    assert.strictEqual(claimed({ schedule, now: later })._tag, "Claim")
  })

  it("is nobody's where nothing is left to do", () => {
    assert.strictEqual(claimed({ schedule: { dueAt: null, claimedUntil: null } }, true)._tag, "Leave")
    const held = { ...withdrawal, held: { reason: "two of them", step: null } }
    assert.deepStrictEqual(claimed({ withdrawal: held }), {
      _tag: "Rest",
      withdrawal: held,
      schedule: { dueAt: null, claimedUntil: null }
    })
  })

  it("is looked for before it is sent where it was asked for before a backup was put back", () => {
    for (
      const [restoredAt, isFirst] of [[null, true], [instant(now - 1), true], [now, false], [later, false]] as const
    ) {
      const decided = claimed({ restoredAt, withdrawal: { ...withdrawal, askedAt: now } })
      if (decided._tag !== "Claim" || decided.action._tag !== "Send") return assert.fail(decided._tag)
      assert.strictEqual(decided.action.isFirst, isFirst)
    }
  })

  it("rests while the account is frozen and nothing was sent, and goes on where something was", () => {
    const resting = claimed({ isFrozen: true })
    if (resting._tag !== "Rest") return assert.fail(resting._tag)
    assert.strictEqual(resting.withdrawal.problem, "the account is frozen")
    assert.deepStrictEqual(resting.withdrawal.transfer, withdrawal.transfer)
    assert.deepStrictEqual(resting.schedule, { dueAt: instant(now + 1_000), claimedUntil: null })
    assert.strictEqual(claimed({ isFrozen: true, withdrawal: sent })._tag, "Claim")
  })
})

describe("the job of a due turn", () => {
  it("is another one for each instant that a turn was due at, and for each hour that it stays so", () => {
    const idOf = (dueAt: number, millis: number) =>
      laterTurnJob(withdrawal.id, instant(dueAt), instant(dueAt + millis)).id
    assert.strictEqual(idOf(now, 0), idOf(now, hourMillis - 1))
    assert.notStrictEqual(idOf(now, 0), idOf(now, hourMillis))
    assert.notStrictEqual(idOf(now, 0), idOf(now + 1, 0))
  })
})
