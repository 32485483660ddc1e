/** Money as people read it. */
import { type Cents, formatCents, parseCents } from "@ddd/core/money/Money"

const inThrees = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",")

/** `1,299`. */
export const grouped = (count: number): string => inThrees(String(count))

/** `$12,345.60`. */
export const dollars = (cents: Cents): string => {
  const [whole = "", rest = ""] = formatCents(cents).split(".")
  return `$${inThrees(whole)}.${rest}`
}

/** Reads what the API calls money; `undefined` for anything else. */
export const centsOf = (json: unknown): Cents | undefined => typeof json === "string" ? parseCents(json) : undefined

/** `1,299 tickets`. */
export const ticketCount = (count: number): string => `${grouped(count)} ${count === 1 ? "ticket" : "tickets"}`
