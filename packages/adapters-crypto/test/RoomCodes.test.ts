import { codeSymbols, parseCode } from "@ddd/core/rooms/RoomCode"
import { assert, describe, it } from "@effect/vitest"
import { makeRoomCodes } from "../src/RoomCodes.ts"

/** Gives these bytes, one array a try; a defect beyond them. */
const scripted = (...tries: ReadonlyArray<ReadonlyArray<number>>) => {
  const left = [...tries]
  return {
    left,
    random: () => Uint8Array.from(left.shift() ?? assert.fail("more bytes were asked for than a code needs"))
  }
}

describe("RoomCodes", () => {
  it("are of the form that is taken, and differ", () => {
    const code = makeRoomCodes()
    const codes = Array.from({ length: 5_000 }, code)
    for (const each of codes) assert.strictEqual(parseCode(each), each)
    assert.strictEqual(new Set(codes).size, codes.length)
  })

  it("have every symbol at every place, as often as any other", () => {
    const code = makeRoomCodes()
    const codes = Array.from({ length: 30_000 }, code)
    for (const place of [0, 1, 2, 3, 4, 5]) {
      const counts = new Map<string, number>()
      for (const each of codes) counts.set(each.charAt(place), (counts.get(each.charAt(place)) ?? 0) + 1)
      assert.sameMembers([...counts.keys()], [...codeSymbols])
      // a thousand each, with a standard deviation of 31: seven of those away is not seen in a billion runs
      for (const count of counts.values()) assert.isTrue(Math.abs(count - 1_000) < 220, `${count} at place ${place}`)
    }
  })

  it("skip bytes that would favour some symbols, and take others where too few are left", () => {
    const { left, random } = scripted(
      [255, 240, 241, 0, 1, 2, 3, 4],
      [0, 255, 30, 60, 1, 239, 2, 9]
    )
    assert.strictEqual(makeRoomCodes(random)(), "2223Z4")
    assert.lengthOf(left, 0)
  })

  it("are not given out again while they are new", () => {
    const same = [0, 1, 2, 3, 4, 5, 6, 7]
    const { left, random } = scripted(same, same, [5, 4, 3, 2, 1, 0, 6, 7])
    const code = makeRoomCodes(random)
    assert.deepStrictEqual([code(), code()], ["234567", "765432"])
    assert.lengthOf(left, 0)
  })
})
