/**
 * The seal of a ticket: what shows that the operator has not altered it, and whose it is (docs/fairness.md, "Tickets").
 *
 * Everything here needs the sealing secret; whoever has that can link every ticket to its owner.
 */
import { Redacted } from "effect"
import { hkdfSha256, makeHmac, type Sha256 } from "../hash/Hash.ts"
import { type LeafComposer, makeLeafComposer, makeOwnerCommitter } from "../proof/Leaf.ts"
import { equalBytes, fromHex, toHex, utf8Bytes, writeAscii } from "../values/Bytes.ts"
import type { DrawId, Position, TicketId, UserId } from "../values/Ids.ts"
import { formatInstant, type Instant, instant } from "../values/Instant.ts"

/** A secret that seals tickets. */
export interface SealingSecret {
  /** Stored with each ticket that the secret sealed. */
  readonly keyId: string
  readonly secret: Redacted.Redacted<Uint8Array>
}

/** The secrets that are configured. */
export interface SealingSecrets {
  /** Seals what is sold now. */
  readonly current: SealingSecret
  /** The secret with this id, the current one included; `undefined` where it is not configured. */
  readonly byId: (keyId: string) => SealingSecret | undefined
  /** SHA-256 as fast as this platform has it: sealing is the hot part of a sale. */
  readonly sha256: Sha256
}

/** What is sealed. */
export interface SealedTicket {
  readonly ticketId: TicketId
  readonly drawId: DrawId
  readonly userId: UserId
  readonly position: Position
  readonly purchasedAt: Instant
}

export interface Seal {
  /** The plan's seal: hex H(ticketId|drawId|userId|position|purchasedAt|secret). */
  readonly ticketHash: string
  /** 32 bytes, for the buyer alone. */
  readonly ownerSalt: Uint8Array
  /** 32 bytes, public. */
  readonly ownerCommit: Uint8Array
  /** The ticket's leaf in the tree: 32 bytes. */
  readonly leafHash: Uint8Array
}

export interface Sealer {
  /** The id of the sealing secret, stored with each ticket that it seals. */
  readonly keyId: string
  readonly seal: (ticket: SealedTicket) => Seal
  /** The salt of a ticket that was sealed earlier: it is derived, never stored with an answer. */
  readonly ownerSalt: (ticketId: TicketId) => Uint8Array
  /** Whether a stored seal and owner commitment are this ticket's. */
  readonly verify: (
    ticket: SealedTicket,
    stored: { readonly ticketHash: string; readonly ownerCommit: Uint8Array }
  ) => boolean
}

// "DDL-20260203-ABCDEFGH|<uuid>|<uuid>|9007199254740991|2026-02-03T00:00:00.000Z|"
const sealTextMax = 21 + 36 + 36 + 16 + 24 + 5

/**
 * A sealer under one secret. Made once: what derives from the secret is kept.
 *
 * The hottest path there is: the bytes that are hashed are put together in buffers that are used again for the next ticket.
 */
export const makeSealer = (hash: Sha256, { keyId, secret }: SealingSecret): Sealer => {
  const secretBytes = Redacted.value(secret)
  const hmac = makeHmac(hash)
  const commitOwner = makeOwnerCommitter(hash)
  const saltKey = hkdfSha256(hash, secretBytes, utf8Bytes("ddd/owner-salt/v1"))
  const ownerSalt = (ticketId: TicketId): Uint8Array => hmac(saltKey, utf8Bytes(ticketId))

  // Tickets are sold in batches, each at one instant
  let time = { at: instant(0), text: formatInstant(instant(0)) }
  const sealed = new Uint8Array(sealTextMax + secretBytes.length)
  const ticketHashOf = ({ drawId, position, purchasedAt, ticketId, userId }: SealedTicket): Uint8Array => {
    if (time.at !== purchasedAt) time = { at: purchasedAt, text: formatInstant(purchasedAt) }
    const text = `${ticketId}|${drawId}|${userId}|${position}|${time.text}|`
    const end = writeAscii(sealed, 0, text)
    sealed.set(secretBytes, end)
    return hash(sealed.subarray(0, end + secretBytes.length))
  }

  // … and of one draw
  let leaves: LeafComposer | undefined
  const seal = (ticket: SealedTicket): Seal => {
    const { drawId, position, purchasedAt, ticketId, userId } = ticket
    if (leaves?.drawId !== drawId) leaves = makeLeafComposer(drawId)
    const { body, compose } = leaves
    const idLength = writeAscii(body, 0, ticketId)
    const ticketHash = ticketHashOf(ticket)
    const salt = hmac(saltKey, body.subarray(0, idLength))
    const commit = commitOwner(salt, drawId, userId)
    body.set(ticketHash, idLength)
    body.set(commit, idLength + 32)
    const leaf = hash(compose(position, idLength, purchasedAt))
    return { ticketHash: toHex(ticketHash), ownerSalt: salt, ownerCommit: commit, leafHash: leaf }
  }

  return {
    keyId,
    ownerSalt,
    seal,
    verify: (ticket, stored) => {
      const ticketHash = fromHex(stored.ticketHash, 32)
      const salt = ownerSalt(ticket.ticketId)
      return ticketHash !== undefined && equalBytes(ticketHash, ticketHashOf(ticket)) &&
        equalBytes(stored.ownerCommit, commitOwner(salt, ticket.drawId, ticket.userId))
    }
  }
}
