/** Who wins, and what (docs/fairness.md, "Records"). */
import type { Sha256 } from "../hash/Hash.ts"
import { type Cents, isCents, ticketPot, ticketPrice } from "../money/Money.ts"
import { concat, lengthPrefixed, toHex, utf8Bytes } from "../values/Bytes.ts"
import { type DrawId, type Position, position } from "../values/Ids.ts"

const domain = utf8Bytes("ddd/outcome/v1\n")

/** What the entropy of a draw is made of. */
export interface EntropyInput {
  readonly drawId: DrawId
  /** The hash of the open record: 32 bytes. */
  readonly openHash: Uint8Array
  /** 32 bytes. */
  readonly seed: Uint8Array
  /** The beacon round's signature; no bytes where the draw has no beacon. */
  readonly beaconSignature: Uint8Array
}

/** The entropy E: H("ddd/outcome/v1\n" ‖ lp(drawId) ‖ hash of the open record ‖ seed ‖ beacon signature), 32 bytes. */
export const entropy = (hash: Sha256, input: EntropyInput): Uint8Array =>
  hash(concat(domain, lengthPrefixed(input.drawId), input.openHash, input.seed, input.beaconSignature))

/** The winning position: E as an unsigned big-endian integer modulo `entries`, plus one. `undefined` where nobody entered. */
export const winningPosition = (entropy: Uint8Array, entries: number): Position | undefined =>
  entries === 0 ? undefined : position(Number(BigInt(`0x${toHex(entropy)}`) % BigInt(entries)) + 1)

/** What decides a draw, once its seed is opened and its beacon's round is there. */
export interface Outcome {
  /** 32 bytes. */
  readonly entropy: Uint8Array
  /** Null where nobody entered. */
  readonly winningPosition: Position | null
  readonly prize: Cents
  readonly fee: Cents
}

/** What a ticket costs, and what of it goes to the pot, in cents. */
export interface Terms {
  readonly price: Cents
  readonly pot: Cents
}

/** Where the money of a draw's entries goes. */
export interface Takings {
  /** The pot, and so the prize: entries × pot. */
  readonly pool: Cents
  /** The house's share: entries × (price − pot). */
  readonly fee: Cents
  /** All of it, as a void draw gives it back: entries × price. */
  readonly refund: Cents
}

/** The takings of `entries` tickets; `undefined` where they are more than the books can hold. */
export const takings = (entries: number, { pot, price }: Terms): Takings | undefined => {
  const count = BigInt(entries)
  const [pool, fee, refund] = [count * pot, count * (price - pot), count * price]
  return isCents(pool) && isCents(fee) && isCents(refund) ? { pool, fee, refund } : undefined
}

/** The terms of every ticket that this program sells. */
export const ticketTerms: Terms = { price: ticketPrice, pot: ticketPot }

/** What a draw took, by those terms. Throws `RangeError` beyond what the books can hold. */
export const takingsOf = (entries: number): Takings => {
  const taken = takings(entries, ticketTerms)
  if (taken === undefined) throw new RangeError(`the books cannot hold the takings of ${entries} tickets`)
  return taken
}
