import { assert, describe, it } from "@effect/vitest"
import { drawStatuses } from "../../src/draws/Draw.ts"
import { earlyVoidAfterMillis } from "../../src/draws/DrawSteps.ts"
import { refuseEarlyVoid } from "../../src/draws/EarlyVoid.ts"
import { quicknetHash } from "../../src/proof/Beacon.ts"
import { instant } from "../../src/values/Instant.ts"
import { noon } from "../support/drawStates.ts"

const chainHash = "ab".repeat(32)
const waiting = { status: "locked", drawAt: noon, beacon: { chainHash, round: 7 } } as const
const dayLater = instant(noon + earlyVoidAfterMillis)
const none: ReadonlySet<string> = new Set()

describe("an operator", () => {
  it("may declare a draw void a day after it was due, whose chain nobody follows and whose round is not there", () => {
    assert.isNull(refuseEarlyVoid(waiting, true, none, null, dayLater))
    assert.deepStrictEqual(refuseEarlyVoid(waiting, true, none, null, instant(dayLater - 1)), {
      _tag: "TooEarly",
      from: dayLater
    })
  })

  it("may not choose: not where the round is there, may come still, or can be had by anyone", () => {
    assert.deepStrictEqual(refuseEarlyVoid(waiting, false, none, null, dayLater), { _tag: "RoundThere", round: 7 })
    assert.deepStrictEqual(refuseEarlyVoid(waiting, true, new Set([chainHash]), null, dayLater), {
      _tag: "Followed",
      chainHash
    })
    const onQuicknet = { ...waiting, beacon: { chainHash: quicknetHash, round: 7 } }
    assert.deepStrictEqual(refuseEarlyVoid(onQuicknet, true, none, null, dayLater), {
      _tag: "PublicChain",
      chainHash: quicknetHash
    })
  })

  it("may not within a day after any server followed the chain, whatever their own settings say", () => {
    const followedAt = instant(dayLater - 5)
    const until = instant(followedAt + earlyVoidAfterMillis)
    assert.deepStrictEqual(refuseEarlyVoid(waiting, true, none, followedAt, dayLater), {
      _tag: "FollowedLately",
      chainHash,
      until
    })
    assert.isNull(refuseEarlyVoid(waiting, true, none, followedAt, until))
  })

  it("may not where the draw is not locked, or needs no round", () => {
    for (const status of drawStatuses.filter((each) => each !== "locked")) {
      assert.deepStrictEqual(refuseEarlyVoid({ ...waiting, status }, true, none, null, dayLater), {
        _tag: "NotLocked",
        status
      })
    }
    assert.deepStrictEqual(refuseEarlyVoid({ ...waiting, beacon: null }, true, none, null, dayLater), {
      _tag: "NoBeacon"
    })
  })
})
