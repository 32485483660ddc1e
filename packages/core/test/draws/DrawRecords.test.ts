import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { lockDaily, lockRoom } from "../../src/draws/Locking.ts"
import { openDaily, openRoom } from "../../src/draws/Opening.ts"
import { outcomeOf, resultRecord } from "../../src/draws/Settlement.ts"
import { voidRecord } from "../../src/draws/Voiding.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { ticketFee, ticketPot, ticketPrice } from "../../src/money/Money.ts"
import {
  beaconDelayMillis,
  type ChainInfo,
  quicknet,
  quicknetHash,
  roundFor,
  roundTime
} from "../../src/proof/Beacon.ts"
import { takingsOf } from "../../src/proof/Outcome.ts"
import { recordHashHex } from "../../src/proof/Record.ts"
import { formatLock, formatOpen, formatResult, formatVoid, parseRecord } from "../../src/proof/RecordText.ts"
import { verifyBundle } from "../../src/proof/Verifier.ts"
import { fromHex } from "../../src/values/Bytes.ts"
import { drawId, ticketId } from "../../src/values/Ids.ts"
import { dayAfter, dayOf, dayStart, instant } from "../../src/values/Instant.ts"
import { bundleDraw, defined, makeBundle, operator, signRound, testChain, testChainHash } from "../support/bundles.ts"
import { hashes } from "../support/nodeSha256.ts"

