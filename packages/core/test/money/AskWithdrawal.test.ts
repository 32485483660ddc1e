import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type AskFacts, decideWithdrawal, type WithdrawalRequest } from "../../src/money/AskWithdrawal.ts"
import { cents, zero } from "../../src/money/Money.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import { houseUserId, userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const ada = userId("01900000-0000-7000-8000-00000000000a")
const id = "01900000-0000-7000-8000-0000000000e1"
const now = instant(Date.UTC(2026, 1, 3))

const request: WithdrawalRequest = {
  userId: ada,
  amount: cents(500n),
  withdrawDeposits: false,
  provider: "simulated",
  idempotency: { key: "key", fingerprint: "aa" }
}

const facts: AskFacts = {
  player: {
    isErased: false,
    isFrozen: false,
    isEmailVerified: true,
    isIdentityVerified: false,
    payoutAccount: { account: "acct_1", provider: "simulated", status: "ready" }
  },
  wallet: { ...emptyWallet, balance: cents(900n), withdrawable: cents(700n), seq: 4 },
  kept: null,
  now,
  kycAbove: null,
  newId: id
}

const asked = (changed: Partial<AskFacts> = {}, changedRequest: Partial<WithdrawalRequest> = {}) =>
  decideWithdrawal({ ...facts, ...changed }, { ...request, ...changedRequest })

const refusalOf = (...args: Parameters<typeof asked>) => {
  const decided = asked(...args)
  return decided._tag === "Failure" ? decided.failure : assert.fail(decided.success._tag)
}

const player = (changed: Partial<NonNullable<AskFacts["player"]>>) => ({
  player: {
    isErased: false,
    isFrozen: false,
    isEmailVerified: true,
    isIdentityVerified: false,
    payoutAccount: null,
    ...changed
  }
})

describe("asking for a withdrawal", () => {
  it("moves the cents out of the balance and no others, under the withdrawal's id", () => {
    fc.assert(fc.property(
      fc.bigInt({ min: 0n, max: 100_000n }),
      fc.bigInt({ min: 0n, max: 100_000n }),
      fc.bigInt({ min: 1n, max: 100_000n }),
      fc.boolean(),
      (winnings, credit, amount, withdrawDeposits) => {
        const wallet = { ...emptyWallet, balance: cents(winnings + credit), withdrawable: cents(winnings) }
        const decided = asked({ wallet }, { amount: cents(amount), withdrawDeposits })
        const isCovered = amount <= (withdrawDeposits ? winnings + credit : winnings)
        assert.strictEqual(decided._tag === "Success", isCovered)
        if (decided._tag !== "Success" || decided.success._tag !== "Ask") return
        const { asked: { schedule, withdrawal }, moved } = decided.success
        assert.strictEqual(moved.wallet.balance + moved.wallet.pendingWithdrawal, wallet.balance)
        assert.deepStrictEqual([moved.movement.amount, moved.movement.referenceId], [-amount, id])
        assert.deepStrictEqual([withdrawal.id, withdrawal.amount, withdrawal.status], [id, amount, "pending"])
        assert.deepStrictEqual(schedule, { dueAt: now, claimedUntil: null })
      }
    ))
  })

  it("has its payout and its mail done, and its answer kept", () => {
    const decided = asked()
    if (decided._tag !== "Success" || decided.success._tag !== "Ask") return assert.fail("it is granted")
    assert.deepStrictEqual(decided.success.jobs, [
      { id: `payout ${id}`, job: { _tag: "PayOut", withdrawalId: id } },
      {
        id: `withdrawal ${id} started`,
        job: { _tag: "MailWithdrawal", userId: ada, withdrawalId: id, event: "started" }
      }
    ])
    assert.deepStrictEqual(decided.success.answer, { _tag: "Withdrawal", withdrawalId: id })
  })

  it("is answered as at first where it is repeated, whatever has become of the account since", () => {
    const kept = { fingerprint: "aa", answer: { withdrawalId: "earlier" } }
    const repeat = { _tag: "Repeat", withdrawalId: "earlier", status: "pending" } as const
    for (const changed of [{}, player({ isFrozen: true }), { wallet: { ...emptyWallet, debt: cents(1n) } }]) {
      const decided = asked({ ...changed, kept })
      assert.deepStrictEqual(decided._tag === "Success" ? decided.success : null, repeat)
    }
  })

  it("is refused under a key that another request had, or one of another kind", () => {
    const answer = { withdrawalId: "earlier" }
    assert.deepStrictEqual(refusalOf({ kept: { fingerprint: "bb", answer } }), { _tag: "KeyReused" })
    assert.deepStrictEqual(refusalOf({ kept: { fingerprint: "aa", answer: null } }), { _tag: "KeyReused" })
  })

  it("is refused to the house, to nobody, to who was erased and to who has no wallet", () => {
    assert.deepStrictEqual(refusalOf({}, { userId: houseUserId }), { _tag: "UnknownUser" })
    for (const changed of [{ player: null }, player({ isErased: true }), { wallet: null }]) {
      assert.deepStrictEqual(refusalOf(changed), { _tag: "UnknownUser" })
    }
  })

  it("is refused in the order of docs/api.md: a frozen account, then no payout account, then the wallet", () => {
    const wallet = { ...emptyWallet, debt: cents(5n) }
    const pending = { account: "acct_1", provider: "simulated", status: "pending" } as const
    assert.deepStrictEqual(refusalOf({ ...player({ isFrozen: true }), wallet }), { _tag: "AccountFrozen" })
    assert.deepStrictEqual(refusalOf({ ...player({ isEmailVerified: false }), wallet }), { _tag: "EmailUnverified" })
    assert.deepStrictEqual(refusalOf({ ...player({}), wallet }), { _tag: "NoPayoutAccount", status: "none" })
    assert.deepStrictEqual(refusalOf({ ...player({ payoutAccount: pending }), wallet }), {
      _tag: "NoPayoutAccount",
      status: "pending"
    })
    assert.deepStrictEqual(
      refusalOf({ ...player({ payoutAccount: pending }), wallet }, { provider: "stripe test acct_9" }),
      {
        _tag: "OtherProvider",
        account: "acct_1",
        provider: "simulated",
        own: "stripe test acct_9"
      }
    )
    assert.deepStrictEqual(refusalOf({ wallet }), { _tag: "InDebt", debt: cents(5n) })
    assert.strictEqual(refusalOf({ wallet: { ...emptyWallet, balance: zero } })._tag, "NotWithdrawable")
  })

  it("needs a verified identity where all withdrawals together are above KYC_ABOVE, and not at it", () => {
    const wallet = { ...emptyWallet, balance: cents(900n), withdrawable: cents(900n), withdrawn: 500n }
    const kycAbove = cents(1_000n)
    const unverified = { wallet, kycAbove }
    assert.strictEqual(asked(unverified, { amount: cents(500n) })._tag, "Success")
    assert.deepStrictEqual(refusalOf(unverified, { amount: cents(501n) }), {
      _tag: "IdentityUnverified",
      above: kycAbove,
      withdrawn: 500n,
      asked: cents(501n)
    })
    assert.isNotNull(facts.player)
    const verified = { ...unverified, player: { ...facts.player, isIdentityVerified: true } }
    assert.strictEqual(asked(verified, { amount: cents(501n) })._tag, "Success")
    assert.strictEqual(asked({ wallet, kycAbove: null }, { amount: cents(501n) })._tag, "Success")
    // what cannot be withdrawn anyway is not worth an identity check
    assert.strictEqual(refusalOf(unverified, { amount: cents(901n) })._tag, "NotWithdrawable")
  })
})
