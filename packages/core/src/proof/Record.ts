/**
 * The public records of a draw: open, lock, and result or void (docs/fairness.md, "Records").
 *
 * Hashes and signatures stand here as they stand in the records' text (`RecordText`): lower-case hex.
 */
import type { Sha256 } from "../hash/Hash.ts"
import type { Cents } from "../money/Money.ts"
import { toHex, utf8Bytes } from "../values/Bytes.ts"
import type { DrawId, Position, TicketId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"

/** A round of a beacon chain, the chain named by its hash. */
export interface BeaconRef {
  readonly chainHash: string
  /** 0 in a room's open record: not yet known. */
  readonly round: number
}

/** What an open record says of any draw. */
export interface OpenTerms {
  readonly type: "open"
  readonly draw: DrawId
  readonly opens: Instant
  /** What a ticket costs, in cents. */
  readonly price: Cents
  /** What of it goes to the pot, in cents. */
  readonly pot: Cents
  readonly commitment: string
  readonly beacon: BeaconRef | null
}

export interface DailyOpenRecord extends OpenTerms {
  readonly kind: "daily"
  readonly date: Day
  readonly closes: Instant
  /** The hash of the open record of the latest earlier daily draw. */
  readonly previous: string | null
}

export interface RoomOpenRecord extends OpenTerms {
  readonly kind: "room"
  readonly date: null
  readonly closes: null
  readonly previous: null
}

/** What is promised before the first ticket is sold. */
export type OpenRecord = DailyOpenRecord | RoomOpenRecord

/** What is fixed before the beacon's round exists. */
export interface LockRecord {
  readonly type: "lock"
  readonly draw: DrawId
  /** The hash of the open record. */
  readonly open: string
  readonly locked: Instant
  /** When the outcome is due. */
  readonly draws: Instant
  readonly entries: number
  readonly root: string
  readonly pool: Cents
  readonly beacon: BeaconRef | null
}

/** Who won. */
export interface ResultRecord {
  readonly type: "result"
  readonly draw: DrawId
  /** The hash of the lock record. */
  readonly lock: string
  readonly seed: string
  readonly beacon: { readonly round: number; readonly signature: string } | null
  readonly entropy: string
  readonly winner: { readonly position: Position; readonly ticketId: TicketId } | null
  readonly prize: Cents
  readonly fee: Cents
}

/**
 * Why a draw is void: its round did not come, its seed cannot be opened, it could not be locked in time (nobody locked the room, or a backup
 * that was put back has other tickets than were locked before), or its host closed the room.
 */
export type VoidReason = "beacon" | "seed" | "deadline" | "closed"

/** Why nobody won: it stands in the result's place where a draw cannot be decided. */
export interface VoidRecord {
  readonly type: "void"
  readonly draw: DrawId
  readonly open: string
  readonly lock: string | null
  readonly reason: VoidReason
  readonly seed: string | null
  readonly refund: Cents
}

export type DrawRecord = OpenRecord | LockRecord | ResultRecord | VoidRecord

/** A record's hash: H(text), signature lines not included. */
export const recordHash = (hash: Sha256, text: string): Uint8Array => hash(utf8Bytes(text))

/** A record's hash as other records name it. */
export const recordHashHex = (hash: Sha256, text: string): string => toHex(recordHash(hash, text))
