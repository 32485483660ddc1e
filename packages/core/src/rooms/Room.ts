/**
 * Private rooms: draws among friends, with the host for a clock.
 *
 * A room is a draw, and what is a draw's of it is decided where draws are. This decides what is a room's own: who may come, go, buy,
 * start and close, and when the server acts by itself because nobody else does.
 */
import type { DrawStatus } from "../draws/Draw.ts"
import type { Cents } from "../money/Money.ts"
import type { DrawId, Position, UserId } from "../values/Ids.ts"
import { type Instant, instant } from "../values/Instant.ts"

/** What codes are made of: no symbol that is taken for another (API.md, "Rooms"). */
export const codeSymbols = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
export const codeLength = 6

const codeForm = new RegExp(`^[${codeSymbols}]{${codeLength}}$`, "i")

/** A code in its one spelling; `undefined` for what is none. Any case is taken. */
export const parseCode = (text: string): string | undefined => codeForm.test(text) ? text.toUpperCase() : undefined

/** The code that random bytes make; `undefined` where too many of them are of no use: take others. About 1.1 are used a symbol. */
export const codeOf = (bytes: Uint8Array): string | undefined => {
  // a multiple of the symbols' number: each is as likely as another
  const usable = 256 - 256 % codeSymbols.length
  const symbols = [...bytes].filter((byte) => byte < usable).slice(0, codeLength)
    .map((byte) => codeSymbols.charAt(byte % codeSymbols.length))
  return symbols.length === codeLength ? symbols.join("") : undefined
}

export const nameLengthMax = 100
export const participantsMin = 2
export const participantsMax = 50

export const roomStatuses = ["waiting", "open", "locked", "drawn", "closed"] as const
export type RoomStatus = typeof roomStatuses[number]

/** A member, as the others see them. */
export interface Participant {
  readonly userId: UserId
  readonly username: string
  readonly hasTicket: boolean
  readonly ticketPosition: Position | null
  readonly joinedAt: Instant
}

/** A room, as its members see it (API.md, "Room"). */
export interface Room {
  /** Its draw's id. */
  readonly id: DrawId
  readonly code: string
  /** 1 … 100 characters. */
  readonly name: string
  readonly hostId: UserId
  readonly status: RoomStatus
  readonly prizePool: Cents
  readonly maxParticipants: number
  /** In the order in which they came. */
  readonly participants: ReadonlyArray<Participant>
  readonly commitmentHash: string
  /** When the outcome is due; null before the lock. */
  readonly drawAt: Instant | null
  /** Null until the room is drawn or closed. */
  readonly seed: string | null
  readonly winnerId: UserId | null
  readonly winningPosition: Position | null
  readonly createdAt: Instant
}

/** A room as the rules see it, read under its draw's lock. */
export interface RoomState {
  readonly hostId: UserId
  readonly status: DrawStatus
  readonly maxParticipants: number
  readonly members: ReadonlyArray<{ readonly userId: UserId; readonly hasTicket: boolean }>
  /** When the outcome is due; null before the lock. */
  readonly drawAt: Instant | null
  /** Whether it waits for a round of the beacon that nobody has seen yet. */
  readonly isRoundMissing: boolean
}

/** What a room is called by its draw's status and how many are in it. */
export const roomStatus = (status: DrawStatus, members: number): RoomStatus => {
  switch (status) {
    case "scheduled":
    case "open":
      return members > 1 ? "open" : "waiting"
    case "locked":
    case "drawn":
      return status
    case "void":
      return "closed"
  }
}

