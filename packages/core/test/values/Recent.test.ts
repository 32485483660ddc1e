import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeRecent } from "../../src/values/Recent.ts"

describe("recent answers", () => {
  it("are those that are made, made once while they are kept, of which there are never more than the maximum", () => {
    fc.assert(fc.property(fc.array(fc.nat(20).map(String)), fc.integer({ min: 1, max: 10 }), (keys, max) => {
      let made: Array<string> = []
      const recent = makeRecent(max, (key) => {
        if (made.length === max) made = []
        assert.notInclude(made, key)
        made.push(key)
        return key === "7" ? undefined : `of ${key}`
      })
      for (const key of keys) assert.strictEqual(recent(key), key === "7" ? undefined : `of ${key}`)
    }))
  })
})
