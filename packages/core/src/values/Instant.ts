/**
 * Instants and days, in UTC.
 *
 * An `Instant` is whole milliseconds since 1970-01-01T00:00:00Z; its text is RFC 3339 with exactly three decimals and `Z`
 * (docs/fairness.md, "Notation"). The functions here read no clock: whoever needs the time is given it.
 */
import type { Brand } from "effect"

/** Whole milliseconds since the Unix epoch, between years 0000 and 9999. */
export type Instant = number & Brand.Brand<"Instant">

/** A calendar day in UTC, of the years 0001 to 9999: `"2026-02-03"`. */
export type Day = string & Brand.Brand<"Day">

export const dayMillis = 86_400_000

const earliest = -62_167_219_200_000
const latest = 253_402_300_799_999

/** `millis` as an instant. Throws `RangeError` unless it is a whole number within the years 0000–9999. */
export const instant = (millis: number): Instant => {
  if (!Number.isSafeInteger(millis) || millis < earliest || millis > latest) {
    throw new RangeError(`${millis} is not an instant`)
  }
  return millis as Instant
}

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

// oxlint-disable-next-line no-restricted-globals -- the calendar, never the clock
const textOf = (millis: number): string => new Date(millis).toISOString()

// oxlint-disable-next-line no-restricted-globals -- the calendar, never the clock
const millisOf = (text: string): number => Date.parse(text)

/** `"2026-02-03T00:00:00.000Z"`. */
export const formatInstant = (value: Instant): string => textOf(value)

/** As `formatInstant`; null where there is no instant. */
export const formatInstantOrNull = (value: Instant | null): string | null => value === null ? null : textOf(value)

/** Reads the one spelling of an instant that `formatInstant` writes; `undefined` for any other, or a time that is not real. */
export const parseInstant = (text: string): Instant | undefined => {
  if (!instantForm.test(text)) return undefined
  const millis = millisOf(text)
  // Date.parse takes "24:00:00" and some days that do not exist: only what comes back the same is real
  return Number.isNaN(millis) || textOf(millis) !== text ? undefined : instant(millis)
}

const dayForm = /^\d{4}-\d{2}-\d{2}$/

/** Reads `"2026-02-03"`; `undefined` for another form or a day that is not real. There is no year 0000: PostgreSQL's calendar has none. */
export const parseDay = (text: string): Day | undefined =>
  dayForm.test(text) && !text.startsWith("0000") && parseInstant(`${text}T00:00:00.000Z`) !== undefined
    ? text as Day
    : undefined

/** The UTC day that holds `at`. */
export const dayOf = (at: Instant): Day => formatInstant(at).slice(0, 10) as Day

/** The midnight at which `day` begins. */
export const dayStart = (day: Day): Instant => instant(millisOf(`${day}T00:00:00.000Z`))

/** The day `count` days after `day` (before it, where negative). */
export const dayAfter = (day: Day, count = 1): Day => dayOf(instant(dayStart(day) + count * dayMillis))
