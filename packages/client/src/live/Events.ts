/** What the server tells on the WebSocket (docs/api.md, "WebSocket"), looked at before it is believed. */
import type { Participant } from "../Contract.ts"
import { at, parseJson } from "../http/Transport.ts"

/** The draw now on sale. */
export interface DrawUpdate {
  readonly drawId: string
  readonly prizePool: string
  readonly totalEntries: number
}

/** A draw opened, locked, was drawn or declared void. What is not known yet is absent. */
export interface DrawStatus {
  readonly drawId: string
  readonly status: "open" | "locked" | "drawn" | "void"
  /** The lock record, a signed note; with `locked`. */
  readonly lock?: string
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

export const isDrawStatus = (data: unknown): data is DrawStatus => has(data, "drawId", "status")

export const isRoomUpdate = (data: unknown): data is RoomUpdate =>
  has(data, "roomId", "prizePool") && Array.isArray(at(data, "participants"))

export const isWalletUpdate = (data: unknown): data is WalletUpdate =>
  has(data, "balance", "withdrawable", "maturing", "pendingWithdrawal")

/** The event of a message; undefined where it is none: one of a newer server. */
export const eventOf = (message: unknown): LiveEvent | undefined => {
  const json = typeof message === "string" ? parseJson(message) : undefined
  const event = at(json, "event")
  return typeof event === "string" ? { event, data: at(json, "data") } : undefined
}
