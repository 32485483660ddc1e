import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { quicknet, quicknetHash, roundFor } from "../src/Beacon.ts"
import { toHex } from "../src/Bytes.ts"
import { nobleSha256 } from "../src/Hash.ts"
import { drawId, ticketId } from "../src/Ids.ts"
import { dayAfter, dayOf, dayStart, instant } from "../src/Instant.ts"
import { ticketFee, ticketPot, ticketPrice } from "../src/Money.ts"
import { formatLock, formatOpen, formatResult, formatVoid, parseRecord, recordHashHex } from "../src/Record.ts"
import { lockDaily, openDaily, outcomeOf, resultRecord, takingsOf, voidRecord } from "../src/Settlement.ts"
import { hashes } from "./support/nodeSha256.ts"

const id = drawId("019a0000-0000-7000-8000-000000000001")
const date = dayOf(instant(Date.UTC(2026, 1, 3)))
const opens = dayStart(date)
const closes = dayStart(dayAfter(date))
const seed = new Uint8Array(32).fill(7)
const winner = ticketId("DDL-20260203-7K3QX")

const opened = (chain: typeof quicknet | null = null, previous: string | null = null) =>
  formatOpen(openDaily(nobleSha256, { id, date, opens, closes, seed, chain, previous }))

const locked = (openText: string, entries: number, clock: number = closes, lastPurchasedAt: number | null = null) =>
  formatLock(lockDaily(nobleSha256, openText, {
    clock: instant(clock),
    lastPurchasedAt: lastPurchasedAt === null ? null : instant(lastPurchasedAt),
    entries,
    root: new Uint8Array(32)
  }))

describe.each(hashes)("a draw's records, with %s", (_, hash) => {
  it("name each other by hash, and the takings of the tickets sold", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (entries) => {
        const openText = opened()
        const lockText = locked(openText, entries)
        const outcome = outcomeOf(hash, openText, lockText, seed, null)
        const result = resultRecord(hash, lockText, seed, null, outcome, entries === 0 ? null : winner)
        assert.deepStrictEqual(parseRecord(formatResult(result)), result)
        assert.strictEqual(result.lock, recordHashHex(hash, lockText))
        assert.strictEqual(result.prize, ticketPot * BigInt(entries))
        assert.strictEqual(result.fee, ticketFee * BigInt(entries))
        assert.strictEqual(result.prize + result.fee, ticketPrice * BigInt(entries))
        const at = outcome.winningPosition
        assert.isTrue(entries === 0 ? at === null : at !== null && 1 <= at && at <= entries)
      }),
      { numRuns: 30 }
    )
  })
})

describe("a daily draw", () => {
  it("chains to the open record before it", () => {
    const first = opened()
    const record = parseRecord(opened(null, first))
    assert.strictEqual(record?.type === "open" ? record.previous : null, recordHashHex(nobleSha256, first))
  })

  it("locks at its closing, or when the last ticket was sold or the clock says later", () => {
    const lockedAt = (clock: number, last: number | null): number => {
      const record = parseRecord(locked(opened(), 1, clock, last))
      return record?.type === "lock" ? record.locked : assert.fail("a lock record")
    }
    assert.strictEqual<number>(lockedAt(closes - 1000, null), closes)
    assert.strictEqual(lockedAt(closes + 5, closes - 1), closes + 5)
    assert.strictEqual(lockedAt(closes + 5, closes + 9), closes + 9)
  })

  it("is due at its closing, and half a minute later with a beacon, whose round its open record names", () => {
    const without = parseRecord(locked(opened(), 3))
    const withBeacon = parseRecord(locked(opened(quicknet), 3))
    if (without?.type !== "lock" || withBeacon?.type !== "lock") return assert.fail("lock records")
    assert.strictEqual(without.draws, closes)
    assert.isNull(without.beacon)
    assert.strictEqual(withBeacon.draws, closes + 30_000)
    assert.deepStrictEqual(withBeacon.beacon, {
      chainHash: quicknetHash,
      round: roundFor(quicknet, instant(closes + 30_000))
    })
  })

  it("is not settled by another seed, without its beacon, or with one that it does not name", () => {
    const [plain, beaconed] = [opened(), opened(quicknet)]
    assert.throws(() => outcomeOf(nobleSha256, plain, locked(plain, 3), new Uint8Array(32), null), /commitment/)
    assert.throws(() => outcomeOf(nobleSha256, plain, locked(plain, 3), seed, new Uint8Array(48)), /beacon/)
    assert.throws(() => outcomeOf(nobleSha256, beaconed, locked(beaconed, 3), seed, null), /beacon/)
  })

  it("is won by another position where a single bit of the beacon differs", () => {
    const openText = opened(quicknet)
    const lockText = locked(openText, 1_000_000_000)
    const one = outcomeOf(nobleSha256, openText, lockText, seed, new Uint8Array(48))
    const other = outcomeOf(nobleSha256, openText, lockText, seed, new Uint8Array(48).fill(1, 47))
    assert.notStrictEqual(toHex(one.entropy), toHex(other.entropy))
    assert.notStrictEqual(one.winningPosition, other.winningPosition)
  })

  it("names no winner without a ticket, and none without entries", () => {
    const openText = opened()
    const [empty, sold] = [locked(openText, 0), locked(openText, 2)]
    assert.throws(
      () => resultRecord(nobleSha256, sold, seed, null, outcomeOf(nobleSha256, openText, sold, seed, null), null),
      /winner/
    )
    assert.throws(
      () => resultRecord(nobleSha256, empty, seed, null, outcomeOf(nobleSha256, openText, empty, seed, null), winner),
      /winner/
    )
  })

  it("gives back every ticket's price where it is void", () => {
    const openText = opened()
    const lockText = locked(openText, 7)
    const record = voidRecord(nobleSha256, openText, lockText, "seed", null, 7)
    assert.strictEqual(record.refund, 700n)
    assert.deepStrictEqual(parseRecord(formatVoid(record)), record)
    assert.isNull(voidRecord(nobleSha256, openText, null, "closed", seed, 0).lock)
  })

  it("cannot take more than the books can hold", () => {
    assert.throws(() => takingsOf(10_000_000_001), RangeError)
  })
})
