/** Money on the wire: a decimal string with two places, integer cents inside (API.md, "money"). */
import { type Cents, formatCents, isCents, parseCents } from "@ddd/core/Money"
import { textCodec } from "./Text.ts"

const message = "must be an amount of US dollars as a decimal string with two places, such as \"0.95\""
const isAmount = (u: unknown): u is Cents => typeof u === "bigint" && isCents(u)

/** Any amount, negative ones included. */
export const Money = textCodec({
  identifier: "Money",
  description: "US dollars, a decimal string with two places",
  example: "0.95",
  pattern: /^-?(0|[1-9][0-9]{0,9})\.[0-9]{2}$/u,
  message,
  is: isAmount,
  parse: parseCents,
  format: formatCents
})

/** An amount above zero. */
export const PositiveMoney = textCodec({
  identifier: "PositiveMoney",
  description: "US dollars, a decimal string with two places, above zero",
  example: "10.00",
  pattern: /^(0|[1-9][0-9]{0,9})\.[0-9]{2}$/u,
  message: `${message}, above zero`,
  is: (u): u is Cents => isAmount(u) && u > 0n,
  parse: (text) => {
    const amount = parseCents(text)
    return amount !== undefined && amount > 0n ? amount : undefined
  },
  format: formatCents
})
