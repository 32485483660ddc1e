/** Draws and tickets, as the API shows them (docs/api.md, "Objects"). */
import { type Draw, drawStatuses } from "@ddd/core/draws/Draw"
import { quantityMax } from "@ddd/core/draws/Sale"
import { ticketStatuses } from "@ddd/core/draws/Ticket"
import { ticketPrice } from "@ddd/core/money/Money"
import { Schema } from "effect"
import { Count, DrawIdText, Hex32, PositionNumber, TicketIdText, UserIdText, UuidText } from "../schemas/Ids.ts"
import { Money } from "../schemas/Money.ts"
import { DayText, InstantText } from "../schemas/Time.ts"
import { WalletBody } from "../wallet/WalletBodies.ts"

export const DrawBody = Schema.Struct({
  id: DrawIdText,
  drawDate: Schema.NullOr(DayText),
  status: Schema.Literals(drawStatuses),
  prizePool: Money,
  totalEntries: Count,
  ticketPrice: Money,
  commitmentHash: Hex32,
  opensAt: InstantText,
  closesAt: Schema.NullOr(InstantText),
  beacon: Schema.NullOr(Schema.Struct({ chainHash: Hex32, round: Count })),
  entriesRoot: Schema.NullOr(Hex32),
  seed: Schema.NullOr(Hex32),
  winningPosition: Schema.NullOr(PositionNumber),
  winningTicketId: Schema.NullOr(TicketIdText),
  drawnAt: Schema.NullOr(InstantText)
}).annotate({ identifier: "Draw" })

/** A draw with what a ticket of it costs. */
export const drawBody = (draw: Draw): typeof DrawBody.Type => ({ ...draw, ticketPrice })

export const TicketBody = Schema.Struct({
  id: UuidText,
  ticketId: TicketIdText,
  userId: UserIdText,
  drawId: DrawIdText,
  drawDate: Schema.NullOr(DayText),
  position: PositionNumber,
  totalEntriesAtPurchase: Count,
  ticketHash: Hex32,
  ownerCommit: Hex32,
  ownerSalt: Hex32.annotate({ description: "Proves that the ticket is yours: show it to whom you want to convince" }),
  status: Schema.Literals(ticketStatuses),
  prizeAmount: Schema.NullOr(Money),
  purchasedAt: InstantText
}).annotate({ identifier: "Ticket" })

/** What a player asks for. */
export const PurchaseBody = Schema.Struct({
  quantity: Schema.optionalKey(
    Schema.Int.check(
      Schema.isBetween({ minimum: 1, maximum: quantityMax }, {
        message: `must be a whole number from 1 to ${quantityMax}`
      })
    )
  ),
  drawId: Schema.optionalKey(DrawIdText)
})

export const ReceiptBody = Schema.Struct({
  tickets: Schema.Array(TicketBody),
  wallet: WalletBody,
  draw: Schema.Struct({ id: DrawIdText, prizePool: Money, totalEntries: Count })
}).annotate({ identifier: "Receipt" })

export const TicketCheckBody = Schema.Struct({
  ticketId: TicketIdText,
  drawId: DrawIdText,
  drawDate: Schema.NullOr(DayText),
  position: PositionNumber,
  ticketHash: Hex32,
  sealValid: Schema.Boolean,
  inclusion: Schema.NullOr(
    Schema.Struct({ leafIndex: Count, treeSize: Count, rootHash: Hex32, proof: Schema.Array(Hex32) })
  )
}).annotate({ identifier: "TicketCheck" })

export const LastWinnerBody = Schema.Struct({
  draw: Schema.NullOr(DrawBody),
  winner: Schema.NullOr(Schema.Struct({
    username: Schema.String.annotate({ description: "Masked", examples: ["jo***"] }),
    ticketId: TicketIdText,
    position: PositionNumber,
    prizeAmount: Money
  }))
}).annotate({ identifier: "LastWinner" })

const note = Schema.String.annotate({ description: "A signed note (c2sp.org/signed-note)" })

export const RecordsBody = Schema.Struct({
  open: note,
  lock: Schema.NullOr(note),
  result: Schema.NullOr(note)
}).annotate({ identifier: "Records" })
