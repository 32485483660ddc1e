/** What the server tells on the WebSocket (docs/api.md, "WebSocket"), looked at before it is believed. */
import type { Participant } from "../Contract.ts"
import { at, parseJson } from "../http/Transport.ts"

/** The draw now on sale. */
export interface DrawUpdate {
  readonly drawId: string
  readonly prizePool: string
  readonly totalEntries: number
}

/** The beacon's round that decides a draw, as the lock record names it. */
export interface DecidingRound {
  readonly chainHash: string
  readonly round: number
  /** When it is due; absent where the server knows nothing of the chain. */
  readonly time?: string
  /** The chain's parameters, with drand's own names for them; absent likewise. */
  readonly chain?: {
    /** Hex. */
    readonly publicKey: string
    /** Seconds. */
    readonly period: number
    /** Seconds since the Unix epoch. */
    readonly genesisTime: number
    /** Hex. */
    readonly genesisSeed: string
    readonly schemeID: string
    readonly beaconID: string
  }
}

/** A draw opened, locked, has its round, was drawn or declared void. What is not known yet is absent. */
export interface DrawStatus {
  readonly drawId: string
  readonly status: "open" | "locked" | "drawn" | "void"
  /** The lock record, a signed note; with `locked`. */
  readonly lock?: string
  /** With a beacon, from the lock on. */
  readonly round?: DecidingRound
  /** The round's, in hex; once it is there. */
  readonly signature?: string
  /** In hex; with `drawn`. */
  readonly seed?: string
  readonly winningPosition?: number
  readonly winningTicketId?: string
  readonly prizeAmount?: string
}

/** A room, as its members are told of it. What is not known yet is absent. */
export interface RoomUpdate {
  readonly roomId: string
  readonly prizePool: string
  readonly participants: ReadonlyArray<Participant>
  readonly status?: "locked" | "drawn" | "closed"
  readonly winnerId?: string
  /** The lock record, a signed note; while it is locked or drawn. */
  readonly lock?: string
  readonly round?: DecidingRound
  readonly signature?: string
  readonly seed?: string
  readonly winningPosition?: number
}

/** What of the player's wallet changes by itself. */
export interface WalletUpdate {
  readonly balance: string
  readonly withdrawable: string
  readonly maturing: string
  readonly pendingWithdrawal: string
}

export interface LiveEvent {
  readonly event: string
  readonly data: unknown
}

const has = (json: unknown, ...names: ReadonlyArray<string>): boolean =>
  names.every((name) => typeof at(json, name) === "string")

export const isDrawUpdate = (data: unknown): data is DrawUpdate =>
  has(data, "drawId", "prizePool") && typeof at(data, "totalEntries") === "number"

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === "string"

const isChain = (value: unknown): boolean =>
  has(value, "publicKey", "genesisSeed", "schemeID", "beaconID") && Number.isSafeInteger(at(value, "period")) &&
  Number.isSafeInteger(at(value, "genesisTime"))

const isRound = (value: unknown): boolean =>
  has(value, "chainHash") && typeof at(value, "round") === "number" && isTextOrAbsent(at(value, "time")) &&
  (at(value, "chain") === undefined || isChain(at(value, "chain")))

/** Whether what is told of how a draw is decided is of its form, where it is told. */
const isDecision = (data: unknown): boolean =>
  ["lock", "signature", "seed"].every((name) => isTextOrAbsent(at(data, name))) &&
  (at(data, "round") === undefined || isRound(at(data, "round")))

export const isDrawStatus = (data: unknown): data is DrawStatus => has(data, "drawId", "status") && isDecision(data)

export const isRoomUpdate = (data: unknown): data is RoomUpdate =>
  has(data, "roomId", "prizePool") && Array.isArray(at(data, "participants")) && isDecision(data)

export const isWalletUpdate = (data: unknown): data is WalletUpdate =>
  has(data, "balance", "withdrawable", "maturing", "pendingWithdrawal")

/** The event of a message; undefined where it is none: one of a newer server. */
export const eventOf = (message: unknown): LiveEvent | undefined => {
  const json = typeof message === "string" ? parseJson(message) : undefined
  const event = at(json, "event")
  return typeof event === "string" ? { event, data: at(json, "data") } : undefined
}
