/** A room as the decisions about it read it, and why they refuse. */
import type { DrawStatus } from "../draws/Draw.ts"
import type { AgeRefusal } from "../money/Age.ts"
import type { PlayerBarred } from "../money/Barring.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type RoomStatus, roomStatus } from "./Room.ts"

/** A room as it is read under the lock of its draw's row. */
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

/** Why a room refuses. Nothing was changed, unless it says so. */
export type RoomRefusal =
  /** Who asks is no member: for them there is no such room. */
  | { readonly _tag: "NoRoom" }
  | { readonly _tag: "RoomFull" }
  /** The player hosts, or is in, as many rooms as one may that are not locked yet. */
  | { readonly _tag: "TooManyRooms"; readonly which: "hosted" | "joined"; readonly max: number }
  /** The player has made as many rooms today as one may. */
  | { readonly _tag: "TooManyRoomsToday"; readonly max: number; readonly again: Instant }
  | PlayerBarred
  | AgeRefusal
  | { readonly _tag: "AlreadyMember" }
  | { readonly _tag: "AlreadyHasTicket" }
  /** Only the host may, or the host alone may not. */
  | { readonly _tag: "Forbidden"; readonly why: string }
  | { readonly _tag: "WrongState"; readonly status: RoomStatus; readonly why: string }
  /** A draw needs tickets of `holdersMin` members; so many have one. */
  | { readonly _tag: "TooFewHolders"; readonly holders: number }
  /** The round that its lock record names is not there yet. The server draws as soon as it is. */
  | { readonly _tag: "BeaconPending" }
  /** Its draw names a beacon's chain whose rounds this program does not fetch: nobody here could decide it. */
  | { readonly _tag: "BeaconNotFollowed" }
  /** The host names a time that is over, or more than a day ahead. */
  | { readonly _tag: "BadTime"; readonly earliest: Instant; readonly latest: Instant }

/** Whether the room is before its lock: players come and go, and buy. */
export const isOpen = ({ status }: Pick<RoomState, "status">): boolean => status === "open" || status === "scheduled"

export const wrongState = (room: RoomState, why: string): RoomRefusal => ({
  _tag: "WrongState",
  status: roomStatus(room.status, room.members.length),
  why
})

export const memberOf = (room: RoomState, userId: UserId): RoomState["members"][number] | undefined =>
  room.members.find((member) => member.userId === userId)
