import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as fc from "fast-check"
import { isRefreshToken, newRefreshToken, refreshTokenHash, refreshTokenSuccessor } from "../src/RefreshTokens.ts"

const key = Redacted.make("a key of the test")

describe("RefreshTokens", () => {
  it("makes tokens that differ and have the form of one", () => {
    const tokens = Array.from({ length: 1000 }, () => Redacted.value(newRefreshToken()))
    assert.strictEqual(new Set(tokens).size, tokens.length)
    assert.isTrue(tokens.every(isRefreshToken))
  })

  it("knows no other form", () => {
    const token = Redacted.value(newRefreshToken())
    for (
      const other of ["", token.slice(1), `${token}A`, `${token}\n`, `${token.slice(0, 42)}B`, `${token.slice(0, 42)}=`]
    ) {
      assert.isFalse(isRefreshToken(other), other)
    }
  })

  it("gives a token one successor, which has the form of a token", () => {
    const token = newRefreshToken()
    const successor = refreshTokenSuccessor(key, token)
    assert.isTrue(isRefreshToken(Redacted.value(successor)))
    assert.strictEqual(Redacted.value(refreshTokenSuccessor(key, token)), Redacted.value(successor))
    assert.notStrictEqual(Redacted.value(successor), Redacted.value(token))
    assert.notStrictEqual(
      Redacted.value(refreshTokenSuccessor(Redacted.make("another key"), token)),
      Redacted.value(successor)
    )
  })

  it("stores SHA-256 and follows by HMAC-SHA-256", () => {
    // RFC 4231, test case 2; FIPS 180-2, "abc"
    const successor = refreshTokenSuccessor(Redacted.make("Jefe"), Redacted.make("what do ya want for nothing?"))
    assert.strictEqual(
      Buffer.from(Redacted.value(successor), "base64url").toString("hex"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert.strictEqual(
      refreshTokenHash(Redacted.make("abc")),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
  })

  it("accepts exactly the canonical base64url of 32 bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.strictEqual(isRefreshToken(Buffer.from(bytes).toString("base64url")), bytes.length === 32)
    }))
  })
})
