/**
 * Whether the database's clock is to be believed.
 *
 * The database's clock decides about time, for all nodes (docs/design.md, "Time"). Were it set wrong, a draw would be locked too early or a
 * token be good for too long; so whoever decides by it compares it with a clock of its own, and waits while the two disagree. Neither is
 * taken for the right one.
 */
import type { Instant } from "./Instant.ts"

/** How far apart the two clocks may be, in milliseconds. */
export const clocksApartMillisMax = 30_000

/** Two clocks, read at the same time. */
export interface ClockReadings {
  /** The database's, without what a development clock adds. */
  readonly database: Instant
  /** The process' own: its time at the start, and what has passed since. */
  readonly process: Instant
}

export const doClocksAgree = ({ database, process }: ClockReadings): boolean =>
  Math.abs(database - process) <= clocksApartMillisMax

/** What an operator is told of clocks that disagree. */
export const clocksDisagreeText = ({ database, process }: ClockReadings): string => {
  const seconds = Math.round(Math.abs(database - process) / 1000)
  return `the database's clock is ${seconds} s ${database > process ? "ahead of" : "behind"} this process' own: ` +
    "nothing is decided by time until they agree. Set both machines' clocks (NTP); restart this process where it was started at a wrong time"
}
