import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { dailyPrefix, makeTicketNumbering, roomPrefix, shortPositionMax } from "../../src/draws/TicketId.ts"
import { utf8Bytes } from "../../src/values/Bytes.ts"
import { crockford, drawId, isTicketId, position } from "../../src/values/Ids.ts"
import { parseDay } from "../../src/values/Instant.ts"
import { hashes, nodeSha256 } from "../support/nodeSha256.ts"

const secret = Redacted.make<Uint8Array>(utf8Bytes("a secret"))
const draw = drawId("019a0000-0000-7000-8000-000000000001")
const daily = (of = draw, by = secret, hash = nodeSha256) => makeTicketNumbering(hash, by, of, "DDL-20260203")
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => position(from + i))

describe("TicketId", () => {
  it("gives no two tickets of a draw the same number, over all the short ones and into the long", () => {
    const numbering = daily()
    const long = range(shortPositionMax + 1, 20_000)
    const ids = new Set<string>()
    for (let at = 1; at <= shortPositionMax; at++) ids.add(numbering(position(at)))
    for (const at of long) ids.add(numbering(at))
    assert.strictEqual(ids.size, shortPositionMax + long.length)
  })

  it("changes from five symbols to eight after position 2^20", () => {
    const numbering = daily()
    assert.match(numbering(position(1)), /^DDL-20260203-[0-9A-HJKMNP-TV-Z]{5}$/)
    assert.match(numbering(position(shortPositionMax)), /^DDL-20260203-[0-9A-HJKMNP-TV-Z]{5}$/)
    assert.match(numbering(position(shortPositionMax + 1)), /^DDL-20260203-[0-9A-HJKMNP-TV-Z]{8}$/)
    assert.isTrue(isTicketId(numbering(position(10_000_000))))
  })

  it("gives a position the same number always, by either hash", () => {
    const [first, second] = hashes.map(([, hash]) => daily(draw, secret, hash))
    assert(first !== undefined && second !== undefined)
    for (const at of [...range(1, 50).toReversed(), ...range(shortPositionMax + 1, 20)]) {
      assert.strictEqual(first(at), second(at))
    }
  })

  it("numbers another draw, and another secret's, differently", () => {
    const numberings = [
      daily(),
      daily(drawId("019a0000-0000-7000-8000-000000000002")),
      daily(draw, Redacted.make<Uint8Array>(utf8Bytes("other")))
    ]
    for (const from of [1, shortPositionMax + 1]) {
      const ids = numberings.flatMap((numbering) => range(from, 200).map((at) => `${numbering(at)} ${at}`))
      // A few may coincide by chance among 2^25
      assert.isAtLeast(new Set(ids).size, ids.length - 2)
    }
  })

  it("gives no number of an earlier epoch again, always eight symbols, and none beyond the last epoch", () => {
    const numberings = [0, 1, 2, 255].map((epoch) =>
      makeTicketNumbering(nodeSha256, secret, draw, "DDL-20260203", epoch)
    )
    const places = [...range(1, 2_000), ...range(shortPositionMax - 100, 1_000)]
    const ids = numberings.flatMap((numbering) => places.map(numbering))
    assert.strictEqual(new Set(ids).size, ids.length)
    for (const id of ids.slice(places.length)) assert.match(id, /^DDL-20260203-[0-9A-HJKMNP-TV-Z]{8}$/)
    for (const epoch of [-1, 0.5, 256]) {
      assert.throws(() => makeTicketNumbering(nodeSha256, secret, draw, "DDL-20260203", epoch), RangeError)
    }
  })

  it("spreads its symbols evenly at every place", () => {
    for (const from of [1, shortPositionMax + 1]) {
      const ids = range(from, 32 * 400).map(daily())
      const places = (ids[0]?.length ?? 0) - "DDL-20260203-".length
      for (let place = 1; place <= places; place++) {
        const counts = new Map([...crockford].map((symbol) => [symbol, 0]))
        for (const id of ids) counts.set(id.at(-place) ?? "", (counts.get(id.at(-place) ?? "") ?? 0) + 1)
        // 400 expected of each, with a deviation of 20: six deviations
        for (const [symbol, count] of counts) {
          assert.isTrue(Math.abs(count - 400) < 120, `${symbol} at ${place}: ${count}`)
        }
      }
    }
  })

  it("begins with the day or the room's code, and with nothing else", () => {
    const day = parseDay("2026-02-03")
    assert(day !== undefined)
    assert.strictEqual(dailyPrefix(day), "DDL-20260203")
    assert.isTrue(isTicketId(makeTicketNumbering(nodeSha256, secret, draw, roomPrefix("K7M2QX"))(position(1))))
    for (const prefix of ["", "DDL-2026", "ROOM-K7M2Q1", "ROOM-k7m2qx", "DDL-20260203-"]) {
      assert.throws(() => makeTicketNumbering(nodeSha256, secret, draw, prefix), TypeError)
    }
  })
})
