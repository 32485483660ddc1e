/** A draw in each state, as the decisions about it see it. */
import { assert } from "@effect/vitest"
import { daysToPublish } from "../../src/draws/Draw.ts"
import type { DrawState } from "../../src/draws/DrawState.ts"
import { lockByClock } from "../../src/draws/Locking.ts"
import { newDailyDraws, newRoomDraw } from "../../src/draws/Opening.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { append, emptyFrontier, leafHash } from "../../src/proof/Merkle.ts"
import { drawId, ticketId, userId } from "../../src/values/Ids.ts"
import { dayMillis, dayOf, dayStart, instant } from "../../src/values/Instant.ts"

export const idOf = (nth: number) => drawId(`019a0000-0000-7000-8000-${nth.toString(16).padStart(12, "0")}`)
export const noon = instant(Date.UTC(2026, 1, 3, 12))
export const seed = new Uint8Array(32).fill(7)
export const [ada, bob] = [
  userId("019a0000-0000-7000-9000-00000000000a"),
  userId("019a0000-0000-7000-9000-00000000000b")
]
export const ticket = ticketId("DDL-20260203-7K3QX")

/** The tree of some tickets. */
export const treeOf = (entries: number) =>
  append(
    nobleSha256,
    emptyFrontier,
    Array.from({ length: entries }, (_, nth) => leafHash(nobleSha256, Uint8Array.of(nth)))
  )

const [published] = newDailyDraws(
  nobleSha256,
  daysToPublish(noon, null).slice(0, 1).map((day) => ({ ...day, id: idOf(1), seed })),
  null,
  null
)
if (published === undefined) throw new Error("there is a first day")

/** The day's draw, on sale from noon on. */
export const firstDay = published

export const dayEnds = instant(dayStart(dayOf(noon)) + dayMillis)

/** The day's draw as it is when its sales are over, with so many tickets. */
export const openDay = (entries: number, rest: Partial<DrawState> = {}): DrawState => ({
  id: idOf(1),
  kind: "daily",
  status: "open",
  opensAt: noon,
  closesAt: dayEnds,
  lockedAt: null,
  drawAt: null,
  autoDrawAt: null,
  firstPurchasedAt: entries === 0 ? null : noon,
  hostGoneAt: null,
  isRoundMissing: false,
  isTiled: false,
  voidBegunAt: null,
  clock: dayEnds,
  openText: firstDay.text,
  lockText: null,
  totalEntries: entries,
  frontier: treeOf(entries),
  lastPurchasedAt: entries === 0 ? null : noon,
  chainHash: null,
  chainFollowedAt: null,
  beaconSignature: null,
  voidText: null,
  refundedEntries: 0,
  ...rest
})

/** A room's draw. */
export const openRoom = (entries: number, rest: Partial<DrawState> = {}): DrawState => ({
  ...openDay(entries),
  kind: "room",
  closesAt: null,
  openText: newRoomDraw(nobleSha256, { id: idOf(1), opens: noon, seed, chain: null }).text,
  ...rest
})

/** The day's draw once it is locked. */
export const lockedDay = (entries: number, rest: Partial<DrawState> = {}): DrawState => {
  const locked = lockByClock(nobleSha256, openDay(entries))
  assert(locked !== null)
  return openDay(entries, {
    status: "locked",
    lockText: locked.text,
    lockedAt: locked.record.locked,
    drawAt: locked.record.draws,
    ...rest
  })
}
