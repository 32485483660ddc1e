/** What docs/fairness.md, "Tickets", makes of a ticket, spelled out as it stands there: not the way in which a sale makes it. */
import { hmacSha256, type Sha256 } from "@ddd/core/hash/Hash"
import { leafHash } from "@ddd/core/proof/Merkle"
import { concat, fromHex, lengthPrefixed, toHex, u64, utf8Bytes } from "@ddd/core/values/Bytes"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import type { TicketRow } from "./Rows.ts"

/** What of a ticket its leaf holds. */
type LeafTicket = Pick<TicketRow, "drawId" | "position" | "ticketId" | "ticketHash" | "ownerCommit" | "purchasedAt">

/** A ticket's leaf: 32 bytes; `undefined` where seal or owner commitment are not hex of 32 bytes. */
export const leafOf = (sha256: Sha256, ticket: LeafTicket): Uint8Array | undefined => {
  const ticketHash = fromHex(ticket.ticketHash, 32)
  const ownerCommit = fromHex(ticket.ownerCommit, 32)
  if (ticketHash === undefined || ownerCommit === undefined) return undefined
  const data = concat(
    utf8Bytes("ddd/ticket/v1\n"),
    lengthPrefixed(ticket.drawId),
    u64(ticket.position),
    lengthPrefixed(ticket.ticketId),
    ticketHash,
    ownerCommit,
    u64(ticket.purchasedAt)
  )
  return leafHash(sha256, data)
}

/** The commitment to a ticket's owner, hex, from its buyer's salt. */
export const ownerCommitOf = (sha256: Sha256, ownerSalt: Uint8Array, drawId: DrawId, userId: UserId): string =>
  toHex(
    hmacSha256(sha256, ownerSalt, concat(utf8Bytes("ddd/owner/v1\n"), lengthPrefixed(drawId), lengthPrefixed(userId)))
  )
