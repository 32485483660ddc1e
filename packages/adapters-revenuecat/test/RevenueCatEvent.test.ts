import type { FundingEvent } from "@ddd/core/money/Funding"
import { cents } from "@ddd/core/money/Money"
import type { FundingNotice } from "@ddd/core/ports/FundingSource"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { read, type RevenueCatEvent } from "../src/RevenueCatEvent.ts"
import { body, player, purchase, refund } from "./support/purchase.ts"
import { hasSamples, needsSamples, sample, sampleNames } from "./support/samples.ts"

const catalog = new Map([["funds_5", cents(500n)], ["2100_tokens", cents(2_100n)]])
const noticeOf = (event: unknown): FundingNotice => read(catalog)(body(event))
const tagOf = (event: unknown) => noticeOf(event)._tag
const without = (event: RevenueCatEvent, field: string): RevenueCatEvent =>
  Object.fromEntries(Object.entries(event).filter(([name]) => name !== field))

describe("an event of RevenueCat", () => {
  const names = [
    player,
    "$RCAnonymousID:87c6049c58069238dce29853916d624c",
    "$RCAnonymousID:8069238d6049ce87cc529853916d624c"
  ]

  it("of a purchase credits what our catalogue says, to whoever it names", () => {
    assert.deepStrictEqual(noticeOf(purchase), {
      _tag: "Event",
      event: {
        _tag: "Purchased",
        reference: "app_store:2000000123",
        amount: cents(500n),
        buyer: { _tag: "Named", appUserId: player, names },
        price: cents(499n),
        currency: "USD"
      },
      names
    })
  })

  /** Why a person has to decide about a purchase; undefined where nobody has to. */
  const doubtOf = (changed: RevenueCatEvent): string | undefined => {
    const notice = noticeOf({ ...purchase, ...changed })
    if (notice._tag !== "Event" || notice.event._tag !== "Purchased") throw new Error(notice._tag)
    assert.strictEqual(notice.event.amount, 500n)
    return notice.event.doubt
  }

  it("of a purchase that is not of one piece, in dollars, at a price that can be, is for a person to decide", () => {
    for (const quantity of [0, 2, 1.5, -1, "1", "many", [1]]) {
      assert.match(doubtOf({ quantity }) ?? "", /^it is a purchase of .* pieces, not of one$/)
    }
    for (const currency of ["CAD", "usd", "", 7, {}]) {
      assert.match(doubtOf({ currency }) ?? "", /^it was paid in .*, not in US dollars$/)
    }
    for (const price of [0, -4.99, 2.49, 7.51, 14.97, 1e300]) {
      assert.match(doubtOf({ price }) ?? "", /^its price is .*, which a product that credits 5\.00 cannot have$/)
    }
    assert.strictEqual(doubtOf({ price: "4.99" }), "its price is 4.99, which is no number")
    for (
      const known of [{}, { quantity: 1 }, { quantity: null }, { currency: null }, { price: null }, { price: 2.5 }, {
        price: 7.5
      }]
    ) {
      assert.isUndefined(doubtOf(known))
    }
  })

  it("always is a purchase of what our catalogue says, whatever price it speaks of", () =>
    fc.assert(fc.property(fc.oneof(fc.double(), fc.constant(null), fc.string()), fc.string(), (price, currency) => {
      const doubt = doubtOf({ price, currency, price_in_purchased_currency: price })
      assert.isTrue(doubt === undefined || (doubt.isWellFormed() && doubt.length < 200))
    })))

  it("names a player in lower case, and whoever is no player as they are", () => {
    const notice = noticeOf({
      ...purchase,
      app_user_id: player.toUpperCase(),
      original_app_user_id: "User_1",
      aliases: null
    })
    assert.deepNestedPropertyVal(notice, "event.buyer", {
      _tag: "Named",
      appUserId: player,
      names: [player, "User_1"]
    })
  })

  it("leaves out names that no text may hold, and is of no use where none is left", () => {
    const odd = ["", "a\0b", "line\nbreak", "\ud800", "x".repeat(256), 1, null, ["nested"], {}]
    const notice = noticeOf({ ...purchase, app_user_id: "a\0b", original_app_user_id: 7, aliases: [...odd, player] })
    assert.deepNestedPropertyVal(notice, "event.buyer", { _tag: "Named", names: [player] })
    assert.deepStrictEqual(noticeOf({ ...purchase, app_user_id: null, original_app_user_id: null, aliases: odd }), {
      _tag: "Unusable",
      why: "app_store:2000000123: the purchase names no buyer"
    })
  })

  it("of a product that the catalogue has not asks for it to be added", () => {
    assert.deepStrictEqual(noticeOf({ ...purchase, product_id: "funds_7" }), {
      _tag: "Unusable",
      why: "app_store:2000000123: PRODUCT_CATALOG has no product funds_7; add it, then replay the event"
    })
    for (const product_id of ["__proto__", "constructor", "toString", "", 5, null, ["funds_5"]]) {
      assert.strictEqual(tagOf({ ...purchase, product_id }), "Unusable")
    }
  })

  it("#21 counts where it was paid: in production, in a store that takes money, not shared", () => {
    for (const event of [purchase, refund, { ...purchase, type: "REFUND_REVERSED" }]) {
      assert.strictEqual(tagOf(event), "Event")
      assert.strictEqual(tagOf({ ...event, environment: "SANDBOX" }), "Ignored")
      for (const store of ["PROMOTIONAL", "TEST_STORE"]) {
        assert.strictEqual(tagOf({ ...event, store }), "Ignored", store)
      }
      // of these nobody knows whether money was paid: a person looks
      for (const environment of ["production", "PRODUCTION ", "STAGING", ""]) {
        assert.strictEqual(tagOf({ ...event, environment }), "Unusable", environment)
      }
      for (const store of ["UNKNOWN_STORE", "A_NEW_STORE", "app_store", ""]) {
        assert.strictEqual(tagOf({ ...event, store }), "Unusable", store)
      }
      assert.strictEqual(tagOf({ ...event, is_family_share: true }), "Ignored")
      for (const field of ["environment", "store", "transaction_id"]) {
        assert.strictEqual(tagOf(without(event, field)), "Unusable", field)
      }
    }
  })

  it("needs a transaction that can be kept under its name", () => {
    for (const transaction_id of ["", " ", "a b", "a\0", "é", "x".repeat(91), 2000000123, null, {}, ["1"]]) {
      assert.strictEqual(tagOf({ ...purchase, transaction_id }), "Unusable", JSON.stringify(transaction_id))
    }
    assert.strictEqual(tagOf({ ...purchase, transaction_id: "x".repeat(90) }), "Event")
  })

  const told = (event: FundingEvent): FundingNotice => ({ _tag: "Event", event, names })
  const refunded: FundingEvent = { _tag: "Refunded", reference: "app_store:2000000123" }

  it("of a cancellation is a refund by customer support at a price below zero or unknown, and nothing else", () => {
    assert.deepStrictEqual(noticeOf(refund), told({ ...refunded, price: cents(499n), currency: "USD" }))
    const without = { ...refund, price_in_purchased_currency: null }
    assert.deepStrictEqual(noticeOf({ ...without, price: null }), told(refunded))
    assert.deepStrictEqual(noticeOf({ ...without, price: undefined }), told(refunded))
    assert.deepStrictEqual(noticeOf({ ...without, price: null, currency: "dollars" }), told(refunded))
    const least = told({ ...refunded, price: cents(1n), currency: "USD" })
    assert.deepStrictEqual(noticeOf({ ...without, price: -0.001 }), least)
    // what was bought does not matter to its refund
    assert.deepStrictEqual(noticeOf({ ...refund, product_id: "unheard_of" }), noticeOf(refund))
    assert.strictEqual(tagOf({ ...refund, price: 0 }), "Ignored")
    for (const price of [0.01, 4.99, "-4.99"]) assert.strictEqual(tagOf({ ...refund, price }), "Unusable")
    for (const cancel_reason of ["UNSUBSCRIBE", "BILLING_ERROR", "customer_support", null, 1]) {
      assert.strictEqual(tagOf({ ...refund, cancel_reason, price: 0 }), "Names")
      assert.strictEqual(tagOf({ ...refund, cancel_reason }), "Unusable")
    }
  })

  it("of a refund says how much of the price it is, in the currency of the purchase", () => {
    assert.deepStrictEqual(
      noticeOf({ ...refund, price: -1, price_in_purchased_currency: -1.3, currency: "CAD" }),
      told({ ...refunded, price: cents(130n), currency: "CAD" })
    )
    // a price in dollars says nothing of one in another currency
    const inAnother = { ...refund, price: -1, price_in_purchased_currency: null, currency: "CAD" }
    assert.deepStrictEqual(noticeOf(inAnother), told(refunded))
    // nor is one in the currency of the purchase in dollars where that is not told
    const inUntold = { ...refund, price: -1, price_in_purchased_currency: -1.3, currency: null }
    assert.deepStrictEqual(noticeOf(inUntold), told({ ...refunded, price: cents(130n) }))
    assert.deepStrictEqual(
      noticeOf({ ...inAnother, currency: "USD" }),
      told({ ...refunded, price: cents(100n), currency: "USD" })
    )
  })

  it("of a refund that was reversed says so", () => {
    assert.deepStrictEqual(
      noticeOf({ ...refund, type: "REFUND_REVERSED", price: 4.99 }),
      told({ _tag: "RefundReversed", reference: "app_store:2000000123" })
    )
  })

  it("of a transfer unites nobody", () => {
    const transfer = {
      type: "TRANSFER",
      environment: "PRODUCTION",
      transferred_from: ["$RCAnonymousID:1", "old"],
      transferred_to: [player.toUpperCase(), "old"]
    }
    assert.strictEqual(tagOf(transfer), "Ignored")
  })

  it("of whatever else tells which names are one buyer's, in production alone", () => {
    for (const type of ["SUBSCRIBER_ALIAS", "EXPIRATION", "A_NEW_TYPE"]) {
      const alias = { type, environment: "PRODUCTION", app_user_id: player, aliases: ["$RCAnonymousID:1"] }
      assert.deepStrictEqual(noticeOf(alias), { _tag: "Names", names: [player, "$RCAnonymousID:1"] })
      assert.strictEqual(tagOf({ ...alias, environment: "SANDBOX" }), "Ignored")
      assert.strictEqual(tagOf(without(alias, "environment")), "Ignored")
      assert.strictEqual(tagOf({ ...alias, aliases: [player] }), "Ignored")
    }
  })

  it("of another type is for a person where money moved, and never where none did", () => {
    for (const type of ["INITIAL_PURCHASE", "RENEWAL", "A_NEW_TYPE"]) {
      assert.strictEqual(tagOf({ ...purchase, type }), "Unusable")
      assert.strictEqual(tagOf({ ...purchase, type, price: -4.99 }), "Unusable")
      assert.strictEqual(tagOf({ ...purchase, type, store: undefined }), "Unusable")
      assert.strictEqual(tagOf({ ...purchase, type, price: 0 }), "Names")
      assert.strictEqual(tagOf({ ...purchase, type, environment: "SANDBOX" }), "Ignored")
      assert.strictEqual(tagOf({ ...purchase, type, store: "PROMOTIONAL" }), "Names")
    }
  })

  it("of any other type, without names, is of no interest, and its name is told in one short line", () => {
    const known = new Set(["NON_RENEWING_PURCHASE", "CANCELLATION", "REFUND_REVERSED", "TRANSFER"])
    const nameless = { environment: "PRODUCTION" }
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.constantFrom("TEST", "RENEWAL")),
        (type) => {
          fc.pre(!known.has(type))
          const notice = noticeOf({ ...nameless, type })
          if (notice._tag !== "Ignored") throw new Error(notice._tag)
          assert.isTrue(notice.why.isWellFormed())
          assert.notMatch(notice.why, /\p{Cc}/u)
          assert.isBelow(notice.why.length, 600)
        }
      )
    )
  })

  it("may have fields that nobody knew of", () => {
    assert.deepStrictEqual(noticeOf({ ...purchase, a_new_field: { deep: [1] } }), noticeOf(purchase))
  })

  it("never throws, whatever its body is", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.record({
        event: fc.dictionary(fc.constantFrom(...Object.keys(purchase), "__proto__", "cancel_reason"), fc.jsonValue())
      }).map((envelope) => JSON.stringify(envelope)),
      // one field of a good event is something else
      fc.tuple(fc.constantFrom(...Object.keys(purchase)), fc.jsonValue(), fc.constantFrom(purchase, refund))
        .map(([field, value, event]) => body({ ...event, [field]: value }))
    )
    fc.assert(
      fc.property(anything, (text) => {
        assert.include(["Event", "Names", "Ignored", "Unusable"], read(catalog)(text)._tag)
      }),
      { numRuns: 1_000 }
    )
  })

  it("is of no use where the body holds none", () => {
    const bodies = [
      "",
      "null",
      "[]",
      "{}",
      "{\"event\":null}",
      "{\"event\":[]}",
      "{\"event\":\"x\"}",
      "{\"event\":{}}",
      "[".repeat(60_000),
      `{"event":${"{\"event\":".repeat(5_000)}`
    ]
    for (const text of bodies) assert.strictEqual(read(catalog)(text)._tag, "Unusable", text.slice(0, 40))
  })

  it("with one member twice is read in one way", () => {
    const text = body(purchase).replace("\"environment\":\"PRODUCTION\"", "$&,\"environment\":\"SANDBOX\"")
    assert.include(text, "\"PRODUCTION\",\"environment\"")
    assert.strictEqual(read(catalog)(text)._tag, "Ignored")
  })
})

