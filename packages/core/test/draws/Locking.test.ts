import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { autoDrawAfterMillis } from "../../src/draws/DrawSteps.ts"
import { lockAgain, lockByClock, lockByHost } from "../../src/draws/Locking.ts"
import { newRoomDraw } from "../../src/draws/Opening.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { beaconDelayMillis } from "../../src/proof/Beacon.ts"
import { root } from "../../src/proof/Merkle.ts"
import { parseRecord } from "../../src/proof/RecordText.ts"
import { toHex } from "../../src/values/Bytes.ts"
import { instant } from "../../src/values/Instant.ts"
import { testChain } from "../support/bundles.ts"
import { dayEnds, idOf, lockedDay, noon, openDay, openRoom, seed, treeOf } from "../support/drawStates.ts"

describe("a draw that locks", () => {
  it("says how many tickets it has and the root of their tree", () => {
    fc.assert(fc.property(fc.nat(20), (entries) => {
      const locked = lockByClock(nobleSha256, openDay(entries))
      assert(locked !== null)
      assert.deepStrictEqual(parseRecord(locked.text), locked.record)
      assert.strictEqual(locked.record.entries, entries)
      assert.strictEqual(locked.record.root, toHex(root(nobleSha256, treeOf(entries))))
    }))
  })

  it("is a day whose sales are over, and not twice", () => {
    assert.isNull(lockByClock(nobleSha256, openDay(2, { clock: instant(dayEnds - 1) })))
    assert.isNull(lockByClock(nobleSha256, lockedDay(2)))
    assert.isNull(lockByClock(nobleSha256, openRoom(2)))
  })

  it("is locked again after a backup was put back as it was published then, with the same tickets alone", () => {
    const [before, later] = [
      lockByClock(nobleSha256, openDay(2)),
      lockByClock(nobleSha256, openDay(2, { clock: instant(dayEnds + 5_000) }))
    ]
    const others = lockByClock(nobleSha256, openDay(3))
    assert(before !== null && later !== null && others !== null)
    assert.notStrictEqual(later.text, before.text)
    assert.deepStrictEqual(lockAgain(later, before.text), before)
    assert.isNull(lockAgain(others, before.text))
  })

  it("is refused where the tree that the sales carried along does not hold its tickets", () => {
    assert.throws(() => lockByClock(nobleSha256, openDay(2, { totalEntries: 3 })), /carried tree/)
  })

  it("is, of a room, drawn by the server at the host's time, else a day after the lock", () => {
    const room = openRoom(2)
    const named = instant(room.clock + 5_000)
    const { autoDrawAt, record } = lockByHost(nobleSha256, room, { drawAt: named, chain: null })
    assert.deepStrictEqual([record.draws, autoDrawAt], [named, named])
    const unnamed = lockByHost(nobleSha256, room, { drawAt: null, chain: null })
    assert.deepStrictEqual([unnamed.record.draws, unnamed.autoDrawAt], [
      room.clock,
      instant(room.clock + autoDrawAfterMillis)
    ])
    const opened = newRoomDraw(nobleSha256, { id: idOf(1), opens: noon, seed, chain: testChain })
    const waits = lockByHost(nobleSha256, { ...room, openText: opened.text }, { drawAt: named, chain: testChain })
    assert.deepStrictEqual([waits.record.draws, waits.autoDrawAt], [
      instant(room.clock + beaconDelayMillis),
      instant(room.clock + beaconDelayMillis)
    ])
  })
})
