/** Money as people read it. */
import { type Cents, formatCents, parseCents } from "@ddd/core/Money"

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",")

/** `$12,345.60`. */
export const dollars = (cents: Cents): string => {
  const [whole = "", rest = ""] = formatCents(cents).split(".")
  return `$${grouped(whole)}.${rest}`
}

/** Reads what the API calls money; `undefined` for anything else. */
export const centsOf = (json: unknown): Cents | undefined => typeof json === "string" ? parseCents(json) : undefined

/** `1,299 tickets`. */
export const ticketCount = (count: number): string => `${grouped(String(count))} ${count === 1 ? "ticket" : "tickets"}`
