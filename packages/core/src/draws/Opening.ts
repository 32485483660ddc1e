/**
 * How a draw begins: its open record, which commits to its seed before the first ticket is sold (docs/fairness.md, "Records").
 *
 * These are decisions on plain data. Whoever stores them signs each record once, in the transaction that changes the draw.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { beaconDelayMillis, chainHash, type ChainInfo, roundFor } from "../proof/Beacon.ts"
import { commit } from "../proof/Commitment.ts"
import { ticketTerms } from "../proof/Outcome.ts"
import {
  type BeaconRef,
  type DailyOpenRecord,
  type OpenRecord,
  recordHashHex,
  type RoomOpenRecord
} from "../proof/Record.ts"
import { formatOpen, parseRecord } from "../proof/RecordText.ts"
import { toHex } from "../values/Bytes.ts"
import type { DrawId } from "../values/Ids.ts"
import { type Day, type Instant, instant } from "../values/Instant.ts"
import type { PlannedDay } from "./Draw.ts"

/** The round of a chain that decides an outcome which is due at `drawAt`; null without a chain. Throws `TypeError` of a chain that is none. */
export const beaconAt = (hash: Sha256, chain: ChainInfo | null, drawAt: Instant): BeaconRef | null => {
  if (chain === null) return null
  const name = chainHash(hash, chain)
  if (name === undefined) throw new TypeError("the beacon's chain is malformed")
  return { chainHash: toHex(name), round: roundFor(chain, drawAt) }
}

/** When the outcome of a daily draw is due. */
export const dailyDrawAt = (closes: Instant, withBeacon: boolean): Instant =>
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
  ...ticketTerms,
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
    ...ticketTerms,
    commitment: toHex(commit(hash, room.id, room.seed)),
    beacon: beacon === null ? null : { ...beacon, round: 0 },
    previous: null
  }
}

/** A record's text read back. Throws `TypeError` where it is not an open record: for records that this program published. */
export const openRecordOf = (text: string): OpenRecord => {
  const record = parseRecord(text)
  if (record?.type !== "open") throw new TypeError("not an open record")
  return record
}

/** A draw that is to be published: a row that says what its record says, with no ticket in it, and its seed sealed beside it. */
export interface NewDraw {
  readonly status: "scheduled" | "open"
  readonly record: OpenRecord
  /** The record, to be signed. */
  readonly text: string
  /** The beacon's chain that it names, whose parameters are kept with it; null: none. */
  readonly chain: ChainInfo | null
}

/** The draw of a new room, on sale at once. `seed` has 32 bytes. */
export const newRoomDraw = (hash: Sha256, room: Parameters<typeof openRoom>[1]): NewDraw => {
  const record = openRoom(hash, room)
  return { status: "open", record, text: formatOpen(record), chain: room.chain }
}

/** A day that is to be published (`daysToPublish`), with an id and a seed of 32 bytes that are new. */
export interface SeededDay extends PlannedDay {
  readonly id: DrawId
  readonly seed: Uint8Array
}

/**
 * The draws of some days, each chained to the one before. `previous` is the text of the newest published daily draw's open record, read
 * under the lock of publishing; null where there is none.
 */
export const newDailyDraws = (
  hash: Sha256,
  days: ReadonlyArray<SeededDay>,
  previous: string | null,
  chain: ChainInfo | null
): ReadonlyArray<NewDraw> => {
  const draws: Array<NewDraw> = []
  let before = previous
  for (const { closesAt: closes, date, id, opensAt: opens, seed } of days) {
    const record = openDaily(hash, { id, date, opens, closes, seed, chain, previous: before })
    before = formatOpen(record)
    draws.push({ status: "scheduled", record, text: before, chain })
  }
  return draws
}
