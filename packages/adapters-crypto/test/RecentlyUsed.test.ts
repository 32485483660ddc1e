import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeRecentlyUsed } from "../src/RecentlyUsed.ts"

describe("RecentlyUsed", () => {
  it("keeps the half used last, never holds more than its bound, and never answers wrongly", () => {
    const use = fc.record({ key: fc.nat({ max: 30 }), write: fc.boolean() })
    fc.assert(fc.property(fc.integer({ min: 2, max: 20 }), fc.array(use, { maxLength: 300 }), (bound, uses) => {
      const map = makeRecentlyUsed<number, number>(bound)
      const written = new Map<number, number>()
      let order: Array<number> = []
      uses.forEach(({ key, write }, at) => {
        if (write) {
          map.set(key, at)
          written.set(key, at)
        } else {
          const found = map.get(key)
          if (found !== undefined) assert.strictEqual(found, written.get(key))
          const rank = order.indexOf(key)
          if (rank >= 0 && rank < Math.floor(bound / 2)) assert.isDefined(found, `${key} was used ${rank} keys ago`)
          if (found === undefined) return
        }
        order = [key, ...order.filter((other) => other !== key)]
        assert.isAtMost(map.size(), bound)
      })
    }))
  })
})