/** Why a room refuses. Nothing was changed, unless it says so. */
export type RoomRefusal =
  /** Who asks is no member: for them there is no such room. */
  | { readonly _tag: "NoRoom" }
  | { readonly _tag: "RoomFull" }
  | { readonly _tag: "AlreadyMember" }
  | { readonly _tag: "AlreadyHasTicket" }
  /** Only the host may, or the host alone may not. */
  | { readonly _tag: "Forbidden"; readonly why: string }
  | { readonly _tag: "WrongState"; readonly status: RoomStatus; readonly why: string }
  /** The round that its lock record names is not there yet. The server draws as soon as it is. */
  | { readonly _tag: "BeaconPending" }
  /** The host names a time that is over, or more than a day ahead. */
  | { readonly _tag: "BadTime"; readonly earliest: Instant; readonly latest: Instant }

const isOpen = ({ status }: RoomState): boolean => status === "open" || status === "scheduled"

const wrongState = (room: RoomState, why: string): RoomRefusal => ({
  _tag: "WrongState",
  status: roomStatus(room.status, room.members.length),
  why
})

const memberOf = (room: RoomState, userId: UserId) => room.members.find((member) => member.userId === userId)

/** Whether a player may come in by the code; null: they may. */
export const mayJoin = (room: RoomState, userId: UserId): RoomRefusal | null => {
  if (memberOf(room, userId) !== undefined) return { _tag: "AlreadyMember" }
  if (!isOpen(room)) return wrongState(room, "nobody can join it any more")
  return room.members.length < room.maxParticipants ? null : { _tag: "RoomFull" }
}

/** Whether a member may leave: before they buy, and never the host. */
export const mayLeave = (room: RoomState, userId: UserId): RoomRefusal | null => {
  const member = memberOf(room, userId)
  if (member === undefined) return { _tag: "NoRoom" }
  if (userId === room.hostId) return { _tag: "Forbidden", why: "the host cannot leave a room, but close it" }
  if (member.hasTicket) return { _tag: "AlreadyHasTicket" }
  return isOpen(room) ? null : wrongState(room, "its members are fixed")
}

const asHost = (room: RoomState, userId: UserId, what: string): RoomRefusal | null =>
  memberOf(room, userId) === undefined
    ? { _tag: "NoRoom" }
    : userId === room.hostId
    ? null
    : { _tag: "Forbidden", why: `only the host may ${what}` }

/** Whether the room may be closed, every ticket refunded: by its host, before the lock. A closed one stays as it is: `Done`. */
export const mayClose = (room: RoomState, userId: UserId): RoomRefusal | { readonly _tag: "Done" } | null => {
  const refusal = asHost(room, userId, "close it")
  if (refusal !== null) return refusal
  if (room.status === "void") return { _tag: "Done" }
  return isOpen(room) ? null : wrongState(room, "it is locked: its draw goes on")
}

/** How far ahead a host may put the draw, in milliseconds: a day. */
export const drawAheadMillisMax = 86_400_000

/** Whether the room may be locked, to be drawn at `drawAt` (null: as soon as it can be), by its host. */
export const mayStart = (
  room: RoomState,
  userId: UserId,
  drawAt: Instant | null,
  clock: Instant
): RoomRefusal | null => {
  const refusal = asHost(room, userId, "start the draw")
  if (refusal !== null) return refusal
  if (!isOpen(room)) return wrongState(room, "its draw was started before, or it is closed")
  const latest = instant(clock + drawAheadMillisMax)
  return drawAt !== null && (drawAt < clock || drawAt > latest) ? { _tag: "BadTime", earliest: clock, latest } : null
}

/** Whether the room may be drawn now, by its host. A drawn one stays as it is: `Done`. */
export const mayExecute = (
  room: RoomState,
  userId: UserId,
  clock: Instant
): RoomRefusal | { readonly _tag: "Done" } | null => {
  const refusal = asHost(room, userId, "have it drawn")
  if (refusal !== null) return refusal
  if (room.status === "drawn") return { _tag: "Done" }
  if (room.status !== "locked" || room.drawAt === null) return wrongState(room, "start its draw first")
  if (clock < room.drawAt) return wrongState(room, "its time has not come")
  return room.isRoundMissing ? { _tag: "BeaconPending" } : null
}
