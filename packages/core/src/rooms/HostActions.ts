/** What a host does with the room's draw: close the room, start its draw, have it drawn. Decided under the lock of the draw's row. */
import { Result } from "effect"
import { type Lockable, lockByHost, type LockedByHost, type RoomLockTerms } from "../draws/Locking.ts"
import { type Notice, noticesOfLock } from "../draws/Notices.ts"
import type { Sha256 } from "../hash/Hash.ts"
import type { UserId } from "../values/Ids.ts"
import { type Instant, instant } from "../values/Instant.ts"
import { isOpen, memberOf, type RoomRefusal, type RoomState, wrongState } from "./RoomState.ts"

const asHost = (room: RoomState, userId: UserId, what: string): Result.Result<void, RoomRefusal> => {
  if (memberOf(room, userId) === undefined) return Result.fail({ _tag: "NoRoom" })
  if (userId !== room.hostId) return Result.fail({ _tag: "Forbidden", why: `only the host may ${what}` })
  return Result.void
}

/**
 * Closes a room before its lock: its draw is declared void with the reason `closed`, every ticket refunded. A closed room stays as it is.
 */
export const closeRoom = (
  room: RoomState,
  userId: UserId
): Result.Result<
  { readonly _tag: "DeclareVoid"; readonly reason: "closed" } | { readonly _tag: "Closed" },
  RoomRefusal
> => {
  const host = asHost(room, userId, "close it")
  if (Result.isFailure(host)) return Result.fail(host.failure)
  if (room.status === "void") return Result.succeed({ _tag: "Closed" })
  return isOpen(room)
    ? Result.succeed({ _tag: "DeclareVoid", reason: "closed" })
    : Result.fail(wrongState(room, "it is locked: its draw goes on"))
}

/** How far ahead a host may put the draw, in milliseconds: a day. */
export const drawAheadMillisMax = 86_400_000

/**
 * How many members must have a ticket for a room to be drawn. One who plays alone wins back what they paid: that draws nothing, and turns
 * purchased credit into winnings.
 */
export const holdersMin = 2

/** What is written of a room whose draw its host starts. */
export interface RoomStarted extends LockedByHost {
  /** Who is told on their devices. */
  readonly notices: ReadonlyArray<Notice>
}

/** Locks the room, to be drawn at `drawAt` (null: as soon as it can be). `isChainFollowed`: whether its round can come (`isFollowed`). */
export const startRoom = (
  hash: Sha256,
  room: RoomState,
  draw: Lockable,
  userId: UserId,
  terms: RoomLockTerms & { readonly isChainFollowed: boolean }
): Result.Result<RoomStarted, RoomRefusal> => {
  const host = asHost(room, userId, "start the draw")
  if (Result.isFailure(host)) return Result.fail(host.failure)
  if (!isOpen(room)) return Result.fail(wrongState(room, "its draw was started before, or it is closed"))
  if (!terms.isChainFollowed) return Result.fail({ _tag: "BeaconNotFollowed" })
  const { drawAt } = terms
  const earliest = draw.clock
  const latest = instant(earliest + drawAheadMillisMax)
  if (drawAt !== null && (drawAt < earliest || drawAt > latest)) {
    return Result.fail({ _tag: "BadTime", earliest, latest })
  }
  const holders = room.members.filter(({ hasTicket }) => hasTicket).length
  if (holders < holdersMin) return Result.fail({ _tag: "TooFewHolders", holders })
  const locked = lockByHost(hash, draw, terms)
  return Result.succeed({ ...locked, notices: noticesOfLock(draw.id, userId, locked.record.locked) })
}

/** What becomes of a room whose host asks for its outcome. */
export type RoomExecution =
  | { readonly _tag: "Settle" }
  /** It was drawn before, and stays as it is. */
  | { readonly _tag: "Drawn" }
  /** The beacon's round is not there: the host is refused, and need not come again, since the server draws from `autoDrawAt` on. */
  | { readonly _tag: "AwaitRound"; readonly autoDrawAt: Instant; readonly refusal: RoomRefusal }

/** Has the room drawn at `clock`, once its time has come. */
export const executeRoom = (
  room: RoomState,
  userId: UserId,
  clock: Instant
): Result.Result<RoomExecution, RoomRefusal> => {
  const host = asHost(room, userId, "have it drawn")
  if (Result.isFailure(host)) return Result.fail(host.failure)
  if (room.status === "drawn") return Result.succeed({ _tag: "Drawn" })
  if (room.status !== "locked" || room.drawAt === null) return Result.fail(wrongState(room, "start its draw first"))
  if (clock < room.drawAt) return Result.fail(wrongState(room, "its time has not come"))
  return Result.succeed(
    room.isRoundMissing
      ? { _tag: "AwaitRound", autoDrawAt: room.drawAt, refusal: { _tag: "BeaconPending" } }
      : { _tag: "Settle" }
  )
}
