import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { roomPrefix } from "../../src/draws/TicketId.ts"
import { codeLength, codeOf, codeSymbols, parseCode, parseRoomName } from "../../src/rooms/RoomCode.ts"
import { drawId, isTicketId } from "../../src/values/Ids.ts"

describe("a room's code", () => {
  const codes = fc.array(fc.constantFrom(...codeSymbols), { minLength: codeLength, maxLength: codeLength })
    .map((symbols) => symbols.join(""))

  it("is read in any case, and begins its tickets' ids", () => {
    fc.assert(fc.property(codes, fc.infiniteStream(fc.boolean()), (code, lower) => {
      const typed = [...code].map((symbol) => lower.next().value === true ? symbol.toLowerCase() : symbol).join("")
      assert.strictEqual(parseCode(typed), code)
      assert.isTrue(isTicketId(`${roomPrefix(code)}-7K3QX`))
    }))
  })

  it("is not read from anything else", () => {
    for (
      const text of [
        "",
        "ABCDE",
        "ABCDEFG",
        "ABCDE0",
        "ABCDE1",
        "ABCDEI",
        "ABCDEL",
        "ABCDEO",
        "ABCDEU ",
        " ABCDE",
        "ABC\nDE",
        "ÀBCDEF",
        "ſBCDEF"
      ]
    ) {
      assert.isUndefined(parseCode(text), JSON.stringify(text))
    }
    fc.assert(fc.property(fc.string(), (text) => {
      const code = parseCode(text)
      assert.isTrue(code === undefined || code === text.toUpperCase() && code.length === codeLength)
    }))
  })

  it("is made of random bytes, each symbol as likely as another", () => {
    const counts = new Map<string, number>()
    for (let byte = 0; byte < 256; byte++) {
      const code = codeOf(new Uint8Array(codeLength).fill(byte))
      if (code === undefined) continue
      assert.strictEqual(parseCode(code), code)
      counts.set(code.charAt(0), (counts.get(code.charAt(0)) ?? 0) + 1)
    }
    assert.deepStrictEqual([...counts.keys()].toSorted(), [...codeSymbols].toSorted())
    assert.strictEqual(new Set(counts.values()).size, 1)
  })

  it("takes other bytes for those that would favour a symbol, and is none where they are too few", () => {
    const useless = 256 - 256 % codeSymbols.length
    assert.isUndefined(codeOf(new Uint8Array(100).fill(useless)))
    assert.isUndefined(codeOf(Uint8Array.of(0, 1, 2, 3, 4)))
    assert.isUndefined(codeOf(Uint8Array.of(0, 1, useless, 2, 3, 4)))
    assert.strictEqual(codeOf(Uint8Array.of(0, 1, 255, 2, 3, 4, 5, 6)), codeSymbols.slice(0, codeLength))
  })
})

describe("what a room is called by", () => {
  const id = drawId("019a0000-0000-7000-8000-00000000000a")

  it("is its id or its code, each in any case, and nothing else", () => {
    for (const text of [id, id.toUpperCase()]) assert.deepStrictEqual(parseRoomName(text), { id, code: null })
    for (const text of ["K7M2QX", "k7m2qx"]) assert.deepStrictEqual(parseRoomName(text), { id: null, code: "K7M2QX" })
    for (const text of ["", "room", `${id} `, "K7M2Q"]) {
      assert.deepStrictEqual(parseRoomName(text), { id: null, code: null })
    }
  })
})