/** What each of RevenueCat's samples comes to: the beginning of what is said where nothing is done. */
const expected: Readonly<Record<string, string>> = {
  billing_issue: "Ignored: BILLING_ISSUE: events of this kind",
  cancellation_unsubscribe: "Names",
  common_fields_example: "Unusable: INITIAL_PURCHASE: money moved (2.49)",
  experiment_enrollment: "Ignored: EXPERIMENT_ENROLLMENT: events of this kind",
  expiration: "Names",
  initial_purchase: "Unusable: INITIAL_PURCHASE: money moved (4.99)",
  invoice_issuance: "Names",
  non_renewing_purchase: "Purchased app_store:123456789012345: 2100, it was paid in CAD, not in US dollars",
  product_change: "Ignored: PRODUCT_CHANGE: events of this kind",
  real_initial_purchase_play_sandbox: "Ignored: INITIAL_PURCHASE: events of this kind",
  refund_cancellation_customer_support: "Refunded app_store:100000000000000: 999",
  refund_reversed: "RefundReversed app_store:123456789012345",
  renewal: "Unusable: RENEWAL: money moved (8.14)",
  subscription_extended: "Names",
  subscription_paused: "Names",
  synthetic_consumable_refund: "Refunded app_store:123456789012345: 3299",
  synthetic_test: "Ignored: TEST: events of this kind",
  temporary_entitlement_grant: "Ignored: TEMPORARY_ENTITLEMENT_GRANT: events of this kind",
  transfer: "Ignored: a transfer says nothing",
  trial_cancelled: "Names",
  trial_started: "Names",
  uncancellation: "Names",
  virtual_currency_transaction: "Ignored: VIRTUAL_CURRENCY_TRANSACTION: events of this kind"
}

const inShort = (notice: FundingNotice): string => {
  if (notice._tag === "Names") return notice._tag
  if (notice._tag !== "Event") return `${notice._tag}: ${notice.why}`
  const { event } = notice
  switch (event._tag) {
    case "Purchased":
      return `${event._tag} ${event.reference}: ${event.amount}, ${event.doubt}`
    case "Refunded":
      return `${event._tag} ${event.reference}: ${event.price}`
    case "RefundReversed":
      return `${event._tag} ${event.reference}`
  }
}

describe.skipIf(!hasSamples)("RevenueCat's own samples", needsSamples, () => {
  it("are all known here", () => {
    assert.sameMembers([...sampleNames()], Object.keys(expected))
  })

  for (const [name, notice] of Object.entries(expected)) {
    it(`come to what they should: ${name}`, () => {
      const found = inShort(read(catalog)(sample(name)))
      assert.isTrue(found.startsWith(notice), found)
    })
  }
})
