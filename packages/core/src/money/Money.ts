/**
 * Money: integer cents of US dollars.
 *
 * A `Cents` is a `bigint`, so that sums are exact at any size; outside the program money is a decimal string with two
 * places (`"0.95"`), never a floating-point number. The largest amount is what `DECIMAL(12,2)` holds.
 */
import type { Brand } from "effect"

/** Integer cents, possibly negative (a movement out of a wallet). */
export type Cents = bigint & Brand.Brand<"Cents">

/** The largest magnitude of an amount or a balance, in cents: DECIMAL(12,2) (plan, part 2). */
export const centsMax = 999_999_999_999n

/**
 * Beyond this nothing is bought for a wallet, in cents: $999,999,999.99. A tenth of what the books can hold, so that prizes, refunds and
 * what comes back always fit: to reach the rest a player would have to win nine billion dollars.
 */
export const depositedToMax = 99_999_999_999n

/** Whether `value` is an amount the books can hold. */
export const isCents = (value: bigint): value is Cents => value >= -centsMax && value <= centsMax

/**
 * `value` as cents.
 *
 * Throws `RangeError` beyond what the books can hold: for values the program itself made. For values from outside use
 * `parseCents`.
 */
export const cents = (value: bigint): Cents => {
  if (!isCents(value)) throw new RangeError(`${value} cents do not fit in DECIMAL(12,2)`)
  return value
}

export const zero: Cents = cents(0n)

/** The smaller of two amounts. */
export const smaller = (a: bigint, b: bigint): bigint => a < b ? a : b

/** What a ticket costs: $1.00. */
export const ticketPrice: Cents = cents(100n)
/** What of a ticket goes to the pot: $0.95. */
export const ticketPot: Cents = cents(95n)
/** What of a ticket goes to the house: $0.05. */
export const ticketFee: Cents = cents(ticketPrice - ticketPot)

const amountForm = /^(-?)(0|[1-9][0-9]{0,9})\.([0-9]{2})$/

/**
 * Reads a decimal string with exactly two places: `"-1.00"` → `-100n`.
 *
 * `undefined` for anything else: other digits, signs, exponents, spaces, leading zeros, `"-0.00"`, or an amount beyond
 * DECIMAL(12,2). Source: docs/api.md, "money".
 */
export const parseCents = (text: string): Cents | undefined => {
  const match = amountForm.exec(text)
  if (match === null) return undefined
  const magnitude = BigInt(match[2]! + match[3]!)
  if (match[1] === "-") return magnitude === 0n ? undefined : cents(-magnitude)
  return cents(magnitude)
}

/** Writes a sum of cents, which may be more than one amount can be, as a decimal string with two places: `95n` → `"0.95"`. */
export const formatSum = (value: bigint): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(3, "0")
  return `${value < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Writes cents as a decimal string with two places. */
export const formatCents = (value: Cents): string => formatSum(value)
