/**
 * How a draw is opened, locked, settled or declared void: what its records say, and whom it pays.
 *
 * These are decisions on plain data. Whoever stores them signs each record once, in the transaction that changes the draw
 * (FAIRNESS.md, "Records").
 */
import type { Sha256 } from "../hash/Hash.ts"
import { type Cents, ticketPot, ticketPrice } from "../money/Money.ts"
import {
  type BeaconRef,
  type DailyOpenRecord,
  type LockRecord,
  type OpenRecord,
  parseRecord,
  recordHashHex,
  type ResultRecord,
  type RoomOpenRecord,
  type VoidRecord
} from "../proof/Record.ts"
import { fromHex, toHex } from "../values/Bytes.ts"
import type { DrawId, Position, TicketId } from "../values/Ids.ts"
import { type Day, type Instant, instant } from "../values/Instant.ts"
import { beaconDelayMillis, chainHash, type ChainInfo, chainNamed, roundFor, verifyBeacon } from "./Beacon.ts"
import { commit } from "./Commitment.ts"
import type { VoidReason } from "./Draw.ts"
import { entropy, type Takings, takings, winningPosition } from "./Outcome.ts"

const terms = { price: ticketPrice, pot: ticketPot }

const beaconAt = (hash: Sha256, chain: ChainInfo | null, draws: Instant): BeaconRef | null => {
  if (chain === null) return null
  const name = chainHash(hash, chain)
  if (name === undefined) throw new TypeError("the beacon's chain is malformed")
  return { chainHash: toHex(name), round: roundFor(chain, draws) }
}

/** When the outcome of a daily draw is due. */
const dailyDrawAt = (closes: Instant, withBeacon: boolean): Instant =>
  withBeacon ? instant(closes + beaconDelayMillis) : closes

/** The open record of a daily draw. `previous` is the text of the newest earlier daily draw's open record. */
export const openDaily = (hash: Sha256, draw: {
  readonly id: DrawId
  readonly date: Day
  readonly opens: Instant
  readonly closes: Instant
  readonly seed: Uint8Array
  readonly chain: ChainInfo | null
  readonly previous: string | null
}): DailyOpenRecord => ({
  type: "open",
  draw: draw.id,
  kind: "daily",
  date: draw.date,
  opens: draw.opens,
  closes: draw.closes,
  ...terms,
  commitment: toHex(commit(hash, draw.id, draw.seed)),
  beacon: beaconAt(hash, draw.chain, dailyDrawAt(draw.closes, draw.chain !== null)),
  previous: draw.previous === null ? null : recordHashHex(hash, draw.previous)
})

/** The open record of a room: its host is its clock, so it says neither when it closes nor which round it waits for. */
export const openRoom = (hash: Sha256, room: {
  readonly id: DrawId
  readonly opens: Instant
  readonly seed: Uint8Array
  readonly chain: ChainInfo | null
}): RoomOpenRecord => {
  const beacon = beaconAt(hash, room.chain, room.opens)
  return {
    type: "open",
    draw: room.id,
    kind: "room",
    date: null,
    opens: room.opens,
    closes: null,
    ...terms,
    commitment: toHex(commit(hash, room.id, room.seed)),
    beacon: beacon === null ? null : { ...beacon, round: 0 },
    previous: null
  }
}

/** What a draw took: entries × price, split into pot and fee. Throws `RangeError` beyond what the books can hold. */
export const takingsOf = (entries: number): Takings => {
  const taken = takings(entries, terms)
  if (taken === undefined) throw new RangeError(`the books cannot hold the takings of ${entries} tickets`)
  return taken
}

const openRecordOf = (text: string): OpenRecord => {
  const record = parseRecord(text)
  if (record?.type !== "open") throw new TypeError("not an open record")
  return record
}

/** A record's text read back. Throws `TypeError` where it is not a lock record: for records that this program published. */
export const lockRecordOf = (text: string): LockRecord => {
  const record = parseRecord(text)
  if (record?.type !== "lock") throw new TypeError("not a lock record")
  return record
}

