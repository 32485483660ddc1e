import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { bodyBytes } from "../../src/engine/Framing.ts"
import { Problem } from "../../src/problems/Problem.ts"

const rules = { allow: () => "GET", bodyBytesMax: () => 100 }

const of = (contentLength?: string, transferEncoding?: string, method = "POST") => {
  const length = bodyBytes({
    method,
    url: "/",
    headers: { "content-length": contentLength, "transfer-encoding": transferEncoding }
  }, rules)
  return length instanceof Problem ? length.code : length
}

describe("Framing", () => {
  it("knows a request without a body, of one length, and of too large a one", () => {
    assert.strictEqual(of(), 0)
    assert.strictEqual(of("0"), 0)
    assert.strictEqual(of("17"), 17)
    assert.strictEqual(of("100"), 100)
    assert.strictEqual(of("101"), "payload_too_large")
    assert.strictEqual(of("9".repeat(400)), "payload_too_large")
  })

  it("takes no length that is not plain decimal digits", () =>
    fc.assert(fc.property(fc.string(), (text) => {
      assert.strictEqual(of(text) === "invalid_request", !/^[0-9]+$/.test(text))
    })))

  it("takes no transfer encoding, and no length beside one", () =>
    fc.assert(fc.property(fc.string(), fc.string(), (length, encoding) => {
      assert.strictEqual(of(undefined, encoding), "length_required")
      assert.strictEqual(of(length, encoding), "invalid_request")
    })))

  it("serves neither TRACE nor CONNECT", () => {
    assert.strictEqual(of(undefined, undefined, "TRACE"), "method_not_allowed")
    assert.strictEqual(of(undefined, undefined, "CONNECT"), "method_not_allowed")
  })
})
