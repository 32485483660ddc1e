/** Instants and days on the wire (docs/api.md, "time"). */
import { type Day, formatInstant, type Instant, parseDay, parseInstant } from "@ddd/core/values/Instant"
import { type Month, parseMonth } from "@ddd/core/values/Month"
import { textCodec } from "./Text.ts"

/** RFC 3339, UTC, three decimals; milliseconds since the Unix epoch inside. */
export const InstantText = textCodec({
  identifier: "Instant",
  description: "RFC 3339, in UTC, with milliseconds",
  example: "2026-02-03T00:00:00.000Z",
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/u,
  message: "must be a time in UTC with milliseconds, such as \"2026-02-03T00:00:00.000Z\"",
  is: (u): u is Instant => typeof u === "number" && Number.isSafeInteger(u),
  parse: parseInstant,
  format: formatInstant
})

/** A calendar day in UTC. */
export const DayText = textCodec({
  identifier: "Day",
  description: "A calendar day in UTC",
  example: "2026-02-03",
  pattern: /^\d{4}-\d{2}-\d{2}$/u,
  message: "must be a day of the calendar, such as \"2026-02-03\"",
  is: (u): u is Day => typeof u === "string" && parseDay(u) !== undefined,
  parse: parseDay,
  format: (day) => day
})

/** A calendar month in UTC. */
export const MonthText = textCodec({
  identifier: "Month",
  description: "A calendar month in UTC",
  example: "2026-02",
  pattern: /^\d{4}-\d{2}$/u,
  message: "must be a month of the calendar, such as \"2026-02\"",
  is: (u): u is Month => typeof u === "string" && parseMonth(u) !== undefined,
  parse: parseMonth,
  format: (month) => month
})
