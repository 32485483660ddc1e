import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import * as fc from "fast-check"
import { askReset, changePassword, resetPassword } from "../../src/accounts/PasswordChange.ts"
import {
  account,
  ada,
  eventsIn,
  hash,
  jobsIn,
  now,
  origin,
  session,
  token,
  uselessTokens,
  user
} from "./support/Given.ts"

const newIds = { mailedToken: "token", event: "event" }
const newer = Redacted.make("$argon2id$newer")
const verified = { ...account, user: { ...user, emailVerified: true } }

describe("askReset", () => {
  it("mails the address as it is stored, however it was typed", () => {
    const asked = askReset({ account, mailWaitMillis: 0, newIds }, "ADA@example.com", origin)
    assert.strictEqual(asked._tag, "OfPlayer")
    if (asked._tag !== "OfPlayer") return
    assert.strictEqual(asked.change.issueToken?.email, user.email)
    assert.deepStrictEqual(jobsIn(asked.change), ["MailResetPassword"])
  })

  it("mails nothing, and cancels nothing, while the address must wait; that it was asked for is known all the same", () => {
    fc.assert(fc.property(fc.integer({ min: 1 }), (mailWaitMillis) => {
      const asked = askReset({ account, mailWaitMillis, newIds }, user.email, origin)
      if (asked._tag !== "OfPlayer") return assert.fail(asked._tag)
      const { cancelTokens, issueToken } = asked.change
      assert.deepStrictEqual([issueToken, cancelTokens, jobsIn(asked.change)], [null, [], []])
      assert.deepStrictEqual(eventsIn(asked.change), ["password_reset_asked"])
    }))
  })

  it("keeps of a stranger only the address, in lower case", () => {
    const asked = askReset({ account: null, mailWaitMillis: 0, newIds }, "Bob@Example.com", origin)
    const event = { id: "event", type: "password_reset_asked", subject: "bob@example.com" } as const
    assert.deepStrictEqual(asked, { _tag: "OfStranger", event })
  })
})

describe("resetPassword", () => {
  it("takes no token that does not work", () => {
    for (const useless of uselessTokens("reset_password", "verify_email")) {
      const refused = resetPassword({ account, payoutAccount: null, token: useless, now, newIds }, newer, origin)
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "InvalidMailedToken")
    }
  })

  it("uses the token, ends every session, and forgets what was asked for under the old password", () => {
    const { change } = Result.getOrThrow(
      resetPassword(
        { account: verified, payoutAccount: null, token: token("reset_password"), now, newIds },
        newer,
        origin
      )
    )
    assert.strictEqual(change.useToken, "token")
    assert.deepStrictEqual(change.set, { passwordHash: newer })
    assert.deepStrictEqual(change.endSessions, { which: { except: null }, reason: "password" })
    assert.deepStrictEqual(change.cancelTokens, [
      { purpose: "reset_password", exceptTo: null },
      { purpose: "verify_email", exceptTo: user.email }
    ])
    assert.deepStrictEqual(change.jobs, [{ id: "event", job: { _tag: "MailPasswordChanged", userId: ada } }])
  })
})

describe("resetPassword of an address that nobody had verified", () => {
  const unverified = { ...account, user: { ...user, emailVerified: false } }

  it("verifies it, and forgets where a stranger would have been paid out to and is known from", () => {
    const { change, user: reset } = Result.getOrThrow(
      resetPassword(
        { account: unverified, payoutAccount: "acct_1", token: token("reset_password"), now, newIds },
        newer,
        origin
      )
    )
    assert.deepStrictEqual(change.set, { passwordHash: newer, emailVerified: true })
    assert.deepStrictEqual([change.unlinkPayoutAccount, change.forgetNetworks], [true, true])
    assert.isTrue(reset.emailVerified)
  })

  it("forgets of a player whose address was verified before where they are paid out to, and says so; not the networks", () => {
    const { change } = Result.getOrThrow(
      resetPassword(
        {
          account: { ...account, user: { ...user, emailVerified: true } },
          payoutAccount: "acct_1",
          token: token("reset_password"),
          now,
          newIds
        },
        newer,
        origin
      )
    )
    assert.deepStrictEqual([change.unlinkPayoutAccount, change.forgetNetworks], [true, false])
    assert.deepStrictEqual(change.events.map(({ details }) => details), [{ unlinkedPayoutAccount: "acct_1" }])
    const told = { _tag: "MailPasswordChanged", userId: ada, unlinkedPayoutAccount: true } as const
    assert.deepStrictEqual(change.jobs, [{ id: "event", job: told }])
  })
})

describe("changePassword", () => {
  const request = (verified: Redacted.Redacted) => ({
    userId: ada,
    keep: session,
    password: { verified, replacement: newer }
  })

  const facts = { account, changedToday: 99, now, newIds }

  it("refuses a proof that is outdated", () => {
    const refused = changePassword(facts, request(newer), origin)
    assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "PasswordOutdated")
  })

  it("refuses who changed it a hundred times today", () => {
    const refused = changePassword({ ...facts, changedToday: 100 }, request(hash), origin)
    assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "TooManyChanges")
  })

  it("writes what a reset writes, but for the token and the session that it keeps", () => {
    const changed = Result.getOrThrow(changePassword(facts, request(hash), origin))
    const { change: reset } = Result.getOrThrow(
      resetPassword(
        { account: verified, payoutAccount: null, token: token("reset_password"), now, newIds },
        newer,
        origin
      )
    )
    assert.deepStrictEqual(
      { ...changed, events: [] },
      { ...reset, events: [], useToken: null, endSessions: { which: { except: session }, reason: "password" } }
    )
    assert.deepStrictEqual(eventsIn(changed), ["password_changed"])
  })
})
