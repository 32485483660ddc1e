/** Draws and tickets, as the API shows them (docs/api.md, "Objects"). */
import { type Draw, drawStatuses } from "@ddd/core/draws/Draw"
import { quantityMax } from "@ddd/core/draws/Sale"
import { ticketStatuses } from "@ddd/core/draws/Ticket"
import { ticketPrice } from "@ddd/core/money/Money"
import { Schema } from "effect"
import { described } from "../schemas/Described.ts"
import { noteExample } from "../schemas/Examples.ts"
import { Count, DrawIdText, Hex32, PositionNumber, TicketIdText, UserIdText, UuidText } from "../schemas/Ids.ts"
import { Money } from "../schemas/Money.ts"
import { DayText, InstantText } from "../schemas/Time.ts"
import { WalletBody } from "../wallet/WalletBodies.ts"

const BeaconBody = described({
  chainHash: [Hex32, "The hash of the drand chain", "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"],
  round: [Count, "The round whose signature decides with the seed", 25_123_456]
})

export const DrawBody = described({
  id: [DrawIdText, "The draw's id"],
  drawDate: [Schema.NullOr(DayText), "Its day; null for a room's draw", "2026-02-03"],
  status: [
    Schema.Literals(drawStatuses),
    "`open`: on sale; `locked`: its tickets are fixed; `drawn`: it has a winner; `void`: every ticket was refunded",
    "drawn"
  ],
  prizePool: [Money, "What its winner gets: 95 cents of each ticket", "39.90"],
  totalEntries: [Count, "How many tickets were sold"],
  ticketPrice: [Money, "What a ticket costs", "1.00"],
  commitmentHash: [Hex32, "The commitment to its seed, published before the first sale"],
  opensAt: [InstantText, "When sales open"],
  closesAt: [Schema.NullOr(InstantText), "When sales close; null for a room's draw", "2026-02-04T00:00:00.000Z"],
  beacon: [Schema.NullOr(BeaconBody), "The public beacon that it takes; null where it takes none"],
  entriesRoot: [Schema.NullOr(Hex32), "The root of the tree of its tickets; null before the lock"],
  seed: [Schema.NullOr(Hex32), "What the commitment opens to; null until it is drawn"],
  winningPosition: [Schema.NullOr(PositionNumber), "The winning ticket's position; null until there is one", 17],
  winningTicketId: [
    Schema.NullOr(TicketIdText),
    "The winning ticket; null until there is one",
    "DDL-20260203-7K3QX"
  ],
  drawnAt: [Schema.NullOr(InstantText), "When it was drawn; null until then", "2026-02-04T00:00:12.345Z"]
}).annotate({ identifier: "Draw", description: "A draw: what is not known yet is null" })

/** A draw with what a ticket of it costs. */
export const drawBody = (draw: Draw): typeof DrawBody.Type => ({ ...draw, ticketPrice })

export const TicketBody = described({
  id: [UuidText, "The ticket's id inside this service"],
  ticketId: [TicketIdText, "Its public id"],
  userId: [UserIdText, "Its buyer"],
  drawId: [DrawIdText, "The draw that it is of"],
  drawDate: [Schema.NullOr(DayText), "The draw's day; null in a room", "2026-02-03"],
  position: [PositionNumber, "Its place in the order of sale"],
  totalEntriesAtPurchase: [Count, "How many tickets the draw had once its purchase was through"],
  ticketHash: [Hex32, "Its seal"],
  ownerCommit: [Hex32, "What the list of tickets shows in place of its buyer"],
  ownerSalt: [Hex32, "Proves that the ticket is yours: show it to whom you want to convince, and to nobody else"],
  status: [Schema.Literals(ticketStatuses), "`active` until the draw is drawn; of a void draw for good", "active"],
  prizeAmount: [Schema.NullOr(Money), "What it won; null where it did not", null],
  purchasedAt: [InstantText, "When it was sold"]
}).annotate({ identifier: "Ticket", description: "A ticket, as its buyer alone sees it" })

/** What a player asks for. */
export const PurchaseBody = described({
  quantity: [
    Schema.optionalKey(
      Schema.Int.check(
        Schema.isBetween({ minimum: 1, maximum: quantityMax }, {
          message: `must be a whole number from 1 to ${quantityMax}`
        })
      )
    ),
    "How many tickets; 1 where it is not given",
    2
  ],
  drawId: [Schema.optionalKey(DrawIdText), "The draw that they must be of; without, the one on sale"]
})

const SoldDrawBody = described({
  id: [DrawIdText, "The draw that they are of"],
  prizePool: [Money, "What its winner gets now", "39.90"],
  totalEntries: [Count, "How many tickets it has now"]
})

export const ReceiptBody = described({
  tickets: [Schema.Array(TicketBody), "The tickets, in the order of their positions"],
  wallet: [WalletBody, "The buyer's money after the purchase"],
  draw: [SoldDrawBody, "The draw after the purchase"]
}).annotate({ identifier: "Receipt", description: "What a purchase bought" })

const InclusionBody = described({
  leafIndex: [Count, "The ticket's place in the tree, from 0", 16],
  treeSize: [Count, "How many tickets the tree has"],
  rootHash: [Hex32, "The root, as the lock record has it"],
  proof: [Schema.Array(Hex32), "The hashes from the leaf to the root (RFC 9162, section 2.1.3)"]
})

export const TicketCheckBody = described({
  ticketId: [TicketIdText, "The ticket"],
  drawId: [DrawIdText, "The draw that it is of"],
  drawDate: [Schema.NullOr(DayText), "The draw's day; null in a room", "2026-02-03"],
  position: [PositionNumber, "Its place in the order of sale"],
  ticketHash: [Hex32, "Its seal"],
  sealValid: [Schema.Boolean, "Whether the seal is this server's, of this ticket", true],
  inclusion: [Schema.NullOr(InclusionBody), "That it is in the draw; null until the draw is locked and its tree stands"]
}).annotate({ identifier: "TicketCheck", description: "What anyone may know of a ticket; never its buyer" })

const WinnerBody = described({
  username: [Schema.String, "Two characters of the winner's name, then `***`; of an erased player `***`", "ad***"],
  ticketId: [TicketIdText, "The winning ticket"],
  position: [PositionNumber, "Its position"],
  prizeAmount: [Money, "What it won", "39.90"]
})

export const LastWinnerBody = described({
  draw: [Schema.NullOr(DrawBody), "The newest drawn draw; null before any"],
  winner: [Schema.NullOr(WinnerBody), "Who won it; null where nobody had entered"]
}).annotate({ identifier: "LastWinner", description: "The newest drawn draw and its winner" })

export const RecordsBody = described({
  open: [Schema.String, "The open record, a signed note (c2sp.org/signed-note)", noteExample],
  lock: [Schema.NullOr(Schema.String), "The lock record; null before the lock", noteExample],
  result: [Schema.NullOr(Schema.String), "The result or void record; null before it", null]
}).annotate({ identifier: "Records", description: "A draw's signed records" })
