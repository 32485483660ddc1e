import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { decidePayoutAccount, nextCheckAt, type PayoutAccount } from "../../src/money/PayoutAccount.ts"
import { userId } from "../../src/values/Ids.ts"
import { dayMillis, instant } from "../../src/values/Instant.ts"

const kept: PayoutAccount = {
  userId: userId("01900000-0000-7000-8000-00000000000a"),
  account: "acct_1",
  provider: "simulated",
  status: "pending"
}

describe("a payout account", () => {
  it("is the player's where it was kept for them", () => {
    assert.deepStrictEqual(decidePayoutAccount({ isSessionLiving: true, kept }, "acct_1"), Result.succeed(kept))
  })

  it("is refused to a player who has another one, and to one of two players", () => {
    const taken = Result.fail({ _tag: "Taken", account: "acct_1" } as const)
    assert.deepStrictEqual(decidePayoutAccount({ isSessionLiving: true, kept }, "acct_2"), taken)
    assert.deepStrictEqual(decidePayoutAccount({ isSessionLiving: true, kept: null }, "acct_1"), taken)
  })

  it("is refused where its session has ended", () => {
    const ended = Result.fail({ _tag: "SessionEnded" } as const)
    assert.deepStrictEqual(decidePayoutAccount({ isSessionLiving: false, kept }, "acct_1"), ended)
  })

  it("is asked for again in a minute at least and a day at most, and else in as long as it has been pending", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 * dayMillis }), (age) => {
      const createdAt = instant(Date.UTC(2026, 1, 3))
      const now = instant(createdAt + age)
      const pause = nextCheckAt(createdAt, now) - now
      assert.strictEqual(pause, age < 60_000 ? 60_000 : age > dayMillis ? dayMillis : age)
    }))
  })
})
