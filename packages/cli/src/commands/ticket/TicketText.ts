/** Tickets as operators see them: as JSON, and in columns. */
import { formatCents } from "@ddd/core/money/Money"
import type { TicketCheck } from "@ddd/core/ports/Draws"
import type { BoughtTicket, SoldTicket } from "@ddd/core/ports/Lookup"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"
import { movementJson } from "../wallet/MovementText.ts"

export const ticketJson = (ticket: SoldTicket) => ({
  ticketId: ticket.ticketId,
  userId: ticket.userId,
  drawId: ticket.drawId,
  drawDate: ticket.drawDate,
  position: ticket.position,
  status: ticket.status,
  prizeAmount: ticket.prizeAmount === null ? null : formatCents(ticket.prizeAmount),
  purchasedAt: formatInstant(ticket.purchasedAt)
})

const resultText = ({ prizeAmount, status }: SoldTicket): string =>
  prizeAmount === null ? status : style.green(`${status} $${formatCents(prizeAmount)}`)

/** One line a ticket, newest first. */
export const ticketTable = (tickets: ReadonlyArray<SoldTicket>): string =>
  fitted([
    ["BOUGHT", "TICKET", "DRAW", "POSITION", "RESULT"],
    ...tickets.map((ticket) => [
      formatInstant(ticket.purchasedAt),
      ticket.ticketId,
      ticket.drawDate ?? "room",
      String(ticket.position),
      resultText(ticket)
    ])
  ], { right: [3], yields: [0, 2] })

export const boughtJson = ({ buyer, movement, ticket }: BoughtTicket, check: TicketCheck | null) => ({
  ...ticketJson(ticket),
  username: buyer.username,
  ticketHash: check?.ticketHash ?? null,
  sealValid: check?.sealValid ?? null,
  rootHash: check?.inclusion?.rootHash ?? null,
  movement: movementJson(movement)
})

/** One ticket at length. `check`: what anyone may learn of it. */
export const boughtText = ({ buyer, movement, ticket }: BoughtTicket, check: TicketCheck | null): string => {
  const line = (name: string, value: string) => [style.dim(name), value]
  return aligned([
    line("ticket", ticket.ticketId),
    line("buyer", `${visible(buyer.username)} ${style.dim(buyer.id)}`),
    line("draw", `${ticket.drawDate ?? "room"} ${style.dim(ticket.drawId)}`),
    line("position", String(ticket.position)),
    line("bought", formatInstant(ticket.purchasedAt)),
    line("result", resultText(ticket)),
    ...check === null ? [] : [
      line("hash", check.ticketHash),
      line("seal", check.sealValid ? style.green("valid") : style.red("not valid: the row was changed")),
      line("in the tree", check.inclusion === null ? "once the draw is locked" : check.inclusion.rootHash)
    ],
    line(
      "movement",
      `${movement.id} ${formatCents(movement.amount)}, ${formatCents(movement.balanceAfter)} left`
    )
  ])
}
