/** Calendar months in UTC: `"2026-02"`. */
import type { Brand } from "effect"
import { dayStart, type Instant, parseDay } from "./Instant.ts"

/** A calendar month in UTC, of the years 0001 to 9998: `"2026-02"`. */
export type Month = string & Brand.Brand<"Month">

/** The first day of a month; `undefined` for a text of another form. */
const firstDay = (text: string) => parseDay(`${text}-01`)

/** Reads a month; `undefined` for another form, or a month that is not real. After 9998 there is no month after every month. */
export const parseMonth = (text: string): Month | undefined =>
  firstDay(text) !== undefined && !text.startsWith("9999") ? text as Month : undefined

const startOf = (text: string): Instant => {
  const day = firstDay(text)
  if (day === undefined) throw new RangeError(`${text} is not a month`)
  return dayStart(day)
}

/** When a month begins. */
export const monthStart = (month: Month): Instant => startOf(month)

/** When it is over: the next one begins. */
export const monthEnd = (month: Month): Instant => {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))]
  const [nextYear, next] = number === 12 ? [year + 1, 1] : [year, number + 1]
  return startOf(`${String(nextYear).padStart(4, "0")}-${String(next).padStart(2, "0")}`)
}
