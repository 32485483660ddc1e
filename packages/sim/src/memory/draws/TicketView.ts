/** A stored ticket as its buyer sees it. */
import type { Seals } from "@ddd/core/draws/Seals"
import { showTicket, type Ticket, type TicketResult, ticketResult } from "@ddd/core/draws/Ticket"
import type { DrawRow, TicketRow } from "../../audit/Rows.ts"

/** `result`: what became of it; by default what its draw says now. */
export const asTicket = (
  row: TicketRow,
  draw: DrawRow,
  seals: Seals,
  result: TicketResult = ticketResult(row.position, draw)
): Ticket => showTicket(row, draw.drawDate, seals.sealerOf(row.sealKeyId).ownerSalt(row.ticketId), result)
