import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { changesADay } from "../../src/accounts/SecurityLogLimit.ts"
import { sessionId } from "../../src/accounts/Session.ts"
import { openSession, type OpenSessionFacts } from "../../src/accounts/SignIn.ts"
import { account, ada, eventsIn, hash, now, origin, session } from "./support/Given.ts"

const facts: OpenSessionFacts = {
  account,
  surplus: [],
  signedInToday: 0,
  now,
  newIds: { session, event: "event", endEvent: "endEvent" }
}
const request = (verified: Redacted.Redacted, replacement: Redacted.Redacted | null = null) => ({
  userId: ada,
  session: { refreshTokenHash: "refresh", userAgent: null },
  password: { verified, replacement }
})

describe("openSession", () => {
  it("refuses a proof of another password than the stored one, and any for who is frozen, erased or unknown", () => {
    for (
      const [stands, verified] of [
        [account, Redacted.make("$argon2id$other")],
        [{ ...account, frozen: true }, hash],
        [{ ...account, erased: true }, hash],
        [{ ...account, passwordHash: null }, hash],
        [null, hash]
      ] as const
    ) {
      const refused = openSession({ ...facts, account: stands }, request(verified), origin)
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "PasswordOutdated")
    }
  })

  it("stores a hash only where one replaces the old", () => {
    const opened = Result.getOrThrow(openSession(facts, request(hash), origin))
    assert.deepStrictEqual(opened.set, {})
    assert.deepStrictEqual(opened.openSession, { id: session, refreshTokenHash: "refresh", userAgent: null })
    const newer = Redacted.make("$argon2id$newer")
    const rehashed = Result.getOrThrow(openSession(facts, request(hash, newer), origin))
    assert.deepStrictEqual(rehashed.set, { passwordHash: newer })
    assert.isNull(rehashed.endSessions)
  })

  it("ends the sessions that are too many beside the new one, and says which where it is one", () => {
    const [first, second] = [1, 2].map((n) => sessionId(`01900000-0000-7000-8000-00000000000${n}`))
    const surplusOf = (...surplus: OpenSessionFacts["surplus"]) =>
      Result.getOrThrow(openSession({ ...facts, surplus }, request(hash), origin))
    if (first === undefined || second === undefined) return assert.fail()
    const one = surplusOf(first)
    assert.deepStrictEqual(one.endSessions, { which: { only: [first] }, reason: "ended" })
    assert.deepStrictEqual(eventsIn(one), ["signed_in", "session_ended"])
    assert.strictEqual(one.events[1]?.sessionId, first)
    const more = surplusOf(first, second)
    assert.deepStrictEqual(more.endSessions, { which: { only: [first, second] }, reason: "ended" })
    assert.deepStrictEqual([eventsIn(more), more.events[1]?.sessionId], [["signed_in", "sessions_ended"], null])
  })

  it("refuses who signed in as often today as one may, until the day is over", () => {
    const { signed_in: max } = changesADay
    const asked = (signedInToday: number) => openSession({ ...facts, signedInToday }, request(hash), origin)
    assert.isTrue(Result.isSuccess(asked(max - 1)))
    const untilMidnight = 86_400 - Math.floor(now / 1_000) % 86_400
    assert.deepStrictEqual(asked(max), Result.fail({ _tag: "TooManyChanges", max, retryAfter: untilMidnight }))
  })
})
