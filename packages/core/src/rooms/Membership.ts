/**
 * Who makes a room, comes into it and goes. Each decision is made under the lock of the room's draw, but for that of a new room; who makes one
 * or comes in has their wallet locked before, so that neither a freeze, an erasure nor another room comes between.
 */
import { Result } from "effect"
import { type AgeRefusal, type Birth, refusalOfAge } from "../money/Age.ts"
import { type Barring, type PlayerBarred, refusalOfBarred } from "../money/Barring.ts"
import type { UserId } from "../values/Ids.ts"
import { dayAfter, dayOf, dayStart, type Instant } from "../values/Instant.ts"
import { isPlayer } from "../values/Player.ts"
import type { Room } from "./Room.ts"
import { isOpen, memberOf, type RoomRefusal, type RoomState, wrongState } from "./RoomState.ts"

/** What a player asks for who makes a room. */
export interface NewRoom {
  readonly hostId: UserId
  /** 1 … 100 characters. */
  readonly name: string
  /** 2 … 50. */
  readonly maxParticipants: number
}

/** Who asks, as stored; null: nobody of that id. */
export interface RoomUser extends Barring, Birth {
  readonly userId: UserId
  readonly isFrozen: boolean
  readonly isErased: boolean
}

/** Rooms that are not locked yet: how many a player may host, and be in, hosted ones included. Each ends within sixty days by itself. */
export const hostedRoomsMax = 50
export const joinedRoomsMax = 200

/** How many rooms a player makes a UTC day: what is made of each stays, though it be closed at once. */
export const roomsADayMax = 100

/** The rooms of a player that are not locked yet. */
export interface OpenRooms {
  readonly hosted: number
  /** Those that they host included. */
  readonly joined: number
}

/** What counts against a player who makes one more. */
export interface RoomsOfHost extends OpenRooms {
  /** Those that they made since this UTC day began, also where they are over: as far as `roomsADayMax`. */
  readonly madeToday: number
}

type TooManyRooms = Extract<RoomRefusal, { readonly _tag: "TooManyRooms" }>
type TooManyRoomsToday = Extract<RoomRefusal, { readonly _tag: "TooManyRoomsToday" }>

const tooManyToday = ({ madeToday }: RoomsOfHost, clock: Instant): TooManyRoomsToday | null =>
  madeToday < roomsADayMax
    ? null
    : { _tag: "TooManyRoomsToday", max: roomsADayMax, again: dayStart(dayAfter(dayOf(clock))) }

const tooMany = ({ hosted, joined }: OpenRooms, isHost: boolean): TooManyRooms | null =>
  isHost && hosted >= hostedRoomsMax
    ? { _tag: "TooManyRooms", which: "hosted", max: hostedRoomsMax }
    : joined >= joinedRoomsMax
    ? { _tag: "TooManyRooms", which: "joined", max: joinedRoomsMax }
    : null

/** Neither the house, nor who is frozen or erased, hosts a room or comes into one. */
const mayTakePart = (user: RoomUser | null): boolean => isPlayer(user) && !user.isFrozen

/** A member that is to be stored. */
export interface NewMember {
  readonly userId: UserId
  readonly joinedAt: Instant
}

/** A room that is to be stored, together with its draw, which opens with it. */
export interface CreatedRoom extends Pick<Room, "name" | "hostId" | "maxParticipants" | "createdAt"> {
  readonly members: readonly [NewMember]
}

/** Why who asks may not play at `clock`; null where they may. `minAge` null: at any age. */
const refusalOfPlayer = (user: RoomUser, minAge: number | null, clock: Instant): PlayerBarred | AgeRefusal | null =>
  refusalOfBarred(user, clock) ?? refusalOfAge(minAge, user, clock)

/** Makes a room at `clock`. The host is its first member. */
export const createRoom = (
  asked: NewRoom,
  host: RoomUser | null,
  rooms: RoomsOfHost,
  minAge: number | null,
  clock: Instant
): Result.Result<
  CreatedRoom,
  { readonly _tag: "UnknownUser" } | PlayerBarred | AgeRefusal | TooManyRooms | TooManyRoomsToday
> => {
  if (host === null || !mayTakePart(host)) return Result.fail({ _tag: "UnknownUser" })
  const refusal = refusalOfPlayer(host, minAge, clock) ?? tooMany(rooms, true) ?? tooManyToday(rooms, clock)
  return refusal === null
    ? Result.succeed({ ...asked, createdAt: clock, members: [{ userId: asked.hostId, joinedAt: clock }] })
    : Result.fail(refusal)
}

/** Comes in by the room's code, at `clock`. Who may play in no room is told of none. */
export const joinRoom = (
  room: RoomState,
  userId: UserId,
  user: RoomUser | null,
  open: OpenRooms,
  minAge: number | null,
  clock: Instant
): Result.Result<NewMember, RoomRefusal> => {
  if (user === null || !mayTakePart(user)) return Result.fail({ _tag: "NoRoom" })
  if (memberOf(room, userId) !== undefined) return Result.fail({ _tag: "AlreadyMember" })
  const barred = refusalOfPlayer(user, minAge, clock)
  if (barred !== null) return Result.fail(barred)
  if (!isOpen(room)) return Result.fail(wrongState(room, "nobody can join it any more"))
  if (room.members.length >= room.maxParticipants) return Result.fail({ _tag: "RoomFull" })
  const refusal = tooMany(open, false)
  return refusal === null ? Result.succeed({ userId, joinedAt: clock }) : Result.fail(refusal)
}

/** Leaves a room: before buying in it, and never the host. Gives who is no member any more. */
export const leaveRoom = (room: RoomState, userId: UserId): Result.Result<UserId, RoomRefusal> => {
  const member = memberOf(room, userId)
  if (member === undefined) return Result.fail({ _tag: "NoRoom" })
  if (userId === room.hostId) {
    return Result.fail({ _tag: "Forbidden", why: "the host cannot leave a room, but close it" })
  }
  if (member.hasTicket) return Result.fail({ _tag: "AlreadyHasTicket" })
  return isOpen(room) ? Result.succeed(userId) : Result.fail(wrongState(room, "its members are fixed"))
}
