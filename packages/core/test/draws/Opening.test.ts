import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { daysToPublish } from "../../src/draws/Draw.ts"
import { newDailyDraws } from "../../src/draws/Opening.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { recordHashHex } from "../../src/proof/Record.ts"
import { parseRecord } from "../../src/proof/RecordText.ts"
import { testChain } from "../support/bundles.ts"
import { firstDay, idOf, noon } from "../support/drawStates.ts"

describe("the draws of the days to come", () => {
  it("are chained, each to the one before, the first to the newest that is published", () => {
    fc.assert(fc.property(fc.nat(8), fc.boolean(), (count, withBeacon) => {
      const days = daysToPublish(noon, null).slice(0, count)
        .map((day, nth) => ({ ...day, id: idOf(10 + nth), seed: new Uint8Array(32).fill(nth) }))
      const draws = newDailyDraws(nobleSha256, days, firstDay.text, withBeacon ? testChain : null)
      let before = firstDay.text
      for (const [nth, { record, status, text }] of draws.entries()) {
        assert(record.kind === "daily")
        assert.strictEqual(status, "scheduled")
        assert.deepStrictEqual(parseRecord(text), record)
        assert.deepStrictEqual([record.draw, record.date, record.closes], [
          days[nth]?.id,
          days[nth]?.date,
          days[nth]?.closesAt
        ])
        assert.strictEqual(record.previous, recordHashHex(nobleSha256, before))
        before = text
      }
      assert.strictEqual(draws.length, days.length)
    }))
  })

  it("are chained to nothing where none is published", () => {
    assert(firstDay.record.kind === "daily")
    assert.isNull(firstDay.record.previous)
  })
})
