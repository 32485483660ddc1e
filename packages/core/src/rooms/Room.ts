/**
 * A private room: a draw among friends, with the host for a clock.
 *
 * A room is a draw, and what is a draw's of it is decided where draws are. This is what its members see of it.
 */
import type { Draw, DrawStatus } from "../draws/Draw.ts"
import type { Cents } from "../money/Money.ts"
import type { DrawId, Position, UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"

export const nameLengthMax = 100

/**
 * What a room may be called: 1 to 100 characters, one of which can be seen. It is shown to others, also in mails: nothing in it begins a
 * line or turns the text around it (embeddings, overrides and isolates; the marks that keyboards for Hebrew and Arabic set do not).
 * Otherwise it is kept as it was sent.
 */
export const roomNameForm = new RegExp(
  `^(?=.*[^\\p{C}\\p{Z}\\p{Default_Ignorable_Code_Point}\\u{2800}])` +
    `[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u{202A}-\\u{202E}\\u{2066}-\\u{2069}]{1,${nameLengthMax}}$`,
  "u"
)
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

/** A room, as its members see it (docs/api.md, "Room"). */
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

/** A room as it is stored: its own row, its draw's, its members' with the positions of their tickets. All of one instant. */
export interface RoomFacts {
  readonly room: Pick<Room, "id" | "code" | "name" | "hostId" | "maxParticipants" | "createdAt">
  readonly draw: Pick<Draw, "status" | "prizePool" | "commitmentHash" | "seed" | "winningPosition" | "drawAt">
  /** In the order in which they came. */
  readonly members: ReadonlyArray<Omit<Participant, "hasTicket">>
}

/** A room as its members see it. The winner is the member whose ticket stands at the winning position. */
export const roomOf = ({ draw, members, room }: RoomFacts): Room => {
  const { winningPosition } = draw
  const winner = winningPosition === null
    ? undefined
    : members.find(({ ticketPosition }) => ticketPosition === winningPosition)
  return {
    id: room.id,
    code: room.code,
    name: room.name,
    hostId: room.hostId,
    status: roomStatus(draw.status, members.length),
    prizePool: draw.prizePool,
    maxParticipants: room.maxParticipants,
    participants: members.map(({ joinedAt, ticketPosition, userId, username }) => ({
      userId,
      username,
      hasTicket: ticketPosition !== null,
      ticketPosition,
      joinedAt
    })),
    commitmentHash: draw.commitmentHash,
    drawAt: draw.drawAt,
    seed: draw.seed,
    winnerId: winner?.userId ?? null,
    winningPosition,
    createdAt: room.createdAt
  }
}
