/** Money: a decimal string with two places, as in the contract (`"0.95"`), and cents as a bigint to count with. No floats. */
import { formatSum, parseCents } from "@ddd/core/money/Money"

/** The cents of an amount: `"-1.00"` → `-100n`. Throws `RangeError` where the text is no amount. */
export const centsOf = (amount: string): bigint => {
  const cents = parseCents(amount)
  if (cents === undefined) throw new RangeError(`not an amount: ${JSON.stringify(amount.slice(0, 20))}`)
  return cents
}

/** The amount of cents: `95n` → `"0.95"`. */
export const amountOf = (cents: bigint): string => formatSum(cents)
