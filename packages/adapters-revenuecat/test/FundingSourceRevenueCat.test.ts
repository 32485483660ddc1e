import { FundingSource } from "@ddd/core/ports/FundingSource"
import { Now } from "@ddd/core/ports/Now"
import type { WebhookRequest, WebhookVerdict } from "@ddd/core/ports/WebhookInbox"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as fc from "fast-check"
import { createHmac, hash } from "node:crypto"
import { layer } from "../src/FundingSourceRevenueCat.ts"
import { body, purchase } from "./support/purchase.ts"
import { hasSamples, needsSamples, signatureVector } from "./support/samples.ts"

const authorization = "Bearer the shop's own secret"
const signingSecret = "whsec_of_tests"
const nowSeconds = 1_790_800_914

/** While one replaces the other. */
const authorizations = [authorization, "another, which is to come"]

interface Shop {
  readonly authorizations?: ReadonlyArray<string>
  readonly signingSecret?: string | undefined
  /** The clock, in Unix seconds. */
  readonly at?: number
}

const redacted = (text: string | undefined) => text === undefined ? undefined : Redacted.make(text)

const authenticate = (request: WebhookRequest, shop: Shop = { authorizations, signingSecret }): WebhookVerdict => {
  const now = Layer.succeed(Now)(Now.of({ now: Effect.succeed(instant((shop.at ?? nowSeconds) * 1_000)) }))
  const source = layer({
    authorizations: (shop.authorizations ?? []).map((each) => Redacted.make(each)),
    signingSecret: redacted(shop.signingSecret),
    catalog: new Map()
  })
  return Effect.runSync(
    Effect.flatMap(FundingSource, ({ authenticate }) => authenticate(request)).pipe(
      Effect.provide(Layer.provide(source, now))
    )
  )
}

const sign = (bytes: Uint8Array, seconds = nowSeconds, secret = signingSecret): string =>
  createHmac("sha256", secret).update(`${seconds}.`).update(bytes).digest("hex")

const bytesOf = (text: string): Uint8Array => Buffer.from(text)

/** A request as the shop sends it. */
const genuine = (
  text = body(purchase),
  signature = `t=${nowSeconds},v1=${sign(bytesOf(text))}`
): WebhookRequest => ({
  headers: { "content-type": "application/json", authorization, "x-revenuecat-webhook-signature": signature },
  body: bytesOf(text)
})

const tagOf = (request: WebhookRequest, shop?: Shop) => authenticate(request, shop)._tag

