import type { IdentityMessage } from "@ddd/core/accounts/IdentityCheck"
import { IdentitySource } from "@ddd/core/ports/IdentitySource"
import { Now } from "@ddd/core/ports/Now"
import type { WebhookRequest, WebhookVerdict } from "@ddd/core/ports/WebhookInbox"
import { userId } from "@ddd/core/values/Ids"
import { instant, parseDay } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as fc from "fast-check"
import { createHmac, hash } from "node:crypto"
import { layer } from "../src/IdentitySourceWebhook.ts"

const secret = "the secret of these tests"
const nowSeconds = 1_790_800_914
const player = "018f2d5e-7a1b-7cc0-9d3a-00000000000a"

const source = (secrets: ReadonlyArray<string>, atSeconds = nowSeconds) => {
  const now = Layer.succeed(Now)(Now.of({ now: Effect.succeed(instant(atSeconds * 1_000)) }))
  return Effect.runSync(
    Effect.provide(IdentitySource, Layer.provide(layer(secrets.map((each) => Redacted.make(each))), now))
  )
}

const present = <A>(value: A | undefined): A => value ?? assert.fail("it must be there")

const message = {
  id: "evt_1",
  userId: player,
  status: "verified",
  occurredAt: "2026-02-03T10:30:00.000Z",
  dateOfBirth: "1990-05-01",
  reference: "chk_1"
}

const sign = (body: Uint8Array, seconds = nowSeconds, by = secret) =>
  createHmac("sha256", by).update(`${seconds}.`).update(body).digest("hex")

const requestOf = (text = JSON.stringify(message), signature?: string): WebhookRequest => {
  const body = Buffer.from(text)
  return { headers: { "x-kyc-signature": signature ?? `t=${nowSeconds},v1=${sign(body)}` }, body }
}

const authenticate = (request: WebhookRequest, secrets = [secret], at?: number): WebhookVerdict =>
  Effect.runSync(source(secrets, at).authenticate(request))

describe("a request of who checks identities", () => {
  it("is genuine by its signature, and named by its message", () => {
    assert.deepStrictEqual(authenticate(requestOf()), { _tag: "Genuine", eventId: "evt_1", type: "verified" })
  })

  it("is believed by nobody without a secret, and by either of two while one replaces the other", () => {
    assert.strictEqual(authenticate(requestOf(), [])._tag, "NotConfigured")
    assert.strictEqual(authenticate(requestOf(), ["another", secret])._tag, "Genuine")
    assert.strictEqual(authenticate(requestOf(), ["another"])._tag, "Forged")
    const { body } = requestOf()
    const both = `t=${nowSeconds},v1=${sign(body, nowSeconds, "another")},v1=${sign(body)}`
    assert.strictEqual(authenticate(requestOf(undefined, both))._tag, "Genuine")
  })

  it("is forged where a byte of it is another, its signature of another form, or older than five minutes", () => {
    const { body } = requestOf()
    fc.assert(fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const altered = Uint8Array.from(body)
      altered[at] = (altered[at] ?? 0) ^ flip
      const signature = `t=${nowSeconds},v1=${sign(body)}`
      assert.strictEqual(authenticate({ headers: { "x-kyc-signature": signature }, body: altered })._tag, "Forged")
    }))
    for (const signature of ["", sign(body), `v1=${sign(body)}`, `t=${nowSeconds + 1},v1=${sign(body)}`]) {
      assert.strictEqual(authenticate(requestOf(undefined, signature))._tag, "Forged")
    }
    assert.strictEqual(authenticate({ headers: {}, body })._tag, "Forged")
    assert.strictEqual(authenticate(requestOf(), [secret], nowSeconds + 300)._tag, "Genuine")
    for (const at of [nowSeconds + 301, nowSeconds - 301]) {
      assert.strictEqual(authenticate(requestOf(), [secret], at)._tag, "Forged")
    }
  })

  it("is named by its bytes, and not acted on, where these are no UTF-8 or a member stands twice", () => {
    const written = JSON.stringify(message)
    const broken = Buffer.concat([
      Buffer.from(written.replace("chk_1", "chk_")).subarray(0, -2),
      Buffer.from([0xff, 0x22, 0x7d])
    ])
    const twice = Buffer.from(written.replace("\"id\":", "\"id\":\"evt_0\",\"id\":"))
    for (const body of [broken, twice]) {
      const verdict = authenticate({ headers: { "x-kyc-signature": `t=${nowSeconds},v1=${sign(body)}` }, body })
      assert.deepStrictEqual(verdict, { _tag: "Genuine", eventId: hash("sha256", body, "hex"), type: "unreadable" })
      // as the inbox gives it back
      assert.strictEqual(source([secret]).read(new TextDecoder().decode(body))._tag, "Unusable")
    }
  })

  it("is named by its bytes where it names itself by nothing", () => {
    for (const text of ["", "null", "[1]", "{}", "not JSON", JSON.stringify({ ...message, id: "ä" })]) {
      const named = authenticate(requestOf(text))
      assert.deepStrictEqual(named, { _tag: "Genuine", eventId: hash("sha256", text), type: "unreadable" })
    }
  })
})

