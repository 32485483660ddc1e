/** Rooms, as the API shows them to their members (docs/api.md, "Objects" and "Rooms"). */
import { ticketPrice } from "@ddd/core/money/Money"
import {
  nameLengthMax,
  participantsMax,
  participantsMin,
  type Room,
  roomNameForm,
  roomStatuses
} from "@ddd/core/rooms/Room"
import { Schema } from "effect"
import { TicketBody } from "../lottery/LotteryBodies.ts"
import { described } from "../schemas/Described.ts"
import { roomCodeExample, roomExample } from "../schemas/Examples.ts"
import { DrawIdText, Hex32, PositionNumber, UserIdText } from "../schemas/Ids.ts"
import { Money } from "../schemas/Money.ts"
import { InstantText } from "../schemas/Time.ts"
import { WalletBody } from "../wallet/WalletBodies.ts"

const ParticipantBody = described({
  userId: [UserIdText, "The member"],
  username: [Schema.String, "The member's name", "ada.l"],
  hasTicket: [Schema.Boolean, "Whether the member has bought the ticket", true],
  ticketPosition: [Schema.NullOr(PositionNumber), "The ticket's position; null without one", 1],
  joinedAt: [InstantText, "When the member came in"]
}).annotate({ identifier: "Participant", description: "A member of a room" })

export const RoomBody = described({
  id: [DrawIdText, "The room's id, which is its draw's", roomExample],
  code: [Schema.String, "Lets others join: show it to whom you want in", roomCodeExample],
  name: [Schema.String, "As its host named it", "Friday night"],
  hostId: [UserIdText, "The player who made it"],
  status: [
    Schema.Literals(roomStatuses),
    "`waiting` while the host is alone, then `open`; `locked`: no more members, no more tickets; `drawn`; `closed`: every ticket was refunded",
    "open"
  ],
  prizePool: [Money, "What its winner gets: 95 cents of each ticket", "2.85"],
  ticketPrice: [Money, "What a ticket costs", "1.00"],
  maxParticipants: [Schema.Int, "How many members it may have, the host included", participantsMax],
  participants: [Schema.Array(ParticipantBody), "Its members, in the order in which they came in"],
  commitmentHash: [Hex32, "The commitment to its seed"],
  drawAt: [Schema.NullOr(InstantText), "When it is drawn, as its host said; null where the host did not", null],
  seed: [Schema.NullOr(Hex32), "What the commitment opens to; null until it is drawn", null],
  winnerId: [Schema.NullOr(UserIdText), "Who won; null until it is drawn", null],
  winningPosition: [Schema.NullOr(PositionNumber), "The winning ticket's position; null until it is drawn", null],
  createdAt: [InstantText, "When it was made"]
}).annotate({ identifier: "Room", description: "A private room, as its members see it" })

/** A room with what a ticket of it costs. */
export const roomBody = (room: Room): typeof RoomBody.Type => ({ ...room, ticketPrice })

/** What a host asks for. */
export const NewRoomBody = described({
  name: [
    Schema.String.check(
      Schema.isPattern(roomNameForm, {
        message:
          `must have 1 to ${nameLengthMax} characters, one that can be seen, and none that breaks a line or turns text around`
      })
    ),
    `What its members see: 1 to ${nameLengthMax} characters`,
    "Friday night"
  ],
  maxParticipants: [
    Schema.optionalKey(
      Schema.Int.check(
        Schema.isBetween({ minimum: participantsMin, maximum: participantsMax }, {
          message: `must be a whole number from ${participantsMin} to ${participantsMax}`
        })
      )
    ),
    `How many members it may have, the host included; ${participantsMax} where it is not given`,
    8
  ]
})

/** Any text: one that no code can be is answered as a wrong code. */
export const JoinBody = described({
  code: [
    Schema.String.check(Schema.isMaxLength(100, { message: "must have at most 100 characters" })),
    "The room's code, in any case",
    roomCodeExample
  ]
})

export const StartBody = described({
  drawAt: [
    Schema.optionalKey(InstantText),
    "When it is to be drawn, within 24 hours; without, the host draws it, or the server after 24 hours",
    "2026-02-03T20:00:00.000Z"
  ]
})

export const RoomReceiptBody = described({
  ticket: [TicketBody, "The ticket"],
  ticketPosition: [PositionNumber, "Its position"],
  ticketHash: [Hex32, "Its seal"],
  wallet: [WalletBody, "The buyer's money after the purchase"],
  room: [RoomBody, "The room after the purchase"]
}).annotate({ identifier: "RoomReceipt", description: "What a purchase in a room bought" })
