import { assert, describe, it } from "@effect/vitest"
import { concludeFundingEvent, type RecordedEvent } from "../../src/money/ConcludeFundingEvent.ts"
import { applyEvent, emptyFunding, type Funding, type FundingEvent } from "../../src/money/Funding.ts"
import { cents } from "../../src/money/Money.ts"
import { houseUserId, userId } from "../../src/values/Ids.ts"

const reference = "app_store:1"
const ada = userId("01900000-0000-7000-8000-00000000000a")
const credited: Funding = {
  ...emptyFunding(reference),
  purchased: true,
  creditStatus: "credited",
  userId: ada,
  amount: cents(500n)
}
const takenBack: Funding = { ...credited, refunded: true, creditStatus: "taken back" }
const givenBack: Funding = { ...takenBack, refundReversed: true, creditStatus: "given back" }

const purchased: FundingEvent = {
  _tag: "Purchased",
  reference,
  amount: cents(500n),
  buyer: { _tag: "Named", names: ["ada"] }
}
const refunded = { _tag: "Refunded", reference } as const
const reversed = { _tag: "RefundReversed", reference } as const

const stateOf = (event: FundingEvent, funding: Funding, recorded: Partial<RecordedEvent> = {}) =>
  concludeFundingEvent(event, { earlier: null, funding, openReason: null, transactions: [], ...recorded }).state

describe("an event of a shop that moved nothing", () => {
  it("is listed where it says money and changes nothing, unless what it says is done", () => {
    // told once more: it may be told of another refund
    assert.strictEqual(stateOf(refunded, givenBack, { earlier: givenBack }), "failed")
    const partly = { ...takenBack, refundAmount: cents(200n) }
    assert.strictEqual(stateOf(refunded, partly, { earlier: partly }), "failed")
    assert.strictEqual(stateOf(reversed, givenBack, { earlier: givenBack }), "failed")
    // what it says is done
    assert.strictEqual(stateOf(refunded, takenBack, { earlier: takenBack }), "done")
    assert.strictEqual(stateOf(purchased, credited, { earlier: credited }), "done")
    assert.strictEqual(stateOf(purchased, { ...credited, creditStatus: "nothing", userId: houseUserId }), "done")
  })

  it("is told apart by its name, where the store names refunds", () => {
    const [first, second] = [{ ...refunded, refundId: "re_1" }, { ...refunded, refundId: "re_2" }] as const
    const takenOnce = { ...takenBack, refundAmount: cents(200n), refundId: "re_1" }
    assert.strictEqual(stateOf(first, takenOnce, { earlier: takenOnce }), "done")
    assert.strictEqual(stateOf(second, takenOnce, { earlier: takenOnce }), "failed")
    const madeGood = { ...givenBack, refundId: "re_1" }
    assert.strictEqual(stateOf(first, madeGood, { earlier: madeGood }), "done")
    assert.strictEqual(stateOf({ ...reversed, refundId: "re_1" }, madeGood, { earlier: madeGood }), "done")
    // a dispute that is lost after it was won
    assert.strictEqual(stateOf({ ...first, isFinal: true }, madeGood, { earlier: madeGood }), "failed")
    // what was taken for one refund is not given back for another
    assert.strictEqual(stateOf({ ...reversed, refundId: "re_2" }, takenOnce, { earlier: takenOnce }), "failed")
    assert.deepStrictEqual(applyEvent(takenOnce, { ...reversed, refundId: "re_2" }), takenOnce)
    assert.isTrue(applyEvent(takenOnce, { ...reversed, refundId: "re_1" }).refundReversed)
  })

  it("waits where what it is about may still come", () => {
    assert.strictEqual(stateOf(refunded, { ...emptyFunding(reference), refunded: true }), "waiting")
    assert.strictEqual(stateOf(reversed, { ...credited, refundReversed: true }), "waiting")
    assert.strictEqual(stateOf(purchased, emptyFunding(reference), { openReason: "it is of 3 pieces" }), "waiting")
    assert.strictEqual(stateOf(reversed, emptyFunding(reference), { openReason: "it is of 3 pieces" }), "waiting")
  })

  it("is done where it is the other half of what was told before", () => {
    assert.strictEqual(
      stateOf(refunded, { ...credited, refunded: true, refundReversed: true }, {
        earlier: { ...credited, refundReversed: true }
      }),
      "done"
    )
    const waiting: Funding = { ...credited, creditStatus: "nothing", userId: null, refunded: true }
    assert.strictEqual(stateOf(refunded, waiting, { earlier: { ...waiting, refunded: false } }), "done")
  })
})