/** The lock record of a daily draw at `clock`. `openText` is its open record; `root` the root of its `entries` tickets. */
export const lockDaily = (hash: Sha256, openText: string, sold: {
  readonly clock: Instant
  readonly lastPurchasedAt: Instant | null
  readonly entries: number
  readonly root: Uint8Array
}): LockRecord => {
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

/**
 * The lock record of a room at `clock`, to be drawn at `drawAt` or, where that is null or too early, as soon as it can be. `root` is the
 * root of its `entries` tickets. Where its open record names a beacon, it names the round: of `chain`, the configured one, or quicknet.
 *
 * Throws `TypeError` where the open record's chain is neither.
 */
export const lockRoom = (hash: Sha256, openText: string, sold: {
  readonly clock: Instant
  readonly lastPurchasedAt: Instant | null
  readonly entries: number
  readonly root: Uint8Array
  readonly drawAt: Instant | null
  readonly chain: ChainInfo | null
}): LockRecord => {
  const open = openRecordOf(openText)
  if (open.kind !== "room") throw new TypeError("a daily draw locks by the clock")
  const locked = instant(Math.max(sold.clock, sold.lastPurchasedAt ?? 0))
  const earliest = open.beacon === null ? locked : locked + beaconDelayMillis
  const draws = instant(Math.max(sold.drawAt ?? 0, earliest))
  const chain = open.beacon === null ? null : chainNamed(hash, open.beacon.chainHash, sold.chain)
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

/** What decides a draw, once its seed is opened and its beacon's round is there. */
export interface Outcome {
  readonly entropy: Uint8Array
  /** Null where nobody entered. */
  readonly winningPosition: Position | null
  readonly prize: Cents
  readonly fee: Cents
}

/**
 * The outcome of a locked draw. `beaconSignature` is the round's, null where the records name no beacon; `configured` the chain that new
 * draws name.
 *
 * Throws `TypeError` where the seed does not open the commitment, the beacon is missing or not asked for, or its signature is not the
 * round's: whoever stored it cannot choose a winner. Takes tens of milliseconds with a beacon.
 */
export const outcomeOf = (
  hash: Sha256,
  openText: string,
  lockText: string,
  seed: Uint8Array,
  beaconSignature: Uint8Array | null,
  configured: ChainInfo | null
): Outcome => {
  const open = openRecordOf(openText)
  const lock = lockRecordOf(lockText)
  if (toHex(commit(hash, open.draw, seed)) !== open.commitment) {
    throw new TypeError("the seed does not open the commitment")
  }
  if ((lock.beacon === null) !== (beaconSignature === null)) throw new TypeError("the beacon is not the records'")
  if (lock.beacon !== null && beaconSignature !== null) {
    const chain = chainNamed(hash, lock.beacon.chainHash, configured)
    if (chain === undefined || !verifyBeacon(hash, chain, { round: lock.beacon.round, signature: beaconSignature })) {
      throw new TypeError("the beacon's signature is not that of the round which the records name")
    }
  }
  const openHash = fromHex(lock.open, 32)
  if (openHash === undefined) throw new TypeError("a record's hash has 32 bytes")
  const drawn = entropy(hash, {
    drawId: open.draw,
    openHash,
    seed,
    beaconSignature: beaconSignature ?? new Uint8Array(0)
  })
  const taken = takingsOf(lock.entries)
  return {
    entropy: drawn,
    winningPosition: winningPosition(drawn, lock.entries) ?? null,
    prize: taken.pool,
    fee: taken.fee
  }
}

/** The result record. `winner` is the ticket at the outcome's position, null where nobody entered. */
export const resultRecord = (
  hash: Sha256,
  lockText: string,
  seed: Uint8Array,
  beaconSignature: Uint8Array | null,
  outcome: Outcome,
  winner: TicketId | null
): ResultRecord => {
  const lock = lockRecordOf(lockText)
  if ((outcome.winningPosition === null) !== (winner === null)) throw new TypeError("a winner has a ticket")
  return {
    type: "result",
    draw: lock.draw,
    lock: recordHashHex(hash, lockText),
    seed: toHex(seed),
    beacon: lock.beacon === null || beaconSignature === null
      ? null
      : { round: lock.beacon.round, signature: toHex(beaconSignature) },
    entropy: toHex(outcome.entropy),
    winner: outcome.winningPosition === null || winner === null
      ? null
      : { position: outcome.winningPosition, ticketId: winner },
    prize: outcome.prize,
    fee: outcome.fee
  }
}

/** The void record: every ticket's price goes back to its buyer. `seed` is null where it could not be opened. */
export const voidRecord = (
  hash: Sha256,
  openText: string,
  lockText: string | null,
  reason: VoidReason,
  seed: Uint8Array | null,
  entries: number
): VoidRecord => ({
  type: "void",
  draw: openRecordOf(openText).draw,
  open: recordHashHex(hash, openText),
  lock: lockText === null ? null : recordHashHex(hash, lockText),
  reason,
  seed: seed === null ? null : toHex(seed),
  refund: takingsOf(entries).refund
})
