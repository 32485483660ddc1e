import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { erase } from "../../src/accounts/Erase.ts"
import { cents } from "../../src/money/Money.ts"
import { houseUserId } from "../../src/values/Ids.ts"
import { account, ada, now, user } from "./support/Given.ts"

const nothing = { balance: cents(0n), pendingWithdrawal: cents(0n), undrawnTickets: 0 }
const facts = { now, account, holdings: nothing, digits: "0a1b2c3d", newIds: { event: "event" } }

describe("erase", () => {
  it("refuses whoever has a cent, a withdrawal under way, or a ticket that is not drawn; and says what", () => {
    const amount = fc.bigInt({ min: 0n, max: 3n }).map(cents)
    fc.assert(fc.property(amount, amount, fc.nat(3), (balance, pendingWithdrawal, undrawnTickets) => {
      const holdings = { balance, pendingWithdrawal, undrawnTickets }
      const decided = erase({ ...facts, holdings }, ada)
      const has = balance > 0n || pendingWithdrawal > 0n || undrawnTickets > 0
      assert.deepStrictEqual(
        Result.isFailure(decided) ? decided.failure : undefined,
        has ? { _tag: "EraseRefused", holdings } : undefined
      )
    }))
  })

  it("leaves of the row's text only what names nobody, and opens the account to no password", () => {
    const erasure = Result.getOrThrow(erase(facts, ada))
    assert.strictEqual(erasure?.email, user.email)
    assert.deepStrictEqual(erasure?.change.set, {
      email: `erased-${ada}@invalid`,
      username: "erased-0a1b2c3d",
      passwordHash: null,
      emailVerified: false,
      frozen: true,
      kycStatus: "none",
      country: null,
      erasedAt: now
    })
    assert.isTrue(
      erasure?.change.events.every(({ details, origin }) => origin === null && Object.keys(details).length === 0)
    )
    assert.deepStrictEqual(erasure?.change.jobs, [])
    assert.deepStrictEqual(erasure?.change.endSessions, { which: { except: null }, reason: "erased" })
  })

  it("has nothing to erase where there is nobody, or nobody any more; the house is not to be asked for", () => {
    for (const stands of [null, { ...account, erased: true }]) {
      assert.isNull(Result.getOrThrow(erase({ ...facts, account: stands }, ada)))
    }
    assert.throws(() => erase(facts, houseUserId), "the house")
  })
})
