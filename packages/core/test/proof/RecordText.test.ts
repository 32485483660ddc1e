import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cents, centsMax } from "../../src/money/Money.ts"
import { type DrawRecord, recordHashHex } from "../../src/proof/Record.ts"
import { formatRecord, parseRecord } from "../../src/proof/RecordText.ts"
import { toHex } from "../../src/values/Bytes.ts"
import { drawId, position, ticketId } from "../../src/values/Ids.ts"
import { dayOf, instant } from "../../src/values/Instant.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex)
const times = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }).map(instant)
const amounts = fc.bigInt({ min: 0n, max: centsMax }).map(cents)
const draws = fc.uuid({ version: 7 }).map(drawId)
const orNull = <A>(of: fc.Arbitrary<A>) => fc.option(of)
const refs = orNull(fc.record({ chainHash: hex(32), round: fc.maxSafeNat() }))
const terms = { draw: draws, opens: times, price: amounts, pot: amounts, commitment: hex(32), beacon: refs }

const records: fc.Arbitrary<DrawRecord> = fc.oneof(
  fc.record({
    type: fc.constant("open" as const),
    kind: fc.constant("daily" as const),
    ...terms,
    date: times.map(dayOf),
    closes: times,
    previous: orNull(hex(32))
  }),
  fc.record({
    type: fc.constant("open" as const),
    kind: fc.constant("room" as const),
    ...terms,
    date: fc.constant(null),
    closes: fc.constant(null),
    previous: fc.constant(null)
  }),
  fc.record({
    type: fc.constant("lock" as const),
    draw: draws,
    open: hex(32),
    locked: times,
    draws: times,
    entries: fc.maxSafeNat(),
    root: hex(32),
    pool: amounts,
    beacon: refs
  }),
  fc.record({
    type: fc.constant("result" as const),
    draw: draws,
    lock: hex(32),
    seed: hex(32),
    beacon: orNull(fc.record({ round: fc.maxSafeNat(), signature: hex(48) })),
    entropy: hex(32),
    winner: orNull(fc.record({
      position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(position),
      ticketId: fc.constantFrom("DDL-20260203-7K3QX", "ROOM-K7M2QX-7K3QXABZ").map(ticketId)
    })),
    prize: amounts,
    fee: amounts
  }),
  fc.record({
    type: fc.constant("void" as const),
    draw: draws,
    open: hex(32),
    lock: orNull(hex(32)),
    reason: fc.constantFrom("beacon", "seed", "deadline", "closed"),
    seed: orNull(hex(32)),
    refund: amounts
  })
)

describe("Record", () => {
  it("is read back as it was written", () => {
    fc.assert(fc.property(records, (record) => assert.deepStrictEqual(parseRecord(formatRecord(record)), record)))
  })

  it("has one spelling: whatever can be read is written back to the byte", () => {
    const characters = fc.constantFrom("", " ", "\n", "0", "1", "-", "a", "A", ".", "+", "none", "é", "\r")
    fc.assert(
      fc.property(records, fc.nat(), characters, fc.nat(2), (record, at, put, drop) => {
        const text = formatRecord(record)
        const start = at % (text.length + 1)
        const altered = text.slice(0, start) + put + text.slice(start + drop)
        const read = parseRecord(altered)
        assert.isTrue(read === undefined || formatRecord(read) === altered)
      }),
      { numRuns: 1000 }
    )
  })

  const lock = [
    "ddd/lock/v1",
    "draw 019a0000-0000-7000-8000-437ad1daed7c",
    `open ${"0a".repeat(32)}`,
    "locked 2026-02-04T00:00:00.012Z",
    "draws 2026-02-04T00:00:00.000Z",
    "entries 10",
    `root ${"0b".repeat(32)}`,
    "pool 950",
    "beacon none",
    ""
  ]
  const open = [
    "ddd/open/v1",
    "draw 019a0000-0000-7000-8000-437ad1daed7c",
    "kind daily",
    "date 2026-02-03",
    "opens 2026-02-03T00:00:00.000Z",
    "closes 2026-02-04T00:00:00.000Z",
    "price 100",
    "pot 95",
    `commitment ${"0c".repeat(32)}`,
    "beacon none",
    "previous none",
    ""
  ]

  it("takes no other spelling of a number, a time, a hash or a line", () => {
    assert.isDefined(parseRecord(lock.join("\n")))
    const wrong: ReadonlyArray<readonly [line: number, text: string]> = [
      [0, "ddd/lock/v2"],
      [0, "ddd/result/v1"],
      [1, "draw 019A0000-0000-7000-8000-437ad1daed7c"],
      [1, "Draw 019a0000-0000-7000-8000-437ad1daed7c"],
      [2, `open ${"0A".repeat(32)}`],
      [2, `open ${"0a".repeat(31)}`],
      [2, `open  ${"0a".repeat(32)}`],
      [2, "open none"],
      [3, "locked 2026-02-30T00:00:00.012Z"],
      [3, "locked 2026-02-04T00:00:00.012+00:00"],
      [5, "entries 010"],
      [5, "entries +10"],
      [5, "entries -0"],
      [5, "entries 1e1"],
      [5, "entries 9007199254740993"],
      [5, "entries"],
      [7, "pool 9999999999999"],
      [7, "pool 950 "],
      [8, "beacon none none"],
      [8, `beacon ${"0a".repeat(32)}`],
      [8, `beacon ${"0a".repeat(32)} 01`],
      [9, "beacon none\n"]
    ]
    for (const [line, text] of wrong) assert.isUndefined(parseRecord(lock.with(line, text).join("\n")), text)
    assert.isUndefined(parseRecord(lock.toSpliced(2, 0, "kind daily").join("\n")))
    assert.isUndefined(parseRecord(lock.toSpliced(5, 1).join("\n")))
    assert.isUndefined(parseRecord(`\ufeff${lock.join("\n")}`))
  })

  it("keeps what belongs to days out of rooms", () => {
    const room = open.with(2, "kind room").with(3, "date -").with(5, "closes -")
    assert.isDefined(parseRecord(open.join("\n")))
    assert.isDefined(parseRecord(room.join("\n")))
    assert.isUndefined(parseRecord(open.with(3, "date -").join("\n")))
    assert.isUndefined(parseRecord(open.with(5, "closes -").join("\n")))
    assert.isUndefined(parseRecord(open.with(2, "kind room").join("\n")))
    assert.isUndefined(parseRecord(room.with(10, `previous ${"0a".repeat(32)}`).join("\n")))
  })

  it("names other records by the hash of their text", () => {
    const golden = open.with(8, "commitment ea277f3ae305503f609b4ff28c5ebe1fe6a0b1a66702debdf2f65ca03441f785").join(
      "\n"
    )
    assert.strictEqual(
      recordHashHex(nodeSha256, golden),
      "db6d3c1c495380e6920ff5fa80e2dd1c73409f034fb6fac5efc99bf0070f4e0a"
    )
  })
})
