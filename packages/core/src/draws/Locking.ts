/**
 * How a draw is locked: how many tickets it has, and the root of their tree, are published before anybody can know who wins
 * (docs/fairness.md, "Records").
 */
import type { Sha256 } from "../hash/Hash.ts"
import { beaconDelayMillis, type ChainInfo, chainNamed } from "../proof/Beacon.ts"
import { root } from "../proof/Merkle.ts"
import { takingsOf } from "../proof/Outcome.ts"
import { type LockRecord, recordHashHex } from "../proof/Record.ts"
import { formatLock, parseRecord } from "../proof/RecordText.ts"
import { toHex } from "../values/Bytes.ts"
import { type Instant, instant } from "../values/Instant.ts"
import type { DrawState } from "./DrawState.ts"
import { autoDrawTime, isDue } from "./DrawSteps.ts"
import { beaconAt, dailyDrawAt, openRecordOf } from "./Opening.ts"

/** What a draw has sold, when it locks. */
export interface Sold {
  readonly clock: Instant
  readonly lastPurchasedAt: Instant | null
  readonly entries: number
  /** The root of the tree of its tickets, 32 bytes. */
  readonly root: Uint8Array
}

/** A record's text read back. Throws `TypeError` where it is not a lock record: for records that this program published. */
export const lockRecordOf = (text: string): LockRecord => {
  const record = parseRecord(text)
  if (record?.type !== "lock") throw new TypeError("not a lock record")
  return record
}

/** The lock record of a daily draw. `openText` is its open record. */
export const lockDaily = (hash: Sha256, openText: string, sold: Sold): LockRecord => {
  const open = openRecordOf(openText)
  if (open.kind !== "daily") throw new TypeError("a room locks when its host says so")
  return {
    type: "lock",
    draw: open.draw,
    open: recordHashHex(hash, openText),
    locked: instant(Math.max(sold.clock, sold.lastPurchasedAt ?? 0, open.closes)),
    draws: dailyDrawAt(open.closes, open.beacon !== null),
    entries: sold.entries,
    root: toHex(sold.root),
    pool: takingsOf(sold.entries).pool,
    beacon: open.beacon
  }
}

/** What the lock of a room takes from elsewhere than the room. */
export interface RoomLockTerms {
  /** When its host wants it drawn; null: as soon as it can be. */
  readonly drawAt: Instant | null
  /** What is known of the chain that its open record names; null: nothing, or it names none. */
  readonly chain: ChainInfo | null
}

/**
 * The lock record of a room, to be drawn at `drawAt` or, where that is null or too early, as soon as it can be. Where its open record
 * names a beacon, it names the round.
 *
 * Throws `TypeError` where `chain` is not the open record's.
 */
export const lockRoom = (hash: Sha256, openText: string, sold: Sold & RoomLockTerms): LockRecord => {
  const open = openRecordOf(openText)
  if (open.kind !== "room") throw new TypeError("a daily draw locks by the clock")
  const locked = instant(Math.max(sold.clock, sold.lastPurchasedAt ?? 0))
  const earliest = open.beacon === null ? locked : locked + beaconDelayMillis
  const draws = instant(Math.max(sold.drawAt ?? 0, earliest))
  const chain = open.beacon === null
    ? null
    : chainNamed(hash, open.beacon.chainHash, sold.chain === null ? [] : [sold.chain])
  if (chain === undefined) throw new TypeError("a room waits for the chain that it opened with")
  return {
    type: "lock",
    draw: open.draw,
    open: recordHashHex(hash, openText),
    locked,
    draws,
    entries: sold.entries,
    root: toHex(sold.root),
    pool: takingsOf(sold.entries).pool,
    beacon: beaconAt(hash, chain, draws)
  }
}

/** A draw that is to be locked, as read under its lock. */
export type Lockable = Pick<
  DrawState,
  "clock" | "frontier" | "id" | "lastPurchasedAt" | "openText" | "totalEntries"
>

/** What is written of a draw that is locked: its row says what the record says. */
export interface Locked {
  readonly record: LockRecord
  /** The record, to be signed. */
  readonly text: string
}

/** What a draw has sold. Throws where the tree that the sales carried along does not hold its tickets. */
const soldIn = (hash: Sha256, { clock, frontier, id, lastPurchasedAt, totalEntries }: Lockable): Sold => {
  if (frontier?.size !== totalEntries) {
    throw new Error(`the carried tree of draw ${id} does not hold its ${totalEntries} tickets`)
  }
  return { clock, lastPurchasedAt, entries: totalEntries, root: root(hash, frontier) }
}

/** Locks a daily draw whose sales are over; null where it is not to be locked (any more, or yet). `draw` is read under its lock. */
export const lockByClock = (hash: Sha256, draw: DrawState): Locked | null => {
  if (!isDue("lock", draw, draw.clock)) return null
  const record = lockDaily(hash, draw.openText, soldIn(hash, draw))
  return { record, text: formatLock(record) }
}

/**
 * The lock of a draw that was locked before a backup was put back: as it was published then, with exactly the tickets that there are. Null
 * where the tickets are others: a second record of the draw would be one too many.
 */
export const lockAgain = ({ record }: Locked, published: string): Locked | null => {
  const before = lockRecordOf(published)
  return before.draw === record.draw && before.open === record.open && before.entries === record.entries &&
      before.root === record.root ?
    { record: before, text: published } :
    null
}

/** What is written of a room that is locked. */
export interface LockedByHost extends Locked {
  /** When the server draws it although its host never comes back. */
  readonly autoDrawAt: Instant
}

/** Locks a room whose host may start its draw, which `startRoom` of `rooms` decides. */
export const lockByHost = (
  hash: Sha256,
  draw: Lockable,
  terms: RoomLockTerms
): LockedByHost => {
  const record = lockRoom(hash, draw.openText, { ...soldIn(hash, draw), ...terms })
  return { record, text: formatLock(record), autoDrawAt: autoDrawTime(record.locked, terms.drawAt, record.draws) }
}