describe("a message about an identity check", () => {
  const { read } = source([secret])
  const readWith = (changed: Readonly<Record<string, unknown>>) => read(JSON.stringify({ ...message, ...changed }))

  it("tells of a player what its members say, and of other members nothing", () => {
    const told: IdentityMessage = {
      userId: userId(player),
      status: "verified",
      occurredAt: instant(Date.UTC(2026, 1, 3, 10, 30)),
      bornOn: present(parseDay("1990-05-01")),
      reference: "chk_1"
    }
    assert.deepStrictEqual(readWith({ name: "Ada" }), { _tag: "Message", message: told })
    const bare = { dateOfBirth: null, reference: undefined }
    assert.deepStrictEqual(readWith(bare), { _tag: "Message", message: { ...told, bornOn: null, reference: null } })
    assert.deepStrictEqual(readWith({ userId: player.toUpperCase() }), { _tag: "Message", message: told })
    for (const occurredAt of ["2026-02-03T10:30:00Z", "2026-02-03T10:30:00.0004Z"]) {
      assert.deepStrictEqual(readWith({ occurredAt }), { _tag: "Message", message: told })
    }
  })

  it("cannot be acted on where a member is another than was agreed on, and says which, quoting nothing", () => {
    const wrong: ReadonlyArray<readonly [Readonly<Record<string, unknown>>, RegExp]> = [
      [{ userId: "ada" }, /userId/],
      [{ userId: 7 }, /userId/],
      [{ status: "passed" }, /status/],
      [{ occurredAt: 1_790_800_914 }, /occurredAt/],
      [{ occurredAt: "2026-02-30T10:30:00.000Z" }, /occurredAt/],
      [{ occurredAt: "0000-01-01T00:00:00.000Z" }, /occurredAt/],
      [{ occurredAt: "2026-02-03T10:30:00.000+02:00" }, /occurredAt/],
      [{ dateOfBirth: "1990-02-30" }, /dateOfBirth/],
      [{ dateOfBirth: 19900501 }, /dateOfBirth/],
      [{ id: "" }, /its id/],
      [{ id: 7 }, /its id/],
      [{ id: "a\0b" }, /JSON/],
      [{ id: "\ud800" }, /JSON/],
      [{ id: "ä" }, /its id/],
      [{ id: "x".repeat(256) }, /its id/],
      [{ reference: "" }, /reference/],
      [{ reference: "x".repeat(256) }, /reference/]
    ]
    for (const [changed, why] of wrong) {
      const notice = readWith(changed)
      assert.strictEqual(notice._tag, "Unusable", JSON.stringify(changed))
      if (notice._tag === "Unusable") assert.match(notice.why, why)
    }
    const written = JSON.stringify(message)
    const twice = written.replace("\"status\":", "\"status\":\"rejected\",\"status\":")
    for (const text of ["", "null", "[]", "7", "{", twice, `\ufeff${written}`]) {
      assert.strictEqual(read(text)._tag, "Unusable", text)
    }
  })
})
