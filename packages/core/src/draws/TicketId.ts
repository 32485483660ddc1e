/**
 * The public numbers of tickets.
 *
 * docs/fairness.md, "Tickets": five random symbols up to position 2^20, eight beyond; no two alike in a draw; not guessable from
 * the position. A keyed permutation of the position gives all three at once, and no database has to be asked whether a
 * number is taken: a Feistel network over 25 bits (five symbols), or 40 bits (eight), under a key of the draw's own. From epoch 1 on all have
 * eight, and each epoch permutes numbers of its own, so that none of an earlier epoch comes again.
 */
import { Redacted } from "effect"
import { hkdfSha256, hmacSha256, type Sha256 } from "../hash/Hash.ts"
import { concat, utf8Bytes } from "../values/Bytes.ts"
import { crockford, type DrawId, isTicketId, type Position, type TicketId } from "../values/Ids.ts"
import type { Day } from "../values/Instant.ts"
import { epochMax } from "./Epoch.ts"

/** The last position with a short number. */
export const shortPositionMax = 2 ** 20

/** Numbers that an epoch may give in one draw. */
const epochNumbers = 2 ** 32

/** What the numbers of a daily draw begin with: `DDL-20260203`. */
export const dailyPrefix = (day: Day): string => `DDL-${day.replaceAll("-", "")}`
/** What the numbers of a room begin with: `ROOM-K7M2QX`. */
export const roomPrefix = (code: string): string => `ROOM-${code}`

// From six rounds on, the known attacks on such networks need more pairs than there are numbers
const rounds = 8

/** `value`'s symbols: `count` of them. */
const symbols = (value: number, count: number): string => {
  let text = ""
  for (let rest = value, i = 0; i < count; rest = Math.floor(rest / 32), i++) text = crockford[rest % 32]! + text
  return text
}

/** A pseudo-random function of a round and a half of at most 20 bits; the callers take as many low bits as they need. */
type RoundFunction = (round: number, half: number) => number

/**
 * A permutation of the numbers of `leftBits + rightBits` bits.
 *
 * Each round mixes one half into the other, in turns, so the halves may differ in size; each half has at most 20 bits.
 */
const permute = (value: number, leftBits: number, rightBits: number, mix: RoundFunction): number => {
  const leftMask = 2 ** leftBits - 1
  const rightMask = 2 ** rightBits - 1
  let left = Math.floor(value / 2 ** rightBits)
  let right = value & rightMask
  for (let round = 0; round < rounds; round += 2) {
    left ^= mix(round, right) & leftMask
    right ^= mix(round + 1, left) & rightMask
  }
  return left * 2 ** rightBits + right
}

/** The 32 bytes of pseudo-randomness that belong to a width, a round and an index: H of the draw's key and these. */
const makeBlocks = (hash: Sha256, key: Uint8Array, width: number) => {
  const input = concat(key, Uint8Array.of(width, 0, 0, 0, 0, 0))
  const view = new DataView(input.buffer)
  return (round: number, index: number): Uint8Array => {
    input[33] = round
    view.setUint32(34, index)
    return hash(input)
  }
}

/** A round function that keeps what it computed, sixteen values a hash: for halves small enough for a table. */
const makeTabled = (block: (round: number, index: number) => Uint8Array, halfBits: number): RoundFunction => {
  const size = 2 ** halfBits
  const table = new Uint16Array(rounds * size)
  const known = new Uint8Array(rounds * size / 16)
  return (round, half) => {
    const at = round * size + half
    const chunk = at >>> 4
    if (known[chunk] === 0) {
      const bytes = block(round, half >>> 4)
      for (let i = 0; i < 16; i++) table[chunk * 16 + i] = bytes[2 * i]! << 8 | bytes[2 * i + 1]!
      known[chunk] = 1
    }
    return table[at]!
  }
}

/** A round function that computes each value anew. */
const makeDirect = (block: (round: number, index: number) => Uint8Array): RoundFunction => (round, half) => {
  const bytes = block(round, half)
  return bytes[0]! << 16 | bytes[1]! << 8 | bytes[2]!
}

/**
 * The numbering of one draw: the ticket id of each position, always the same one, no two alike.
 *
 * A draw keeps the secret that its first ticket was numbered under, also when the sealing secret is rotated while it sells:
 * two secrets make two permutations, and those may meet. Keep the function too: it fills small tables as it goes (under
 * 150 KiB). `epoch`: 0 … `epochMax`. Throws `TypeError` where `prefix` cannot begin a ticket id.
 */
export const makeTicketNumbering = (
  hash: Sha256,
  secret: Redacted.Redacted<Uint8Array>,
  drawId: DrawId,
  prefix: string,
  epoch = 0
): (position: Position) => TicketId => {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > epochMax) throw new RangeError(`there is no epoch ${epoch}`)
  if (!isTicketId(`${prefix}-00000`)) throw new TypeError(`${JSON.stringify(prefix)} cannot begin a ticket id`)
  const key = hmacSha256(
    hash,
    hkdfSha256(hash, Redacted.value(secret), utf8Bytes("ddd/ticket-id/v1")),
    utf8Bytes(drawId)
  )
  const short = makeTabled(makeBlocks(hash, key, 25), 13)
  const long = makeDirect(makeBlocks(hash, key, 40))
  return (position) => {
    if (position > epochNumbers) throw new RangeError(`position ${position} has no number`)
    const text = epoch === 0 && position <= shortPositionMax
      ? symbols(permute(position - 1, 12, 13, short), 5)
      : symbols(permute(epoch * epochNumbers + position - 1, 20, 20, long), 8)
    // the prefix was checked, and the symbols are the alphabet's
    return `${prefix}-${text}` as TicketId
  }
}
