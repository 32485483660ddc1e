/** Money on the wire: a decimal string with two places, integer cents inside (docs/api.md, "money"). */
import { type Cents, cents, centsMax, formatCents, isCents, parseCents } from "@ddd/core/money/Money"
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

/** An amount of at least `least`, which is above zero, and at most `most`. `identifier` names it in the OpenAPI document. */
export const moneyFrom = (identifier: string, least: Cents, most: Cents = cents(centsMax)) => {
  const isEnough = (u: unknown): u is Cents => isAmount(u) && u >= least && u <= most
  const upTo = most === centsMax ? "" : ` and at most ${formatCents(most)}`
  return textCodec({
    identifier,
    description: `US dollars, a decimal string with two places, at least ${formatCents(least)}${upTo}`,
    example: "10.00",
    pattern: /^(0|[1-9][0-9]{0,9})\.[0-9]{2}$/u,
    message: `${message}, of at least ${formatCents(least)}${upTo}`,
    is: isEnough,
    parse: (text) => {
      const amount = parseCents(text)
      return isEnough(amount) ? amount : undefined
    },
    format: formatCents
  })
}

/** An amount above zero. */
export const PositiveMoney = moneyFrom("PositiveMoney", cents(1n))
