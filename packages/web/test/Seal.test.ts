import { toHex } from "@ddd/core/values/Bytes"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { sealExtent, sealPaths } from "../src/seal/Seal.ts"

const commitments = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))

describe("a seal", () => {
  it("is of closed lines within its square, whatever the commitment", () => {
    fc.assert(fc.property(commitments, fc.constantFrom("full" as const, "small" as const), (commitment, size) => {
      const paths = sealPaths(commitment, size)
      assert.isAbove(paths.length, 2)
      for (const path of paths) {
        assert.match(path, /^M-?[\d.]+ -?[\d.]+(Q-?[\d.]+ -?[\d.]+ -?[\d.]+ -?[\d.]+)+Z$/)
        const farthest = Math.max(...Array.from(path.matchAll(/-?[\d.]+/g), ([number]) => Math.abs(Number(number))))
        assert.isAtMost(farthest, sealExtent)
      }
    }))
  })

  it("is the same for the same commitment, and another for another", () => {
    fc.assert(fc.property(commitments, (commitment) => {
      assert.deepStrictEqual(sealPaths(commitment, "full"), sealPaths(commitment, "full"))
      const other = `${commitment.startsWith("00") ? "01" : "00"}${commitment.slice(2)}`
      const [byte, otherByte] = [commitment, other].map((each) => Number.parseInt(each.slice(0, 2), 16) % 13)
      if (byte !== otherByte) assert.notDeepEqual(sealPaths(commitment, "full"), sealPaths(other, "full"))
    }))
  })
})
