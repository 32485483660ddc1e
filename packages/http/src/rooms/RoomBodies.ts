/** Rooms, as the API shows them to their members (docs/api.md, "Objects" and "Rooms"). */
import { ticketPrice } from "@ddd/core/money/Money"
import { nameLengthMax, participantsMax, participantsMin, type Room, roomStatuses } from "@ddd/core/rooms/Room"
import { Schema } from "effect"
import { TicketBody } from "../lottery/LotteryBodies.ts"
import { DrawIdText, Hex32, PositionNumber, UserIdText } from "../schemas/Ids.ts"
import { Money } from "../schemas/Money.ts"
import { InstantText } from "../schemas/Time.ts"
import { WalletBody } from "../wallet/WalletBodies.ts"

const ParticipantBody = Schema.Struct({
  userId: UserIdText,
  username: Schema.String,
  hasTicket: Schema.Boolean,
  ticketPosition: Schema.NullOr(PositionNumber),
  joinedAt: InstantText
}).annotate({ identifier: "Participant" })

export const RoomBody = Schema.Struct({
  id: DrawIdText,
  code: Schema.String.annotate({ description: "Lets others join: show it to whom you want in", examples: ["K7M2QX"] }),
  name: Schema.String,
  hostId: UserIdText,
  status: Schema.Literals(roomStatuses),
  prizePool: Money,
  ticketPrice: Money,
  maxParticipants: Schema.Int,
  participants: Schema.Array(ParticipantBody),
  commitmentHash: Hex32,
  drawAt: Schema.NullOr(InstantText),
  seed: Schema.NullOr(Hex32),
  winnerId: Schema.NullOr(UserIdText),
  winningPosition: Schema.NullOr(PositionNumber),
  createdAt: InstantText
}).annotate({ identifier: "Room" })

/** A room with what a ticket of it costs. */
export const roomBody = (room: Room): typeof RoomBody.Type => ({ ...room, ticketPrice })

/** What a host asks for. A name is shown to others: it holds nothing that breaks a line, and is otherwise kept as it was sent. */
export const NewRoomBody = Schema.Struct({
  name: Schema.String.check(
    Schema.isPattern(new RegExp(`^[^\\p{Cc}\\p{Zl}\\p{Zp}]{1,${nameLengthMax}}$`, "u"), {
      message: `must have 1 to ${nameLengthMax} characters, and no control characters`
    })
  ),
  maxParticipants: Schema.optionalKey(
    Schema.Int.check(
      Schema.isBetween({ minimum: participantsMin, maximum: participantsMax }, {
        message: `must be a whole number from ${participantsMin} to ${participantsMax}`
      })
    )
  )
})

/** Any text: one that no code can be is answered as a wrong code. */
export const JoinBody = Schema.Struct({
  code: Schema.String.check(Schema.isMaxLength(100, { message: "must have at most 100 characters" }))
})

export const StartBody = Schema.Struct({
  drawAt: Schema.optionalKey(InstantText.annotate({ description: "Within a day; without, as soon as it can be drawn" }))
})

/** The body of an endpoint without parameters: an empty object, or none. */
export const NothingBody = Schema.Record(
  Schema.String,
  Schema.Never.annotate({ message: "is not a field of this request" })
)

export const RoomReceiptBody = Schema.Struct({
  ticket: TicketBody,
  ticketPosition: PositionNumber,
  ticketHash: Hex32,
  wallet: WalletBody,
  room: RoomBody
}).annotate({ identifier: "RoomReceipt" })
