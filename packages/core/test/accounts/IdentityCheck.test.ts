import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import {
  aheadMillisMax,
  type IdentityChanged,
  type IdentityFacts,
  type IdentityMessage,
  recordIdentity,
  setIdentity
} from "../../src/accounts/IdentityCheck.ts"
import { cents } from "../../src/money/Money.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import { type Day, type Instant, instant, parseDay } from "../../src/values/Instant.ts"
import type { KycStatus } from "../../src/values/KycStatus.ts"
import { ada, byAnn, eventsIn, now } from "./support/Given.ts"

const day = (text: string): Day => parseDay(text) ?? assert.fail(text)
const born = day("1990-05-01")

const unchecked: IdentityFacts = {
  wallet: emptyWallet,
  identity: { status: "none", at: null, reference: null },
  isAgeVerified: false,
  now,
  newIds: { event: "event" }
}

const message = (status: KycStatus, occurredAt: Instant = now, rest: Partial<IdentityMessage> = {}) => ({
  userId: ada,
  status,
  occurredAt,
  bornOn: null,
  reference: null,
  ...rest
})

/** The facts once something was written. */
const after = (facts: IdentityFacts, changed: IdentityChanged | null): IdentityFacts =>
  changed === null ? facts : {
    ...facts,
    wallet: changed.wallet,
    identity: changed.identity,
    isAgeVerified: changed.change.set.ageVerified ?? facts.isAgeVerified
  }

/** Told once it is so. */
const record = (facts: IdentityFacts, said: IdentityMessage) =>
  recordIdentity(facts, said, instant(Math.max(now, said.occurredAt)))

const told = (facts: IdentityFacts, said: IdentityMessage): IdentityFacts =>
  after(facts, Result.getOrThrow(record(facts, said)))

const changeOf = (decided: ReturnType<typeof recordIdentity>) => {
  const changed = Result.getOrThrow(decided)
  return changed ?? assert.fail("it changed nothing")
}

const statuses: ReadonlyArray<KycStatus> = ["none", "pending", "verified", "rejected"]

