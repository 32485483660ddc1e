import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import * as fc from "fast-check"
import { erase, eraseSelf, type Holdings } from "../../src/accounts/Erase.ts"
import { cents } from "../../src/money/Money.ts"
import { watchedMillis } from "../../src/money/WithdrawalActions.ts"
import { houseUserId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { logged } from "../../src/values/OperatorAct.ts"
import { account, ada, byAnn, now, user } from "./support/Given.ts"

const nothing: Holdings = {
  balance: cents(0n),
  awaitingIdentity: cents(0n),
  pendingWithdrawal: cents(0n),
  comingBack: cents(0n),
  debt: cents(0n),
  lastPaidAskedAt: null,
  undrawnTickets: 0,
  roomsWithOthers: 0
}
const facts = { now, account, holdings: nothing, digits: "0a1b2c3d", newIds: { event: "event" } }

describe("erase", () => {
  it("refuses whoever may still have money, or others' money; and names every reason", () => {
    const amount = fc.bigInt({ min: 0n, max: 3n }).map(cents)
    const holdings = fc.record({
      balance: amount,
      awaitingIdentity: fc.constant(cents(0n)),
      pendingWithdrawal: amount,
      comingBack: amount,
      debt: amount,
      lastPaidAskedAt: fc.option(fc.integer({ min: -2, max: 0 }).map((weeks) => instant(now + weeks * watchedMillis))),
      undrawnTickets: fc.nat(3),
      roomsWithOthers: fc.nat(3)
    })
    fc.assert(fc.property(holdings, (any) => {
      const decided = erase({ ...facts, holdings: any }, ada, byAnn)
      const expected = [
        any.balance > 0n ? "Balance" : null,
        any.pendingWithdrawal + any.comingBack > 0n ? "PayoutUnderWay" : null,
        any.lastPaidAskedAt === now ? "PayoutReturnable" : null,
        any.debt > 0n ? "Debt" : null,
        any.undrawnTickets > 0 ? "UndrawnTickets" : null,
        any.roomsWithOthers > 0 ? "HostsOthers" : null
      ].filter((tag) => tag !== null)
      assert.deepStrictEqual(
        Result.isFailure(decided) ? decided.failure.reasons.map(({ _tag }) => _tag) : [],
        expected
      )
    }))
  })

  it("leaves of the row's text only what names nobody, and opens the account to no password", () => {
    const erasure = Result.getOrThrow(erase(facts, ada, byAnn))
    assert.strictEqual(erasure?.email, user.email)
    assert.deepStrictEqual(erasure?.change.set, {
      email: `erased-${ada}@invalid`,
      username: "erased-0a1b2c3d",
      passwordHash: null,
      emailVerified: false,
      frozen: true,
      kycStatus: "none",
      identityAt: null,
      identityReference: null,
      country: null,
      ageVerified: false,
      erasedAt: now
    })
    assert.isTrue(
      erasure?.change.events.every(({ details, origin }) => origin === null && Object.keys(details).length === 0)
    )
    assert.deepStrictEqual(erasure?.change.jobs, [])
    assert.deepStrictEqual(erasure?.change.log, logged(byAnn, "user", ada))
    assert.isNull(Result.getOrThrow(erase(facts, ada, null))?.change.log)
    assert.deepStrictEqual(erasure?.change.endSessions, { which: { except: null }, reason: "erased" })
  })

  it("has nothing to erase where there is nobody, or nobody any more; the house is not to be asked for", () => {
    for (const stands of [null, { ...account, erased: true }]) {
      assert.isNull(Result.getOrThrow(erase({ ...facts, account: stands }, ada, byAnn)))
    }
    assert.throws(() => erase(facts, houseUserId, byAnn), "the house")
  })
})

describe("eraseSelf", () => {
  it("erases who has just proven the password that is the account's, as an operator would", () => {
    const stored = account.passwordHash ?? assert.fail("the account has a password")
    assert.deepStrictEqual(eraseSelf(facts, ada, stored), erase(facts, ada, null))
    const poor = { ...facts, holdings: { ...nothing, undrawnTickets: 1 } }
    assert.deepStrictEqual(eraseSelf(poor, ada, stored), erase(poor, ada, null))
    const outdated = Result.fail({ _tag: "PasswordOutdated" })
    assert.deepStrictEqual<unknown>(eraseSelf(facts, ada, Redacted.make("another")), outdated)
    for (const stands of [null, { ...account, erased: true }, { ...account, frozen: true }]) {
      assert.deepStrictEqual<unknown>(eraseSelf({ ...facts, account: stands }, ada, stored), outdated)
    }
  })
})
