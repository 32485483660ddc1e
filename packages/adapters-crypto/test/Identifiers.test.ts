import { isUuid } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeUuidV7 } from "../src/Identifiers.ts"

const millisOf = (id: string): number => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)

describe("Identifiers", () => {
  it("makes ascending version 7 identifiers, whatever the clock does", () => {
    const times = fc.array(fc.integer({ min: -1000, max: 253_402_300_799_999 }).map(instant), { maxLength: 200 })
    fc.assert(fc.property(times, (clock) => {
      const uuid = makeUuidV7()
      let last = ""
      for (const now of clock) {
        const id = uuid(now)
        assert.isTrue(isUuid(id), id)
        assert.strictEqual(id[14], "7")
        assert.isTrue(id > last, `${id} after ${last}`)
        assert.isAtLeast(millisOf(id), now)
        last = id
      }
    }))
  })

  it("carries the millisecond", () => {
    const uuid = makeUuidV7()
    assert.strictEqual(millisOf(uuid(instant(1_770_076_800_123))), 1_770_076_800_123)
    assert.strictEqual(millisOf(uuid(instant(1_770_076_800_124))), 1_770_076_800_124)
  })

  it("runs ahead of a clock that stands still, by a millisecond for at least 2,048 identifiers", () => {
    const uuid = makeUuidV7()
    const now = instant(1_770_076_800_000)
    const ids = Array.from({ length: 20_480 }, () => uuid(now))
    assert.deepStrictEqual(ids, ids.toSorted())
    assert.strictEqual(new Set(ids).size, ids.length)
    const ahead = millisOf(ids.at(-1) ?? "") - now
    assert.isTrue(ahead > 0 && ahead < 10, `${ahead} ms`)
  })

  it("shares no random part between identifiers", () => {
    const uuid = makeUuidV7()
    const tails = Array.from({ length: 10_000 }, () => uuid(instant(0)).slice(19))
    assert.strictEqual(new Set(tails).size, tails.length)
  })
})
