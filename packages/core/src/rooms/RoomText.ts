/** A room as text: what the answer to a purchase in it keeps, to be given again to the byte. */
import { Option, Schema } from "effect"
import { type Cents, formatCents, parseCents } from "../money/Money.ts"
import { drawId, isUuid, position, userId } from "../values/Ids.ts"
import { formatInstant, type Instant, parseInstant } from "../values/Instant.ts"
import { type Room, roomStatuses } from "./Room.ts"

const Stored = Schema.Struct({
  id: Schema.String,
  code: Schema.String,
  name: Schema.String,
  host: Schema.String,
  status: Schema.Literals(roomStatuses),
  pool: Schema.String,
  max: Schema.Int,
  participants: Schema.Array(Schema.Struct({
    id: Schema.String,
    name: Schema.String,
    position: Schema.NullOr(Schema.Int),
    joined: Schema.String
  })),
  commitment: Schema.String,
  created: Schema.String
})
type Stored = typeof Stored.Type

const decodeStored = Schema.decodeUnknownOption(Stored)

/** A room before its lock as plain data for JSON: in a room that is locked nothing is bought. */
export const encodeRoom = (room: Room): Stored => ({
  id: room.id,
  code: room.code,
  name: room.name,
  host: room.hostId,
  status: room.status,
  pool: formatCents(room.prizePool),
  max: room.maxParticipants,
  participants: room.participants.map((participant) => ({
    id: participant.userId,
    name: participant.username,
    position: participant.ticketPosition,
    joined: formatInstant(participant.joinedAt)
  })),
  commitment: room.commitmentHash,
  created: formatInstant(room.createdAt)
})

const instantOf = (text: string): Instant => required(parseInstant(text))
const centsOf = (text: string): Cents => required(parseCents(text))

const required = <A>(value: A | undefined): A => {
  if (value === undefined) throw new TypeError("a kept room holds a value that was not written so")
  return value
}

/** A room as it was kept; `undefined` for what is none. */
export const decodeRoom = (kept: unknown): Room | undefined => {
  const stored = Option.getOrUndefined(decodeStored(kept))
  if (stored === undefined || !isUuid(stored.id) || !isUuid(stored.host)) return undefined
  return {
    id: drawId(stored.id),
    code: stored.code,
    name: stored.name,
    hostId: userId(stored.host),
    status: stored.status,
    prizePool: centsOf(stored.pool),
    maxParticipants: stored.max,
    participants: stored.participants.map((participant) => ({
      userId: userId(participant.id),
      username: participant.name,
      hasTicket: participant.position !== null,
      ticketPosition: participant.position === null ? null : position(participant.position),
      joinedAt: instantOf(participant.joined)
    })),
    commitmentHash: stored.commitment,
    drawAt: null,
    seed: null,
    winnerId: null,
    winningPosition: null,
    createdAt: instantOf(stored.created)
  }
}
