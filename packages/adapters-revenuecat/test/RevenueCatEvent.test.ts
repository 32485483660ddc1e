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
  it("of a purchase credits what our catalogue says, to whoever it names", () => {
    assert.deepStrictEqual(noticeOf(purchase), {
      _tag: "Event",
      event: {
        _tag: "Purchased",
        reference: "app_store:2000000123",
        amount: cents(500n),
        buyer: {
          _tag: "Named",
          names: [
            player,
            "$RCAnonymousID:87c6049c58069238dce29853916d624c",
            "$RCAnonymousID:8069238d6049ce87cc529853916d624c"
          ]
        }
      }
    })
  })

  it("credits the same, whatever price it speaks of", () =>
    fc.assert(fc.property(fc.oneof(fc.double(), fc.constant(null), fc.string()), fc.string(), (price, currency) => {
      assert.deepStrictEqual(
        noticeOf({ ...purchase, price, currency, price_in_purchased_currency: price }),
        noticeOf(purchase)
      )
    })))

  it("names a player in lower case, and whoever is no player as they are", () => {
    const notice = noticeOf({
      ...purchase,
      app_user_id: player.toUpperCase(),
      original_app_user_id: "User_1",
      aliases: null
    })
    assert.deepNestedPropertyVal(notice, "event.buyer", { _tag: "Named", names: [player, "User_1"] })
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
      for (const environment of ["SANDBOX", "production", "PRODUCTION ", "STAGING", ""]) {
        assert.strictEqual(tagOf({ ...event, environment }), "Ignored", environment)
      }
      for (const store of ["PROMOTIONAL", "TEST_STORE", "UNKNOWN_STORE", "A_NEW_STORE", "app_store", ""]) {
        assert.strictEqual(tagOf({ ...event, store }), "Ignored", store)
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

  it("of a cancellation is a refund by customer support at a price below zero or unknown, and nothing else", () => {
    const refunded: FundingNotice = {
      _tag: "Event",
      event: { _tag: "Refunded", reference: "app_store:2000000123" }
    }
    assert.deepStrictEqual(noticeOf(refund), refunded)
    assert.deepStrictEqual(noticeOf({ ...refund, price: null }), refunded)
    assert.deepStrictEqual(noticeOf(without(refund, "price")), refunded)
    // what was bought does not matter to its refund
    assert.deepStrictEqual(noticeOf({ ...refund, product_id: "unheard_of" }), refunded)
    for (const price of [0, 0.01, 4.99]) assert.strictEqual(tagOf({ ...refund, price }), "Ignored")
    assert.strictEqual(tagOf({ ...refund, price: "-4.99" }), "Unusable")
    for (const cancel_reason of ["UNSUBSCRIBE", "BILLING_ERROR", "customer_support", null, 1]) {
      assert.strictEqual(tagOf({ ...refund, cancel_reason }), "Ignored")
    }
  })

  it("of a refund that was reversed says so", () => {
    assert.deepStrictEqual(noticeOf({ ...refund, type: "REFUND_REVERSED", price: 4.321 }), {
      _tag: "Event",
      event: { _tag: "RefundReversed", reference: "app_store:2000000123" }
    })
  })

  it("of names tells which are one buyer's, in production alone", () => {
    const transfer = {
      type: "TRANSFER",
      environment: "PRODUCTION",
      transferred_from: ["$RCAnonymousID:1", "old"],
      transferred_to: [player.toUpperCase(), "old"]
    }
    assert.deepStrictEqual(noticeOf(transfer), { _tag: "Names", names: ["$RCAnonymousID:1", "old", player] })
    const alias = {
      type: "SUBSCRIBER_ALIAS",
      environment: "PRODUCTION",
      app_user_id: player,
      aliases: ["$RCAnonymousID:1"]
    }
    assert.deepStrictEqual(noticeOf(alias), { _tag: "Names", names: [player, "$RCAnonymousID:1"] })
    for (const event of [transfer, alias]) {
      assert.strictEqual(tagOf({ ...event, environment: "SANDBOX" }), "Ignored")
      assert.strictEqual(tagOf(without(event, "environment")), "Ignored")
    }
    assert.strictEqual(tagOf({ ...alias, aliases: [player] }), "Ignored")
  })

  it("of any other type is of no interest, and its name is told in one short line", () => {
    const known = new Set(["NON_RENEWING_PURCHASE", "CANCELLATION", "REFUND_REVERSED", "TRANSFER", "SUBSCRIBER_ALIAS"])
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.constantFrom("TEST", "RENEWAL")),
        (type) => {
          fc.pre(!known.has(type))
          const notice = noticeOf({ ...purchase, type })
          if (notice._tag !== "Ignored") throw new Error(notice._tag)
          assert.isTrue(notice.why.isWellFormed())
          assert.notMatch(notice.why, /\p{Cc}/u)
          assert.isBelow(notice.why.length, 600)
        }
      )
    )
  })

  it("may have fields that nobody knew of", () => {
    assert.deepStrictEqual(noticeOf({ ...purchase, quantity: 7, a_new_field: { deep: [1] } }), noticeOf(purchase))
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
const expected: Readonly<Record<string, FundingNotice | string>> = {
  billing_issue: "events of the type BILLING_ISSUE",
  cancellation_unsubscribe: "cancelled for UNSUBSCRIBE",
  common_fields_example: "events of the type INITIAL_PURCHASE",
  experiment_enrollment: "events of the type EXPERIMENT_ENROLLMENT",
  expiration: "events of the type EXPIRATION",
  initial_purchase: "events of the type INITIAL_PURCHASE",
  invoice_issuance: "events of the type INVOICE_ISSUANCE",
  non_renewing_purchase: {
    _tag: "Event",
    event: {
      _tag: "Purchased",
      reference: "app_store:123456789012345",
      amount: cents(2_100n),
      buyer: {
        _tag: "Named",
        names: [
          "1234567890",
          "$RCAnonymousID:87c6049c58069238dce29853916d624c",
          "$RCAnonymousID:8069238d6049ce87cc529853916d624c"
        ]
      }
    }
  },
  product_change: "events of the type PRODUCT_CHANGE",
  real_initial_purchase_play_sandbox: "events of the type INITIAL_PURCHASE",
  refund_cancellation_customer_support: {
    _tag: "Event",
    event: { _tag: "Refunded", reference: "app_store:100000000000000" }
  },
  refund_reversed: { _tag: "Event", event: { _tag: "RefundReversed", reference: "app_store:123456789012345" } },
  renewal: "events of the type RENEWAL",
  subscription_extended: "events of the type SUBSCRIPTION_EXTENDED",
  subscription_paused: "events of the type SUBSCRIPTION_PAUSED",
  synthetic_consumable_refund: { _tag: "Event", event: { _tag: "Refunded", reference: "app_store:123456789012345" } },
  synthetic_test: "events of the type TEST",
  temporary_entitlement_grant: "events of the type TEMPORARY_ENTITLEMENT_GRANT",
  transfer: {
    _tag: "Names",
    names: ["00005a1c-6091-4f81-be77-f0a83a271ab6", "4bedb450-8ef2-11e9-b475-0800200c9a66"]
  },
  trial_cancelled: "cancelled for UNSUBSCRIBE",
  trial_started: "events of the type INITIAL_PURCHASE",
  uncancellation: "events of the type UNCANCELLATION",
  virtual_currency_transaction: "events of the type VIRTUAL_CURRENCY_TRANSACTION"
}

describe.skipIf(!hasSamples)("RevenueCat's own samples", needsSamples, () => {
  it("are all known here", () => {
    assert.sameMembers([...sampleNames()], Object.keys(expected))
  })

  for (const [name, notice] of Object.entries(expected)) {
    it(`come to what they should: ${name}`, () => {
      const found = read(catalog)(sample(name))
      if (typeof notice !== "string") return assert.deepStrictEqual(found, notice)
      if (found._tag !== "Ignored") throw new Error(found._tag)
      assert.isTrue(found.why.startsWith(notice), found.why)
    })
  }
})
