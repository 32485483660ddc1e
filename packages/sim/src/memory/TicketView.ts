/** A stored ticket as its buyer sees it. */
import type { Sealer } from "@ddd/core/draws/Seal"
import type { Ticket } from "@ddd/core/draws/Ticket"
import { toHex } from "@ddd/core/values/Bytes"
import type { DrawRow, TicketRow } from "../audit/Rows.ts"

/** `draw` as it is to be seen: an undrawn one makes an active ticket. The salt is derived, never stored. */
export const asTicket = (
  row: TicketRow,
  draw: Pick<DrawRow, "drawDate" | "status" | "winningPosition" | "prizePool">,
  sealerOf: (keyId: string) => Sealer | undefined
): Ticket => {
  const sealer = sealerOf(row.sealKeyId)
  if (sealer === undefined) throw new Error(`ticket ${row.ticketId} was sealed with a secret that is not configured`)
  const drawn = draw.status === "drawn"
  const won = drawn && row.position === draw.winningPosition
  const { sealKeyId: _, walletSeq: __, ...ticket } = row
  return {
    ...ticket,
    drawDate: draw.drawDate,
    ownerSalt: toHex(sealer.ownerSalt(row.ticketId)),
    status: won ? "won" : drawn ? "lost" : "active",
    prizeAmount: won ? draw.prizePool : null
  }
}
