import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { noChange } from "../../src/accounts/AccountChange.ts"
import { askVerification, verifyEmail, waitingAddress } from "../../src/accounts/Verification.ts"
import { account, ada, eventsIn, inOtherCase, now, origin, token, uselessTokens, user } from "./support/Given.ts"

const newIds = { event: "event", mailedToken: "new" }
const facts = { account, now, taken: false, newIds }
const verified = { ...account, user: { ...user, emailVerified: true } }

describe("verifyEmail", () => {
  it("takes no token that does not work, though the address be taken", () => {
    for (const useless of uselessTokens("verify_email", "reset_password")) {
      const refused = verifyEmail({ ...facts, token: useless, taken: true }, origin)
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "InvalidMailedToken")
    }
  })

  it("refuses an address that another player has by now, and leaves the token unused", () => {
    const refused = verifyEmail({ ...facts, token: token("verify_email", "new@example.com"), taken: true }, origin)
    assert.deepStrictEqual(Result.isFailure(refused) ? refused.failure : undefined, {
      _tag: "EmailTaken",
      email: "new@example.com"
    })
  })

  it("ends resets that the old address was mailed, unless only its case changes", () => {
    fc.assert(fc.property(inOtherCase(user.email), (email) => {
      const { change, user: after } = Result.getOrThrow(
        verifyEmail({ ...facts, token: token("verify_email", email) }, origin)
      )
      assert.deepStrictEqual(change.cancelTokens, [])
      assert.deepStrictEqual([after.email, after.emailVerified], [email, true])
    }))
    const { change } = Result.getOrThrow(
      verifyEmail({ ...facts, token: token("verify_email", "new@example.com") }, origin)
    )
    assert.deepStrictEqual(change.cancelTokens, [{ purpose: "reset_password", exceptTo: null }])
    assert.deepStrictEqual(change.set, { email: "new@example.com", emailVerified: true })
    assert.deepStrictEqual([change.useToken, eventsIn(change)], ["token", ["email_verified"]])
  })
})

describe("askVerification", () => {
  it("is for a new address before the one in force, and for none that is verified", () => {
    const asked = { ...token("verify_email", "new@example.com"), previousEmail: user.email }
    const waiting = { email: "new@example.com", previousEmail: user.email }
    for (const stands of [account, verified]) assert.deepStrictEqual(waitingAddress(stands, asked), waiting)
    const own = { email: user.email, previousEmail: null }
    for (const link of [token("verify_email"), null]) {
      assert.deepStrictEqual(waitingAddress(account, link), own)
      assert.isNull(waitingAddress(verified, link))
      assert.isNull(waitingAddress({ ...account, erased: true }, link))
      assert.isNull(waitingAddress(null, link))
    }
  })

  it("writes nothing where no address waits, or it was mailed enough", () => {
    const waiting = { email: user.email, previousEmail: null }
    assert.deepStrictEqual(askVerification({ waiting: null, mailWaitMillis: 0, newIds }, ada, origin), noChange(ada))
    assert.deepStrictEqual(askVerification({ waiting, mailWaitMillis: 1, newIds }, ada, origin), noChange(ada))
    assert.strictEqual(
      askVerification({ waiting, mailWaitMillis: 0, newIds }, ada, origin).issueToken?.email,
      user.email
    )
  })
})
