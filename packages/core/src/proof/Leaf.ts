/** What of a ticket is public: its leaf in the ticket tree, and the commitment to its owner (docs/fairness.md, "Tickets"). */
import { makeHmac, type Sha256 } from "../hash/Hash.ts"
import { concat, lengthPrefixed, u32, utf8Bytes, writeAscii, writeU64 } from "../values/Bytes.ts"
import type { DrawId, Position, UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"

const ownerDomain = utf8Bytes("ddd/owner/v1\n")
const leafDomain = utf8Bytes("ddd/ticket/v1\n")

const uuidLength = 36

/**
 * Commits to a ticket's owner: HMAC-SHA-256(ownerSalt, "ddd/owner/v1\n" ‖ lp(drawId) ‖ lp(userId)).
 *
 * With the salt, a buyer proves to anyone that the ticket is theirs; without it, nobody learns who bought what.
 */
export type OwnerCommitter = (ownerSalt: Uint8Array, drawId: DrawId, userId: UserId) => Uint8Array

/** Keep it: it puts its messages together in the same bytes each time. */
export const makeOwnerCommitter = (hash: Sha256): OwnerCommitter => {
  const hmac = makeHmac(hash)
  const uuid = u32(uuidLength)
  const message = concat(ownerDomain, uuid, new Uint8Array(uuidLength), uuid, new Uint8Array(uuidLength))
  const drawAt = ownerDomain.length + 4
  const userAt = drawAt + uuidLength + 4
  return (ownerSalt, drawId, userId) => {
    writeAscii(message, drawAt, drawId)
    writeAscii(message, userAt, userId)
    return hmac(ownerSalt, message)
  }
}

/** The commitment to one ticket's owner. */
export const ownerCommit = (hash: Sha256, ownerSalt: Uint8Array, drawId: DrawId, userId: UserId): Uint8Array =>
  makeOwnerCommitter(hash)(ownerSalt, drawId, userId)

/** The longest ticket id: `DDL-` with eight digits and eight symbols. */
const idLengthMax = 21

/**
 * The leaves of one draw, composed one after the other in the same bytes: a draw has millions.
 *
 * A leaf's data is "ddd/ticket/v1\n" ‖ lp(drawId) ‖ u64(position) ‖ lp(ticketId) ‖ ticketHash ‖ ownerCommit ‖ u64(purchasedAt).
 */
export interface LeafComposer {
  readonly drawId: DrawId
  /** The caller writes ticketId ‖ ticketHash (32 bytes) ‖ ownerCommit (32 bytes) here first. */
  readonly body: Uint8Array
  /**
   * The input of the leaf's hash: 0x00 and the leaf's data (RFC 9162, section 2.1.1). Valid until the next call.
   *
   * `idLength` is the length of the ticket id in `body`. `purchasedAt` is not before 1970: the leaf holds it unsigned.
   */
  readonly compose: (position: Position, idLength: number, purchasedAt: Instant) => Uint8Array
}

export const makeLeafComposer = (drawId: DrawId): LeafComposer => {
  const head = concat(Uint8Array.of(0), leafDomain, lengthPrefixed(drawId))
  const bodyAt = head.length + 12
  const buffer = concat(head, new Uint8Array(12 + idLengthMax + 64 + 8))
  const inputs = Array.from({ length: idLengthMax + 1 }, (_, idLength) => buffer.subarray(0, bodyAt + idLength + 72))
  return {
    drawId,
    body: buffer.subarray(bodyAt),
    compose: (position, idLength, purchasedAt) => {
      const input = inputs[idLength]
      if (input === undefined) throw new RangeError(`a ticket id has no ${idLength} characters`)
      writeU64(buffer, head.length, position)
      // The three bytes before stay 0: an id's length fits in one
      buffer[bodyAt - 1] = idLength
      writeU64(buffer, bodyAt + idLength + 64, purchasedAt)
      return input
    }
  }
}
