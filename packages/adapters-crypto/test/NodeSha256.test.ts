import { nobleSha256 } from "@ddd/core/hash/Hash"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { nodeSha256 } from "../src/NodeSha256.ts"

describe("NodeSha256", () => {
  it("agrees with the portable hash on any message", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      assert.deepStrictEqual(nodeSha256(message), nobleSha256(message))
    }))
  })

  it("hashes a part of a larger buffer as that part alone", () => {
    const whole = Uint8Array.from({ length: 100 }, (_, i) => i)
    assert.deepStrictEqual(nodeSha256(whole.subarray(30, 70)), nobleSha256(whole.slice(30, 70)))
  })

  it("gives each digest memory of its own", () => {
    const first = nodeSha256(Uint8Array.of(1))
    const copy = Uint8Array.from(first)
    const second = nodeSha256(Uint8Array.of(2))
    assert.deepStrictEqual(first, copy)
    assert.strictEqual(first.buffer.byteLength, 32)
    assert.notStrictEqual(first.buffer, second.buffer)
  })
})
