import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { GrowingBytes } from "../../src/engine/node/GrowingBytes.ts"

describe("GrowingBytes", () => {
  it("has all pieces in order, in less than twice their room, however small they are", () =>
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 200 }), (arrays) => {
      const pieces = arrays.map((array) => Buffer.from(array))
      const all = Buffer.concat(pieces)
      const [first = all, ...more] = pieces
      const growing = new GrowingBytes(first, all.length)
      for (const piece of more) {
        growing.append(piece)
        assert.isAtMost(growing.capacity, Math.max(1, 2 * growing.length))
      }
      assert.strictEqual(growing.length, all.length)
      assert.isTrue(growing.bytes().equals(all))
      assert.isAtMost(growing.capacity, all.length)
    })))
})
