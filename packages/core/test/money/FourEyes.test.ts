import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import {
  approvalAt,
  approvalMillis,
  askApproval,
  decideApproval,
  type HandMoney,
  needsApproval
} from "../../src/money/FourEyes.ts"
import { cents } from "../../src/money/Money.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const now = instant(Date.UTC(2026, 1, 3))
const money: HandMoney = {
  kind: "adjustment",
  userId: userId("01900000-0000-7000-8000-00000000000a"),
  amount: cents(50_000n),
  reference: "credit:one",
  corrects: null,
  isWinnings: false,
  metadata: null
}
const by = (operator: string) => ({ operator, command: "test", reason: "because" })
const asked = askApproval({ waiting: null, now, newId: "id" }, money, by("ann"))
const { approval } = asked

describe("four eyes", () => {
  it("are asked of what is above the limit in either direction, and of nothing where there is none", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }), (amount, above) => {
        assert.isFalse(needsApproval(null, cents(amount)))
        assert.strictEqual(needsApproval(cents(above), cents(amount)), amount > above || amount < -above)
      })
    )
  })

  it("are another operator's, within a week, once", () => {
    const decide = (operator: string, at = now, of = approval) =>
      decideApproval({ approval: of, now: at }, "approve", by(operator))
    const own = decide("Ann")
    assert.strictEqual(Result.isFailure(own) ? own.failure._tag : "", "OwnRequest")
    const done = Result.getOrThrow(decide("bob"))
    assert.deepStrictEqual([done.state, done.decidedBy, done.decidedAt], ["done", "bob", now])
    assert.isTrue(Result.isFailure(decide("eve", now, done)))
    assert.isTrue(Result.isSuccess(decide("bob", instant(now + approvalMillis - 1))))
    assert.isTrue(Result.isFailure(decide("bob", instant(now + approvalMillis))))
    assert.strictEqual(approvalAt(approval, instant(now + approvalMillis)).state, "expired")
  })

  it("may be spared by who asked: they refuse it themselves", () => {
    assert.strictEqual(Result.getOrThrow(decideApproval({ approval, now }, "refuse", by("ann"))).state, "refused")
  })

  it("see the same request once, and tell another one apart", () => {
    const again = (other: Partial<HandMoney>) =>
      askApproval({ waiting: approval, now, newId: "other" }, { ...money, ...other }, by("bob"))
    assert.deepStrictEqual(again({}), { _tag: "Waits", approval, isSame: true })
    assert.deepStrictEqual(again({ amount: cents(50_001n) }), { _tag: "Waits", approval, isSame: false })
  })
})
