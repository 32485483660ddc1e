/** How times, amounts, draws and what players typed are written in a mail. */
import { type Cents, formatCents } from "@ddd/core/money/Money"
import { type Day, dayStart, type Instant } from "@ddd/core/values/Instant"

const inUtc = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })

/** `3 February 2026 at 10:30 UTC`, cut to the minute. */
export const moment = (at: Instant): string => `${inUtc.format(at)} UTC`

const dayInUtc = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" })

/** `the draw of 3 February 2026`; a room's draw has no date: `the room`. */
export const drawName = (drawDate: Day | null): string =>
  drawDate === null ? "the room" : `the draw of ${dayInUtc.format(dayStart(drawDate))}`

const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, ",")

/** `your ticket`, `your 1,204 tickets`. */
export const yourTickets = (count: number): string => count === 1 ? "your ticket" : `your ${number(count)} tickets`

/** `1,204`. */
export const number = (value: number): string => grouped(String(value))

/** `The room`. */
export const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

/** `$1,234.50`, `-$1.00`. */
export const dollars = (amount: Cents): string => {
  const [, sign, whole = "", places] = /^(-?)(\d+)(\.\d\d)$/.exec(formatCents(amount)) ?? []
  return `${sign}$${grouped(whole)}${places}`
}

/**
 * What somebody typed, as mere words: anybody can sign up with a stranger's address, and with `win.example.com` for a name.
 * Without line breaks and invisible characters of its own, and with a break of no width after what joins the parts of an
 * address, so that no mail program makes a link of it.
 */
export const asTyped = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").replace(/[.:/@。．]/gu, "$&\u200b")

/** `a***@example.com`: to be recognised by one who knows the address, and by nobody else. */
export const maskedAddress = (address: string): string => {
  const [, first, domain] = /^(.).*(@[^@]*)$/su.exec(address) ?? []
  return asTyped(`${first ?? ""}***${domain ?? ""}`)
}