const id = drawId("019a0000-0000-7000-8000-000000000001")
const date = dayOf(instant(Date.UTC(2026, 1, 3)))
const opens = dayStart(date)
const closes = dayStart(dayAfter(date))
const seed = new Uint8Array(32).fill(7)
const winner = ticketId("DDL-20260203-7K3QX")
const noon = instant(Date.UTC(2026, 1, 3, 12))

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
        const outcome = outcomeOf(hash, openText, lockText, seed, null, null)
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
    assert.throws(() => outcomeOf(nobleSha256, plain, locked(plain, 3), new Uint8Array(32), null, null), /commitment/)
    assert.throws(() => outcomeOf(nobleSha256, plain, locked(plain, 3), seed, new Uint8Array(48), null), /beacon/)
    assert.throws(() => outcomeOf(nobleSha256, beaconed, locked(beaconed, 3), seed, null, null), /beacon/)
  })

  it("is won by no other signature than that of the round which its records name", () => {
    const openText = opened(testChain)
    const lockText = locked(openText, 1_000_000_000)
    const record = parseRecord(lockText)
    assert(record?.type === "lock" && record.beacon !== null)
    const { round } = record.beacon
    const outcome = (signature: Uint8Array, chain: ChainInfo | null = testChain) =>
      outcomeOf(nobleSha256, openText, lockText, seed, signature, chain)
    const genuine = defined(fromHex(signRound(round), 48))
    assert.notStrictEqual(outcome(genuine).winningPosition, null)
    const changed = Uint8Array.from(genuine)
    changed[47]! ^= 1
    for (const signature of [defined(fromHex(signRound(round + 1), 48)), changed, new Uint8Array(48)]) {
      assert.throws(() => outcome(signature), /signature/)
    }
    // a chain that this program does not know
    assert.throws(() => outcome(genuine, null), /signature/)
  })

  it("names no winner without a ticket, and none without entries", () => {
    const openText = opened()
    const [empty, sold] = [locked(openText, 0), locked(openText, 2)]
    assert.throws(
      () => resultRecord(nobleSha256, sold, seed, null, outcomeOf(nobleSha256, openText, sold, seed, null, null), null),
      /winner/
    )
    assert.throws(
      () =>
        resultRecord(nobleSha256, empty, seed, null, outcomeOf(nobleSha256, openText, empty, seed, null, null), winner),
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

const hourMillis = 3_600_000

describe.each([["without a beacon", null], ["with one", testChain]] as const)("a room, %s,", (_, chain) => {
  const openText = formatOpen(openRoom(nobleSha256, { id: bundleDraw, opens, seed, chain }))
  const lock = (clock: number, lastPurchasedAt: number | null = null, drawAt: number | null = null) =>
    lockRoom(nobleSha256, openText, {
      clock: instant(clock),
      lastPurchasedAt: lastPurchasedAt === null ? null : instant(lastPurchasedAt),
      entries: 2,
      root: new Uint8Array(32),
      drawAt: drawAt === null ? null : instant(drawAt),
      chain
    })
  const delay = chain === null ? 0 : beaconDelayMillis

  it("opens without a close, a day, or a round, chained to nothing", () => {
    const record = parseRecord(openText)
    assert(record?.type === "open")
    assert.deepStrictEqual(
      [record.kind, record.opens, record.closes, record.date, record.previous],
      ["room", opens, null, null, null]
    )
    assert.deepStrictEqual(record.beacon, chain === null ? null : { chainHash: testChainHash, round: 0 })
  })

  it("locks when its host says so, or when the last ticket was sold", () => {
    assert.strictEqual(lock(noon).locked, noon)
    assert.strictEqual(lock(noon, noon - 1).locked, noon)
    assert.strictEqual(lock(noon, noon + 7).locked, noon + 7)
  })

  it("is due when its host wants, but never before the outcome can be known, and names the first round from then on", () => {
    const near = fc.integer({ min: -hourMillis, max: hourMillis })
    fc.assert(
      fc.property(near, fc.option(near, { nil: null }), fc.option(near, { nil: null }), (clock, last, drawAt) => {
        const [at, sold, wanted] = [clock, last, drawAt].map((millis) => millis === null ? null : noon + millis)
        const record = lock(at ?? noon, sold ?? null, wanted ?? null)
        assert.deepStrictEqual(parseRecord(formatLock(record)), record)
        assert.strictEqual(record.draws, Math.max(wanted ?? 0, record.locked + delay))
        if (chain === null) return assert.isNull(record.beacon)
        assert.strictEqual(record.beacon?.chainHash, testChainHash)
        const { round = 0 } = record.beacon ?? {}
        assert.isTrue(roundTime(chain, round) >= record.draws && roundTime(chain, round - 1) < record.draws)
        // published half a minute before anybody can know it
        assert.isTrue(roundTime(chain, round) >= record.locked + beaconDelayMillis)
      })
    )
  })

  it("waits for the chain that it opened with, whatever is configured since", () => {
    const asked = { clock: noon, lastPurchasedAt: null, entries: 0, root: new Uint8Array(32), drawAt: null }
    for (const other of [null, testChain, quicknet]) {
      const locks = () => lockRoom(nobleSha256, openText, { ...asked, chain: other }).beacon
      if (chain === null) assert.isNull(locks())
      else if (other === chain) assert.strictEqual(locks()?.chainHash, testChainHash)
      else assert.throws(locks, /chain/)
    }
    const open = openRoom(nobleSha256, { id: bundleDraw, opens, seed: new Uint8Array(32), chain: quicknet })
    const { beacon, draws } = lockRoom(nobleSha256, formatOpen(open), { ...asked, chain: quicknet })
    assert.deepStrictEqual(beacon, { chainHash: quicknetHash, round: roundFor(quicknet, draws) })
  })

  it("is not locked by the clock, nor a daily draw by a host", () => {
    const sold = { clock: noon, lastPurchasedAt: null, entries: 0, root: new Uint8Array(32) }
    assert.throws(() => lockDaily(nobleSha256, openText, sold), /host/)
    assert.throws(() => lockRoom(nobleSha256, opened(chain), { ...sold, drawAt: null, chain }), /clock/)
  })

  it("convinces the verifier at each stage", async () => {
    const locked = instant(opens + hourMillis)
    const verify = (stage: "open" | "locked" | "drawn" | "void", drawAt: number | null) => {
      let text = ""
      const bundle = makeBundle({
        kind: "room",
        beacon: chain !== null,
        stage,
        open: () => {
          const record = openRoom(nobleSha256, { id: bundleDraw, opens, seed: new Uint8Array(32).fill(3), chain })
          text = formatOpen(record)
          return record
        },
        lock: ({ entries, root }) =>
          lockRoom(nobleSha256, text, {
            clock: locked,
            lastPurchasedAt: instant(opens + entries - 1),
            entries,
            root: fromHex(root, 32) ?? assert.fail("a root"),
            drawAt: drawAt === null ? null : instant(drawAt),
            chain
          })
      })
      return verifyBundle(nobleSha256, [Buffer.from(bundle.text)], { keys: [operator.key], chainHash: testChainHash })
    }
    const verdicts = [
      await verify("open", null),
      await verify("locked", null),
      await verify("locked", locked + hourMillis),
      await verify("locked", opens),
      await verify("drawn", null),
      await verify("drawn", locked + delay),
      await verify("void", null)
    ]
    assert.deepStrictEqual(verdicts.map(({ verdict }) => verdict), [
      "PENDING OPEN",
      "PENDING LOCKED",
      "PENDING LOCKED",
      "PENDING LOCKED",
      ...(chain === null ? ["VALID SIGNED", "VALID SIGNED"] : ["VALID BEACON", "VALID BEACON"]),
      "VOID"
    ])
  })
})
