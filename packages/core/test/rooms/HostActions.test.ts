import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import type { Lockable } from "../../src/draws/Locking.ts"
import { openRoom } from "../../src/draws/Opening.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { append, emptyFrontier } from "../../src/proof/Merkle.ts"
import { formatOpen } from "../../src/proof/RecordText.ts"
import { closeRoom, drawAheadMillisMax, executeRoom, holdersMin, startRoom } from "../../src/rooms/HostActions.ts"
import type { RoomRefusal, RoomState } from "../../src/rooms/RoomState.ts"
import { drawId, type UserId } from "../../src/values/Ids.ts"
import { type Instant, instant } from "../../src/values/Instant.ts"
import { guest, host, locked, noon, room, rooms, stranger, withTicket } from "../support/rooms.ts"

const id = drawId("019a0000-0000-7000-8000-000000000001")

/** A draw that sold one ticket, a second before noon. */
const draw: Lockable = {
  id,
  clock: noon,
  openText: formatOpen(
    openRoom(nobleSha256, { id, opens: instant(noon - 1000), seed: new Uint8Array(32), chain: null })
  ),
  totalEntries: 1,
  frontier: append(nobleSha256, emptyFrontier, [new Uint8Array(32).fill(1)]),
  lastPurchasedAt: instant(noon - 1)
}

const start = (any: RoomState, userId: UserId, drawAt: Instant | null, isChainFollowed = true) =>
  startRoom(nobleSha256, any, draw, userId, { drawAt, chain: null, isChainFollowed })

/** Why it was refused, or what it was decided to be. */
const tag = (decided: Result.Result<{ readonly _tag: string } | { readonly record: unknown }, RoomRefusal>): string =>
  Result.isFailure(decided) ? decided.failure._tag : "_tag" in decided.success ? decided.success._tag : "Locked"
const statusIn = (decided: Parameters<typeof tag>[0]) =>
  Result.isFailure(decided) && decided.failure._tag === "WrongState" ? decided.failure.status : tag(decided)

describe("whoever is no member", () => {
  it("is told of no room, whatever they ask and whatever its state", () => {
    fc.assert(fc.property(rooms, fc.option(fc.integer(), { nil: null }), (any, drawAt) => {
      const decided = [
        closeRoom(any, stranger),
        start(any, stranger, drawAt === null ? null : instant(noon + drawAt)),
        executeRoom(any, stranger, noon)
      ]
      assert.deepStrictEqual(decided.map(tag), ["NoRoom", "NoRoom", "NoRoom"])
    }))
  })
})

describe("a member", () => {
  it("does nothing that is the host's", () => {
    fc.assert(fc.property(rooms.filter(({ members }) => members.length > 1), (any) => {
      const decided = [closeRoom(any, guest), start(any, guest, null), executeRoom(any, guest, noon)]
      assert.deepStrictEqual(decided.map(tag), ["Forbidden", "Forbidden", "Forbidden"])
    }))
  })
})

describe("the host", () => {
  it("closes a room until it is locked; a closed one stays as it is", () => {
    assert.deepStrictEqual(closeRoom(withTicket, host), Result.succeed({ _tag: "DeclareVoid", reason: "closed" }))
    assert.strictEqual(statusIn(closeRoom(locked, host)), "locked")
    assert.strictEqual(statusIn(closeRoom(room({ status: "drawn" }), host)), "drawn")
    assert.deepStrictEqual(closeRoom(room({ status: "void" }), host), Result.succeed({ _tag: "Closed" }))
  })

  it("starts no draw whose round nobody here could have, and closes the room all the same", () => {
    assert.deepStrictEqual(start(withTicket, host, null, false), Result.fail({ _tag: "BeaconNotFollowed" }))
    assert.strictEqual(tag(closeRoom(withTicket, host)), "DeclareVoid")
  })

  it("starts no draw with tickets of fewer than two members", () => {
    fc.assert(fc.property(rooms.filter(({ status }) => status === "open"), (any) => {
      const holders = any.members.filter(({ hasTicket }) => hasTicket).length
      const decided = start(any, host, null)
      if (holders >= holdersMin) assert.isTrue(Result.isSuccess(decided))
      else assert.deepStrictEqual(decided, Result.fail({ _tag: "TooFewHolders", holders }))
    }))
  })

  it("starts the draw once, at a time within a day", () => {
    const starts = (drawAt: number | null) => start(withTicket, host, drawAt === null ? null : instant(noon + drawAt))
    for (const drawAt of [null, 0, 1, drawAheadMillisMax]) {
      const decided = starts(drawAt)
      assert(Result.isSuccess(decided))
      const { autoDrawAt, record } = decided.success
      assert.strictEqual(record.locked, noon)
      assert.strictEqual(record.draws, noon + (drawAt ?? 0))
      assert.strictEqual(record.entries, 1)
      assert.strictEqual(autoDrawAt, noon + (drawAt ?? drawAheadMillisMax))
    }
    for (const drawAt of [-1, drawAheadMillisMax + 1]) {
      assert.deepStrictEqual(
        starts(drawAt),
        Result.fail({ _tag: "BadTime", earliest: noon, latest: instant(noon + drawAheadMillisMax) })
      )
    }
    for (const status of ["locked", "drawn", "void"] as const) {
      // too late is told before a bad time
      assert.strictEqual(tag(start(room({ status }), host, instant(0))), "WrongState")
    }
  })

  it("draws a locked room from its time on; a drawn one stays as it is", () => {
    assert.deepStrictEqual(executeRoom(locked, host, noon), Result.succeed({ _tag: "Settle" }))
    assert.deepStrictEqual(executeRoom(locked, host, instant(noon + 1)), Result.succeed({ _tag: "Settle" }))
    assert.strictEqual(statusIn(executeRoom(locked, host, instant(noon - 1))), "locked")
    assert.strictEqual(statusIn(executeRoom(room(), host, noon)), "open")
    assert.strictEqual(statusIn(executeRoom(room({ status: "void" }), host, noon)), "closed")
    assert.deepStrictEqual(
      executeRoom(room({ status: "drawn", drawAt: noon }), host, noon),
      Result.succeed({ _tag: "Drawn" })
    )
  })

  it("waits for the beacon's round, once the room's time has come, and need not come again", () => {
    const waiting = { ...locked, isRoundMissing: true }
    assert.deepStrictEqual(
      executeRoom(waiting, host, instant(noon + 5)),
      Result.succeed({ _tag: "AwaitRound", autoDrawAt: noon, refusal: { _tag: "BeaconPending" } })
    )
    assert.strictEqual(statusIn(executeRoom(waiting, host, instant(noon - 1))), "locked")
    assert.strictEqual(tag(executeRoom(waiting, guest, noon)), "Forbidden")
    assert.strictEqual(tag(executeRoom(waiting, stranger, noon)), "NoRoom")
  })
})