describe("a request to the webhook of RevenueCat", () => {
  it("is genuine with authorization and signature, and names its event", () => {
    assert.deepStrictEqual(authenticate(genuine()), {
      _tag: "Genuine",
      eventId: "11111111-2222-3333-4444-555555555555",
      type: "NON_RENEWING_PURCHASE"
    })
  })

  it("is believed by nobody without an authorization to compare with", () => {
    assert.strictEqual(tagOf(genuine(), {}), "NotConfigured")
    assert.strictEqual(tagOf(genuine(), { signingSecret }), "NotConfigured")
  })

  it("needs no signature where no secret is set", () => {
    const { body, headers } = genuine()
    const unsigned = { headers: { authorization: headers["authorization"] }, body }
    assert.strictEqual(tagOf(unsigned, { authorizations }), "Genuine")
    assert.strictEqual(tagOf(unsigned), "Forged")
  })

  it("#21 is forged with any other authorization, or none", () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(`${authorization} `, authorization.slice(7), "")), (other) => {
        fc.pre(other !== authorization)
        const { body, headers } = genuine()
        for (const shop of [{ authorizations }, { authorizations, signingSecret }]) {
          assert.strictEqual(tagOf({ headers: { ...headers, authorization: other }, body }, shop), "Forged")
          assert.strictEqual(tagOf({ headers: { ...headers, authorization: undefined }, body }, shop), "Forged")
        }
      })
    ))

  it("is forged when a byte of its body is another", () =>
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (
      bytes,
      at,
      flip
    ) => {
      const headers = { authorization, "x-revenuecat-webhook-signature": `t=${nowSeconds},v1=${sign(bytes)}` }
      assert.strictEqual(tagOf({ headers, body: bytes }), "Genuine")
      const altered = Uint8Array.from(bytes)
      altered[at % bytes.length] = (altered[at % bytes.length] ?? 0) ^ flip
      assert.strictEqual(tagOf({ headers, body: altered }), "Forged")
      assert.strictEqual(tagOf({ headers, body: bytes.subarray(1) }), "Forged")
    })))

  it("is forged when a character of its signature is another, or missing", () => {
    const signature = `t=${nowSeconds},v1=${sign(genuine().body)}`
    fc.assert(fc.property(fc.nat(signature.length - 1), fc.string({ maxLength: 1 }), (at, character) => {
      fc.pre(character !== signature[at])
      const altered = signature.slice(0, at) + character + signature.slice(at + 1)
      assert.strictEqual(tagOf(genuine(undefined, altered)), "Forged", altered)
    }))
  })

  it("is forged with a signature of another form", () => {
    const hex = sign(genuine().body)
    const forms = [
      "",
      hex,
      `v1=${hex}`,
      `t=${nowSeconds}`,
      `t=${nowSeconds},v1=`,
      `v1=${hex},t=${nowSeconds}`,
      `t=${nowSeconds},v0=${hex}`,
      `t=${nowSeconds},v1=${hex.toUpperCase()}`,
      `t=${nowSeconds},v1=${hex}00`,
      `t=${nowSeconds},t=${nowSeconds},v1=${hex}`,
      `t=${nowSeconds}.0,v1=${hex}`,
      `t=0x6abd3d12,v1=${hex}`,
      ` t=${nowSeconds},v1=${hex}\n`
    ]
    for (const form of forms) assert.strictEqual(tagOf(genuine(undefined, form)), "Forged", form)
  })

  it("is taken for five minutes either way, by our clock", () => {
    for (
      const [age, verdict] of [[0, "Genuine"], [300, "Genuine"], [-300, "Genuine"], [301, "Forged"], [
        -301,
        "Forged"
      ]] as const
    ) {
      assert.strictEqual(tagOf(genuine(), { authorizations, signingSecret, at: nowSeconds + age }), verdict, `${age} s`)
    }
  })

  it("is taken with a signature by either secret while one replaces the other", () => {
    const text = body(purchase)
    const [ours, other] = [sign(bytesOf(text)), sign(bytesOf(text), nowSeconds, "the other secret")]
    for (const signatures of [`v1=${ours},v1=${other}`, `v1=${other},v1=${ours}`]) {
      assert.strictEqual(tagOf(genuine(text, `t=${nowSeconds},${signatures}`)), "Genuine")
    }
    assert.strictEqual(tagOf(genuine(text, `t=${nowSeconds},v1=${other}`)), "Forged")
  })

  it("is named by its bytes where it names no event itself, the same each time", () => {
    const odd: ReadonlyArray<Uint8Array> = [
      ...[
        "",
        "{",
        "{}",
        body({ id: "", type: "TEST" }),
        body({ id: "x".repeat(256), type: "TEST" }),
        body({ id: "a\nb", type: "TEST" }),
        body({ id: 1, type: "TEST" }),
        body({ id: "x" }),
        body({ id: "x", type: "T".repeat(101) })
      ].map(bytesOf),
      Uint8Array.of(0xff, 0xfe, 0x7b)
    ]
    for (const bytes of odd) {
      const request = { headers: { authorization }, body: bytes }
      assert.deepStrictEqual(authenticate(request, { authorizations }), {
        _tag: "Genuine",
        eventId: hash("sha256", bytes, "hex"),
        type: "unreadable"
      })
    }
  })

  it("never makes the judge throw, whatever it is", () =>
    fc.assert(fc.property(
      fc.uint8Array(),
      fc.dictionary(fc.constantFrom("authorization", "x-revenuecat-webhook-signature", "other"), fc.string()),
      (body, headers) => {
        assert.strictEqual(tagOf({ headers, body }), "Forged")
      }
    )))
})

describe.skipIf(!hasSamples)("the vector of RevenueCat's signature", needsSamples, () => {
  it("is judged genuine, and forged once a byte is another", () => {
    const { header, raw_body, secret } = signatureVector()
    const signature = header.replace(/^X-RevenueCat-Webhook-Signature: /, "")
    const shop = { authorizations, signingSecret: secret }
    assert.strictEqual(tagOf(genuine(raw_body, signature), shop), "Genuine")
    assert.strictEqual(tagOf(genuine(`${raw_body} `, signature), shop), "Forged")
  })
})
