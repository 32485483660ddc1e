import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHash, createHmac, hkdfSync } from "node:crypto"
import { hkdfSha256, hmacSha256, makeHmac } from "../../src/hash/Hash.ts"
import { toHex } from "../../src/values/Bytes.ts"
import { hashes } from "../support/nodeSha256.ts"

const bytes = fc.uint8Array({ maxLength: 200 })

describe.each(hashes)("Hash, by %s", (_, hash) => {
  it("is SHA-256", () => {
    fc.assert(fc.property(bytes, (message) => {
      assert.strictEqual(toHex(hash(message)), createHash("sha256").update(message).digest("hex"))
    }))
  })

  it("gives each digest bytes of its own", () => {
    const first = hash(Uint8Array.of(1))
    const before = toHex(first)
    hash(Uint8Array.of(2))
    assert.strictEqual(toHex(first), before)
  })

  it("makes the HMACs that Node makes, whatever the keys and messages before", () => {
    const hmac = makeHmac(hash)
    fc.assert(fc.property(bytes, fc.uint8Array({ maxLength: 600 }), (key, message) => {
      const expected = createHmac("sha256", key).update(message).digest("hex")
      assert.strictEqual(toHex(hmac(key, message)), expected)
      assert.strictEqual(toHex(hmacSha256(hash, key, message)), expected)
    }))
  })

  it("derives the keys that Node derives", () => {
    fc.assert(fc.property(bytes, bytes, (secret, info) => {
      const expected = Buffer.from(hkdfSync("sha256", secret, new Uint8Array(0), info, 32)).toString("hex")
      assert.strictEqual(toHex(hkdfSha256(hash, secret, info)), expected)
    }))
  })
})
