import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type CountedMail,
  fateOfMail,
  mailAllowances,
  mailHistoryNeeded,
  mailsADay,
  mailWaitMillis
} from "../../src/accounts/MailAllowance.ts"
import { type Instant, instant } from "../../src/values/Instant.ts"

const kinds = Object.keys(mailsADay).filter((kind): kind is CountedMail => Object.hasOwn(mailsADay, kind))

const start = instant(1_770_000_000_000)
const hour = 3_600_000

/** Asks for a mail after each of the pauses, in milliseconds; gives when one was sent. */
const sentAt = (pauses: ReadonlyArray<number>): ReadonlyArray<Instant> => {
  const sent: Array<Instant> = []
  let now = start
  for (const pause of pauses) {
    now = instant(now + pause)
    if (mailWaitMillis(sent, now) === 0) sent.push(now)
  }
  return sent
}

const pauses = fc.array(fc.oneof(fc.nat({ max: 60_000 }), fc.nat({ max: 3 * hour })), { maxLength: 120 })

describe("MailAllowance", () => {
  it("never lets more mails go to an address, in any stretch of time, than it may get", () => {
    fc.assert(fc.property(pauses, (pauses) => {
      const sent = sentAt(pauses)
      for (const { mails, withinMillis } of mailAllowances) {
        for (const from of sent) {
          const within = sent.filter((at) => from <= at && at < from + withinMillis)
          assert.isAtMost(within.length, mails)
        }
      }
    }))
  })

  it("says the first moment at which another mail may go, in whatever order the mails are told", () => {
    fc.assert(fc.property(pauses, fc.nat({ max: hour }), (pauses, later) => {
      const sent = sentAt(pauses)
      const now = instant((sent.at(-1) ?? start) + later)
      const wait = mailWaitMillis(sent, now)
      assert.strictEqual(mailWaitMillis(sent.toReversed(), now), wait)
      assert.strictEqual(mailWaitMillis(sent, instant(now + wait)), 0)
      if (wait > 0) assert.strictEqual(mailWaitMillis(sent, instant(now + wait - 1)), 1)
    }))
  })

  it("needs to know no more mails than the newest of a day", () => {
    fc.assert(fc.property(pauses, (pauses) => {
      const sent = sentAt(pauses)
      const now = sent.at(-1) ?? start
      const known = sent.filter((at) => at > now - mailHistoryNeeded.withinMillis).slice(-mailHistoryNeeded.mails)
      assert.strictEqual(mailWaitMillis(known, now), mailWaitMillis(sent, now))
    }))
  })

  it("drops what is news to an address that is not verified, and what is more than a day's, saying so of the last", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.nat({ max: 200 }), fc.boolean(), (kind, sentToday, isVerified) => {
        const max = mailsADay[kind]
        const expected = !isVerified || sentToday >= max ? "Drop" : sentToday === max - 1 ? "SendLast" : "Send"
        assert.strictEqual(fateOfMail(kind, { isVerified, sentToday }), expected)
      })
    )
  })

  it("lets five mails go in an hour, and twenty in a day", () => {
    const minutely = Array.from({ length: 24 * 60 }, () => 60_000)
    const sent = sentAt(minutely)
    assert.strictEqual(sent.filter((at) => at <= start + hour).length, 5)
    assert.strictEqual(sent.length, 20)
  })
})
