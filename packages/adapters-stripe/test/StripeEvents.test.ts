/** Which requests are Stripe's, and what they are about. */
import { type Instant, instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { Stripe } from "stripe"
import { authenticate, read } from "../src/StripeEvents.ts"

const at = instant(Date.UTC(2026, 1, 3, 12))
const withdrawal = "018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2b"
const secrets = [Redacted.make("whsec_new"), Redacted.make("whsec_old")]

const event = (type: string, object: object, more: object = {}): string =>
  JSON.stringify({ id: "evt_1", object: "event", type, livemode: false, data: { object }, ...more })

const thin = (type: string, related: string, more: object = {}): string =>
  JSON.stringify({
    id: "evt_2",
    object: "v2.core.event",
    type,
    livemode: false,
    created: "2026-02-03T12:00:00.000Z",
    related_object: { id: related, type: "v2.core.account", url: `/v2/core/accounts/${related}` },
    ...more
  })

const transfer = {
  id: "tr_1",
  object: "transfer",
  amount: 2_500,
  amount_reversed: 0,
  currency: "usd",
  destination: "acct_1",
  metadata: { withdrawal },
  transfer_group: `ddd_${withdrawal}`
}
const payout = {
  id: "po_1",
  object: "payout",
  amount: 2_500,
  currency: "usd",
  metadata: { withdrawal },
  status: "paid"
}

const signed = (body: string, secret: string, signedAt: Instant = at) => ({
  headers: {
    "stripe-signature": Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: signedAt / 1_000 })
  },
  body: new TextEncoder().encode(body)
})

const why = (body: string, isLive = false): string => {
  const notice = read(body, isLive)
  if (notice._tag !== "Ignored") assert.fail(JSON.stringify(notice))
  return notice.why
}

describe("StripeEvents.authenticate", () => {
  const body = event("transfer.created", transfer)

  it("knows Stripe by any of its secrets", () => {
    for (const secret of ["whsec_new", "whsec_old"]) {
      assert.deepStrictEqual(authenticate(signed(body, secret), secrets, at), {
        _tag: "Genuine",
        eventId: "evt_1",
        type: "transfer.created"
      })
    }
    assert.strictEqual(authenticate(signed(body, "whsec_other"), secrets, at)._tag, "Forged")
  })

  it("knows thin events too", () => {
    assert.deepStrictEqual(authenticate(signed(thin("v2.core.account.updated", "acct_1"), "whsec_new"), secrets, at), {
      _tag: "Genuine",
      eventId: "evt_2",
      type: "v2.core.account.updated"
    })
  })

  it("takes a signature for five minutes by the clock that it is given", () => {
    const request = signed(body, "whsec_old")
    assert.strictEqual(authenticate(request, secrets, instant(at + 300_000))._tag, "Genuine")
    assert.deepStrictEqual(authenticate(request, secrets, instant(at + 301_000)), {
      _tag: "Forged",
      why: "Timestamp outside the tolerance zone"
    })
  })

  it("refuses a body that was changed by a byte, and one without a signature", () => {
    const { headers } = signed(body, "whsec_new")
    const changed = new TextEncoder().encode(body.replace("2500", "2501"))
    assert.strictEqual(authenticate({ headers, body: changed }, secrets, at)._tag, "Forged")
    assert.strictEqual(authenticate({ headers: {}, body: changed }, secrets, at)._tag, "Forged")
    assert.strictEqual(authenticate({ headers, body: new Uint8Array() }, secrets, at)._tag, "Forged")
  })

  it("refuses what is signed but is no event", () => {
    for (const body of ["[]", "not json", JSON.stringify({ id: "evt_1" }), JSON.stringify({ id: "", type: "a" })]) {
      assert.strictEqual(authenticate(signed(body, "whsec_new"), secrets, at)._tag, "Forged")
    }
  })

  it("says where there is no secret to know Stripe by", () => {
    assert.deepStrictEqual(authenticate(signed(body, "whsec_new"), [], at), { _tag: "NotConfigured" })
  })
})