describe("an identity check", () => {
  it("is as was told last of it, in whatever order and however often messages come", () => {
    const messages = fc.array(
      fc.record({ status: fc.constantFrom(...statuses), at: fc.nat(3) }).map(({ at, status }) =>
        message(status, instant(now - 3 + at))
      ),
      { minLength: 1, maxLength: 8 }
    )
    const sets = messages.chain((some) =>
      fc.tuple(
        fc.constant(some),
        fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2, maxLength: some.length * 2 })
      )
    )
    fc.assert(fc.property(sets, ([some, shuffled]) => {
      const newest = Math.max(...some.map(({ occurredAt }) => occurredAt))
      const strictest = statuses.findLast((status) =>
        some.some((said) => said.occurredAt === newest && said.status === status)
      )
      const end = shuffled.reduce(told, unchecked)
      assert.deepStrictEqual([end.identity.status, end.identity.at], [strictest ?? "none", instant(newest)])
    }))
  })

  it("confirms when a player was born, of who is verified alone, whatever they had said", () => {
    const said = { ...unchecked, wallet: { ...emptyWallet, bornOn: day("2001-01-01") } }
    const pending = told(said, message("pending", now, { bornOn: born }))
    assert.deepStrictEqual([pending.wallet.bornOn, pending.isAgeVerified], [day("2001-01-01"), false])
    const verified = told(said, message("verified", now, { bornOn: born }))
    assert.deepStrictEqual([verified.wallet.bornOn, verified.isAgeVerified], [born, true])
    const again = told(verified, message("verified", instant(now + 1)))
    assert.deepStrictEqual([again.wallet.bornOn, again.isAgeVerified], [born, true])
    const takenBack = told(again, message("rejected", instant(now + 2)))
    assert.deepStrictEqual([takenBack.wallet.bornOn, takenBack.isAgeVerified], [born, false])
    // who is too young is known to be, and may withdraw
    assert.strictEqual(told(said, message("verified", now, { bornOn: day("2020-01-01") })).wallet.bornOn, "2020-01-01")
  })

  it("takes no date of birth that cannot be, and nothing of a time to come", () => {
    const unborn = record(unchecked, message("verified", now, { bornOn: day("2999-01-01") }))
    assert.deepStrictEqual(unborn, Result.fail({ _tag: "BirthFault", fault: "must not be in the future" }))
    const ahead = instant(now + aheadMillisMax)
    assert.isTrue(Result.isSuccess(recordIdentity(unchecked, message("verified", ahead), now)))
    const later = instant(ahead + 1)
    assert.deepStrictEqual(
      recordIdentity(unchecked, message("verified", later), now),
      Result.fail({ _tag: "OfLater", occurredAt: later })
    )
  })

  it("is of when it was received where a clock that is ahead of ours dates it later, also once that time has come", () => {
    const ahead = message("verified", instant(now + aheadMillisMax))
    for (const at of [now, instant(now + 2 * aheadMillisMax)]) {
      const facts = after(unchecked, Result.getOrThrow(recordIdentity({ ...unchecked, now: at }, ahead, now)))
      assert.deepInclude(facts.identity, { status: "verified", at: now })
      const soon = message("rejected", instant(now + 1_000))
      assert.strictEqual(told(facts, soon).identity.status, "rejected")
    }
  })

  it("releases the prizes that wait for it, once and for good", () => {
    const wallet = {
      ...emptyWallet,
      balance: cents(500n),
      withdrawable: cents(500n),
      awaiting: [{ amount: cents(500n), maturesAt: null }],
      seq: 7
    }
    const waiting = { ...unchecked, wallet }
    assert.deepStrictEqual(told(waiting, message("rejected")).wallet, wallet)
    const verified = told(waiting, message("verified"))
    assert.deepStrictEqual([verified.wallet.awaiting, verified.wallet.releasedTo], [[], 7])
    assert.deepStrictEqual(told(verified, message("rejected", instant(now + 1))).wallet, verified.wallet)
  })

  it("is written down and mailed where something changes, and not where the same is told again", () => {
    const { change } = changeOf(record(unchecked, message("verified", now, { bornOn: born, reference: "c1" })))
    assert.deepStrictEqual(change.set, {
      identityAt: now,
      identityReference: "c1",
      kycStatus: "verified",
      ageVerified: true
    })
    assert.deepStrictEqual(eventsIn(change), ["identity_checked"])
    assert.deepStrictEqual(change.events[0]?.details, { status: "verified", by: "checker", dateOfBirth: "set" })
    assert.deepStrictEqual(change.jobs.map(({ job }) => job), [
      { _tag: "MailIdentity", userId: ada, status: "verified" }
    ])
    assert.isNull(change.log)
    const known = told(unchecked, message("verified", now))
    const again = changeOf(record(known, message("verified", instant(now + 1), { reference: "c2" }))).change
    assert.deepStrictEqual([again.events, again.jobs], [[], []])
    assert.deepStrictEqual(again.set, { identityAt: instant(now + 1), identityReference: "c2" })
    const pending = changeOf(record(unchecked, message("pending"))).change
    assert.deepStrictEqual([eventsIn(pending), pending.jobs], [["identity_checked"], []])
  })
})

describe("an operator's word", () => {
  const says = (facts: IdentityFacts, status: KycStatus, bornOn: Day | null = null) =>
    setIdentity(facts, ada, { status, bornOn }, byAnn)

  it("is written down, and holds against what was told before, by whatever clock", () => {
    const ahead = told(unchecked, message("rejected", instant(now + 1_000), { reference: "c1" }))
    const { change, identity } = changeOf(says(ahead, "verified"))
    assert.deepStrictEqual(identity, { status: "verified", at: instant(now + 1_001), reference: "c1" })
    assert.deepStrictEqual(change.log?.details, { status: "verified", was: "rejected", isDateOfBirthSet: false })
    assert.deepStrictEqual(change.log?.subject, { kind: "user", id: ada })
    const verified = after(ahead, { wallet: ahead.wallet, identity, change })
    assert.deepStrictEqual(told(verified, message("rejected", instant(now + 1_000))), verified)
  })

  it("changes nothing where it is so already, and corrects a date of birth", () => {
    const verified = told(unchecked, message("verified", now, { bornOn: born }))
    assert.deepStrictEqual([says(verified, "verified"), says(verified, "verified", born)], [
      Result.succeed(null),
      Result.succeed(null)
    ])
    const corrected = changeOf(says(verified, "verified", day("1990-05-02")))
    assert.strictEqual(corrected.wallet.bornOn, "1990-05-02")
    assert.deepStrictEqual([eventsIn(corrected.change), corrected.change.jobs], [["identity_checked"], []])
    assert.isTrue(Result.isFailure(says(verified, "verified", day("2999-01-01"))))
    assert.throws(() => says(verified, "rejected", born), RangeError)
  })
})
