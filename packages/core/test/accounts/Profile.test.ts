import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import * as fc from "fast-check"
import { noChange } from "../../src/accounts/AccountChange.ts"
import { changeProfile, newAddress } from "../../src/accounts/Profile.ts"
import { account, ada, eventsIn, hash, inOtherCase, jobsIn, now, origin, user } from "./support/Given.ts"

const facts = {
  account,
  taken: { email: false, username: false },
  mailWaitMillis: { toNewAddress: 0, ofNotices: 0 },
  renamedToday: 0,
  now,
  newIds: { usernameEvent: "renamed", mailedToken: "token", addressEvent: "asked" }
}
const both = { username: "lovelace", email: "new@example.com", verified: hash }
const decide = (change: { readonly username?: string; readonly email?: string }, given: Partial<typeof facts> = {}) =>
  changeProfile({ ...facts, ...given }, { userId: ada, change: { verified: hash, ...change } }, origin)

describe("changeProfile", () => {
  it("refuses a name before an address, and either before it counts mails; and nothing that is not asked for", () => {
    const wait = { toNewAddress: 1_500, ofNotices: 0 }
    fc.assert(fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (email, username, waits) => {
      const given = { taken: { email, username }, ...waits && { mailWaitMillis: wait } }
      const refused = decide(both, given)
      const expected = username ? "UsernameTaken" : email ? "EmailTaken" : waits ? "TooManyMails" : undefined
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, expected)
      assert.strictEqual(Result.isFailure(decide({ username: both.username }, given)), username)
      assert.strictEqual(Result.isFailure(decide({ email: both.email }, given)), email || waits)
    }))
  })

  it("changes a name a hundred times a day, and an address besides", () => {
    assert.isTrue(Result.isSuccess(decide({ username: both.username }, { renamedToday: 99 })))
    const refused = decide({ username: both.username }, { renamedToday: 100 })
    assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "TooManyChanges")
    for (const change of [{ username: user.username }, { email: both.email }]) {
      assert.isTrue(Result.isSuccess(decide(change, { renamedToday: 100 })))
    }
  })

  it("asks for a new address under no other password than the account's, before all else", () => {
    const given = { ...facts, taken: { email: true, username: true } }
    for (const verified of [{ verified: Redacted.make("$argon2id$older") }, {}]) {
      const change = { username: both.username, email: both.email, ...verified }
      const refused = changeProfile(given, { userId: ada, change }, origin)
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "PasswordOutdated")
    }
    assert.isTrue(Result.isSuccess(changeProfile(facts, { userId: ada, change: { username: "lovelace" } }, origin)))
  })

  it("tells the longer of two waits, in whole seconds that are never too short", () => {
    const millis = fc.integer({ min: 0, max: 86_400_000 })
    fc.assert(fc.property(millis, millis, (toNewAddress, ofNotices) => {
      const refused = decide(both, { mailWaitMillis: { toNewAddress, ofNotices } })
      const wait = Math.max(toNewAddress, ofNotices)
      if (wait === 0) return assert.isTrue(Result.isSuccess(refused))
      const seconds = Result.isFailure(refused) && refused.failure._tag === "TooManyMails"
        ? refused.failure.retryAfter
        : 0
      assert.isTrue(seconds * 1_000 >= wait && seconds * 1_000 < wait + 1_000)
    }))
  })

  it("mails the new address a link and tells the old one where it is verified, and leaves the old one in force", () => {
    const change = Result.getOrThrow(decide(both))
    assert.deepStrictEqual(change.set, { username: "lovelace" })
    assert.deepStrictEqual([change.issueToken?.email, change.issueToken?.previousEmail], [both.email, user.email])
    assert.deepStrictEqual(eventsIn(change), ["username_changed", "email_change_asked"])
    // the one before is told where it is the player's
    assert.deepStrictEqual(jobsIn(change), ["MailVerifyAddress"])
    const verified = { ...account, user: { ...user, emailVerified: true } }
    const told = Result.getOrThrow(decide(both, { account: verified }))
    assert.deepStrictEqual(jobsIn(told), ["MailVerifyAddress", "MailAddressChanged"])
  })

  it("forgets an address that waits where the one in force is asked for, in any case", () => {
    fc.assert(fc.property(inOtherCase(user.email), (email) => {
      assert.isNull(newAddress(account, { email }))
      const change = Result.getOrThrow(decide({ email }, { taken: { email: true, username: false } }))
      assert.deepStrictEqual(change, {
        ...noChange(ada),
        cancelTokens: [{ purpose: "verify_email", exceptTo: user.email }]
      })
    }))
  })

  it("writes nothing for the name that is in force, for nobody, and for who is erased", () => {
    for (
      const [change, stands] of [
        [{ username: user.username }, account],
        [both, null],
        [both, { ...account, erased: true }]
      ] as const
    ) {
      const decided = changeProfile({ ...facts, account: stands }, { userId: ada, change }, origin)
      assert.deepStrictEqual(Result.getOrThrow(decided), noChange(ada))
    }
  })
})