describe("StripeEvents.read", () => {
  it("reads transfers, whatever of them changed", () => {
    for (
      const [type, reversed] of [["transfer.created", 0n], ["transfer.updated", 0n], [
        "transfer.reversed",
        2_500n
      ]] as const
    ) {
      assert.deepStrictEqual<object>(read(event(type, { ...transfer, amount_reversed: Number(reversed) }), false), {
        _tag: "Withdrawal",
        withdrawalId: withdrawal,
        report: { _tag: "TransferSeen", objectId: "tr_1", account: "acct_1", amount: 2_500n, reversed }
      })
    }
  })

  it("reads a transfer's withdrawal from its group where the metadata are gone", () => {
    const notice = read(event("transfer.created", { ...transfer, metadata: {} }), false)
    assert.strictEqual(notice._tag === "Withdrawal" ? notice.withdrawalId : notice._tag, withdrawal)
  })

  it("reads payouts in every state", () => {
    const states = [
      ["payout.created", "pending"],
      ["payout.updated", "in_transit"],
      ["payout.paid", "paid"],
      ["payout.failed", "failed"],
      ["payout.canceled", "canceled"]
    ] as const
    for (const [type, status] of states) {
      assert.deepStrictEqual<object>(read(event(type, { ...payout, status }, { account: "acct_1" }), false), {
        _tag: "Withdrawal",
        withdrawalId: withdrawal,
        report: { _tag: "PayoutSeen", objectId: "po_1", account: "acct_1", amount: 2_500n, status }
      })
    }
  })

  it("holds what bears a withdrawal's name in another currency", () => {
    const notice = read(event("transfer.created", { ...transfer, currency: "eur" }), false)
    assert.strictEqual(notice._tag === "Withdrawal" ? notice.report._tag : notice._tag, "Ambiguous")
  })

  it("reads which account changed", () => {
    const account = { _tag: "Account", account: "acct_1" }
    assert.deepStrictEqual<object>(read(event("account.updated", { id: "acct_1", object: "account" }), false), account)
    assert.deepStrictEqual<object>(
      read(event("capability.updated", { id: "transfers", object: "capability", account: "acct_1" }), false),
      account
    )
    const type = "v2.core.account[configuration.recipient].capability_status_updated"
    assert.deepStrictEqual<object>(read(thin(type, "acct_1"), false), account)
    assert.deepStrictEqual<object>(
      read(thin("v2.core.account_person.updated", "person_1", { data: { account_id: "acct_1" } }), false),
      account
    )
  })

  it("reads that an account's owner has left us from the event, whose object is our application", () => {
    const left = event("account.application.deauthorized", { id: "ca_1", object: "application" }, { account: "acct_1" })
    assert.deepStrictEqual<object>(read(left, false), { _tag: "Account", account: "acct_1" })
  })

  it("says which account a payout is of, or that it is none that is connected", () => {
    for (const [envelope, account] of [[{ account: "acct_2" }, "acct_2"], [{}, null]] as const) {
      const notice = read(event("payout.paid", { ...payout, status: "paid" }, envelope), false)
      assert.deepInclude(notice._tag === "Withdrawal" ? notice.report : notice, { _tag: "PayoutSeen", account })
    }
  })

  it("ignores what is no withdrawal's, and what it does not know", () => {
    assert.include(why(event("transfer.created", { ...transfer, metadata: {}, transfer_group: null })), "tr_1")
    assert.include(why(event("payout.paid", { ...payout, metadata: { withdrawal: "mine" } })), "po_1")
    assert.include(why(event("payout.paid", { ...payout, status: "on a ship" })), "cannot be read")
    assert.include(why(event("transfer.created", { ...transfer, amount: 0.5 })), "cannot be read")
    assert.include(why(event("charge.succeeded", {})), "charge.succeeded")
    assert.include(why("[]"), "no event")
  })

  it("ignores events of the other mode, saying so", () => {
    assert.include(why(event("transfer.created", transfer, { livemode: true })), "live mode")
    assert.include(why(event("transfer.created", transfer), true), "test mode")
    assert.strictEqual(read(event("transfer.created", transfer, { livemode: true }), true)._tag, "Withdrawal")
  })
})

describe("a text that the database cannot hold", () => {
  it("is nobody's name, and said of nothing, wherever Stripe would write it", () => {
    const bodies = [
      event("transfer.created", transfer),
      event("payout.paid", { ...payout, currency: "eur" }),
      event("account.updated", { id: "acct_1" }),
      event("capability.updated", { account: "acct_1" }),
      thin("v2.core.account.updated", "acct_1")
    ]
    const spoils = ["\\u0000", "\\ud800", "\\n", "x".repeat(300)]
    for (const body of bodies) {
      for (const { 0: found, index } of body.matchAll(/"[a-z_0-9.-]+"(?=[,}])/g)) {
        for (const spoil of spoils) {
          const end = index + found.length - 1
          const spoiled = `${body.slice(0, end)}${spoil}${body.slice(end)}`
          assert.doesNotThrow((): unknown => JSON.parse(spoiled))
          const notice = JSON.stringify(
            read(spoiled, false),
            (_, value: unknown) => typeof value === "bigint" ? `${value}` : value
          )
          assert.notMatch(notice, /\\u0000|\\ud800|\\n|x{256}/, spoiled)
          const verdict = authenticate(signed(spoiled, "whsec_new"), secrets, at)
          assert.notMatch(JSON.stringify(verdict), /\\u0000|\\ud800|\\n|x{256}/, spoiled)
        }
      }
    }
  })

  it("is no reason to fail where it is no text at all", () => {
    for (const odd of [{ toString: 1 }, [], null, 7, true]) {
      for (const field of Object.keys(transfer)) read(event("transfer.created", { ...transfer, [field]: odd }), false)
      for (const field of Object.keys(payout)) read(event("payout.paid", { ...payout, [field]: odd }), false)
    }
  })
})
