/**
 * The tickets of one draw, one after the other: their seals computed again, and their tree.
 *
 * The rows are whatever the table holds, so nothing here throws on a value that no ticket could have.
 */
import type { SealedTicket, Sealer } from "@ddd/core/draws/Seal"
import type { Sha256 } from "@ddd/core/hash/Hash"
import { makeLeafComposer } from "@ddd/core/proof/Leaf"
import { append, emptyFrontier, type Frontier } from "@ddd/core/proof/Merkle"
import { equalBytes, fromHex, toHex, utf8Bytes } from "@ddd/core/values/Bytes"
import { type DrawId, position, ticketId, userId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import { instantOf } from "../database/Rows.ts"
import type { Findings } from "./Findings.ts"

export interface TicketRow {
  readonly draw_id: string
  readonly position: number
  readonly ticket_id: string
  readonly user_id: string
  readonly ticket_hash: string
  readonly owner_commit: Uint8Array
  readonly seal_key_id: string
  readonly created_at: Date
}

/** When a draw's tickets may have been bought, as its rows say (docs/fairness.md, "What a verifier checks", 6). */
export interface SaleHours {
  readonly opens: Instant
  /** Null for a room. */
  readonly closes: Instant | null
  /** Null until the lock. */
  readonly locked: Instant | null
}

/** What the tickets of a draw amount to. */
export interface Tickets {
  readonly count: number
  readonly tree: Frontier
}

export interface TicketAudit {
  /** The next rows of the draw, in the order of positions. */
  readonly take: (rows: ReadonlyArray<TicketRow>) => void
  readonly tickets: () => Tickets
}

export const makeTicketAudit = (
  hash: Sha256,
  sealerOf: (keyId: string) => Sealer | undefined,
  draw: DrawId,
  hours: SaleHours,
  findings: Findings
): TicketAudit => {
  const leafOf = makeStoredLeaf(hash, draw)
  let tree = emptyFrontier
  let count = 0
  let newest: Instant | null = null

  const checkTime = (row: TicketRow, at: Instant): void => {
    const { closes, locked, opens } = hours
    const earliest = newest !== null && newest > opens ? newest : opens
    newest = at
    const isLate = closes !== null && at >= closes || locked !== null && at > locked
    if (at >= earliest && !isLate) return
    const latest = closes === null
      ? locked === null ? "" : ` until ${formatInstant(locked)}`
      : ` and before ${formatInstant(closes)}`
    findings.add(
      "records-signed",
      `ticket ${row.ticket_id}`,
      `expected a purchase from ${formatInstant(earliest)}${latest}, found ${formatInstant(at)}`
    )
  }

  /** Checks a row, and gives its leaf. */
  const check = (row: TicketRow): Uint8Array => {
    const subject = `ticket ${row.ticket_id}`
    const ticket = readTicket(draw, row)
    if (ticket === undefined) {
      findings.add("seal-valid", subject, "expected the values of a ticket, found some that no ticket has")
      return unknownLeaf
    }
    checkTime(row, ticket.purchasedAt)
    const sealer = sealerOf(row.seal_key_id)
    if (sealer === undefined) {
      findings.add(
        "seal-valid",
        subject,
        `expected a configured sealing secret, found "${row.seal_key_id}", which is not`
      )
      return leafOf(ticket, row) ?? unknownLeaf
    }
    const seal = sealer.seal(ticket)
    if (seal.ticketHash === row.ticket_hash && equalBytes(seal.ownerCommit, row.owner_commit)) return seal.leafHash
    findings.add(
      "seal-valid",
      subject,
      seal.ticketHash === row.ticket_hash
        ? `expected owner commitment ${toHex(seal.ownerCommit)}, found ${toHex(row.owner_commit)}`
        : `expected seal ${seal.ticketHash}, found ${row.ticket_hash}`
    )
    return leafOf(ticket, row) ?? unknownLeaf
  }

  return {
    take: (rows) => {
      tree = append(hash, tree, rows.map(check))
      count += rows.length
    },
    tickets: () => ({ count, tree })
  }
}

/** Stands for the leaf of a row that has none: no hash is all zeros. */
const unknownLeaf = new Uint8Array(32)

const readTicket = (drawId: DrawId, row: TicketRow): SealedTicket | undefined => {
  try {
    return {
      drawId,
      ticketId: ticketId(row.ticket_id),
      userId: userId(row.user_id),
      position: position(row.position),
      purchasedAt: instantOf(row.created_at)
    }
  } catch {
    // each of these throws on a value of another form
    return undefined
  }
}

/** The leaf of a ticket with the stored seal and commitment, right or wrong; undefined where they are no hashes. */
const makeStoredLeaf = (hash: Sha256, drawId: DrawId) => {
  const { body, compose } = makeLeafComposer(drawId)
  return (ticket: SealedTicket, stored: TicketRow): Uint8Array | undefined => {
    const ticketHash = fromHex(stored.ticket_hash, 32)
    if (ticketHash === undefined || stored.owner_commit.length !== 32) return undefined
    const id = utf8Bytes(ticket.ticketId)
    body.set(id)
    body.set(ticketHash, id.length)
    body.set(stored.owner_commit, id.length + 32)
    return hash(compose(ticket.position, id.length, ticket.purchasedAt))
  }
}
