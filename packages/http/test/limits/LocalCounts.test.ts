import { assert, describe, it } from "@effect/vitest"
import { type CountedKey, LocalCounts, placesMax } from "../../src/limits/LocalCounts.ts"

const hour = { quantity: 1_000, seconds: 3_600 }
const key = (own: string, coarser = "coarser"): CountedKey => ({ own, coarser: () => coarser })

describe("counts in memory", () => {
  it("say how many are left of a window, and which was too many", async () => {
    const counts = new LocalCounts("read", { quantity: 2, seconds: 3_600 })
    const told = []
    for (let i = 0; i < 3; i++) told.push(await counts.count(counts.placeOf(key("a"))))
    assert.deepStrictEqual(told.map(({ isOver, remaining }) => [isOver, remaining]), [[false, 1], [false, 0], [
      true,
      0
    ]])
    assert.isFalse((await counts.count(counts.placeOf(key("b")))).isOver)
  })

  it("keep so many keys and no more, however many come, and what was there before keeps its place", () => {
    const counts = new LocalCounts("read", hour)
    const places = new Set<string>()
    assert.strictEqual(counts.placeOf(key("first")), "first")
    for (let i = 0; i < 1_000_000; i++) places.add(counts.placeOf(key(`${i}`, `coarser ${i >> 4}`)))
    assert.isAtMost(places.size, placesMax.own + placesMax.coarser + 1)
    assert.strictEqual(counts.placeOf(key("first")), "first")
    // who comes late is counted with all who came late
    assert.strictEqual(counts.placeOf(key("last", "last of all")), counts.placeOf(key("another", "another of all")))
  })
})
