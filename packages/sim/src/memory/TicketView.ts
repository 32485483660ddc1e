/** A stored ticket as its buyer sees it. */
import type { Seals } from "@ddd/core/draws/Seals"
import type { Ticket } from "@ddd/core/draws/Ticket"
import { toHex } from "@ddd/core/values/Bytes"
import type { DrawRow, TicketRow } from "../audit/Rows.ts"

/** `draw` as it is to be seen: an undrawn one makes an active ticket. The salt is derived, never stored. */
export const asTicket = (
  row: TicketRow,
  draw: Pick<DrawRow, "drawDate" | "status" | "winningPosition" | "prizePool">,
  seals: Seals
): Ticket => {
  const drawn = draw.status === "drawn"
  const won = drawn && row.position === draw.winningPosition
  const { sealKeyId: _, walletSeq: __, ...ticket } = row
  return {
    ...ticket,
    drawDate: draw.drawDate,
    ownerSalt: toHex(seals.sealerOf(row.sealKeyId).ownerSalt(row.ticketId)),
    status: won ? "won" : drawn ? "lost" : "active",
    prizeAmount: won ? draw.prizePool : null
  }
}
