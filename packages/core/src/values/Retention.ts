/**
 * How long what is kept for a while is kept (docs/operations/retention.md).
 *
 * The database refuses to remove younger rows of those whose loss would matter: its triggers say the same times again
 * (`Retention.test.ts` holds the two together).
 */
import { dayMillis, type Instant, instant } from "./Instant.ts"

/** What goes once it is old. */
export const retainedKinds = [
  "kept answers",
  "sale batches",
  "refresh tokens",
  "ended sessions",
  "mailed tokens",
  "throttles",
  "known networks",
  "webhook bodies",
  "request counts",
  "excluded names",
  "devices",
  "push messages"
] as const
export type RetainedKind = typeof retainedKinds[number]

/**
 * For how long each is kept at least, in milliseconds.
 *
 * - kept answers, since they were given: as docs/api.md promises.
 * - sale batches, since they were sold: whoever may still ask what became of one is a process that has waited for seconds.
 * - refresh tokens, since they were issued: twice the life of one that is unused. So a copy that comes back within 60 days of its use ends
 *   its session; a later one is unknown, and as useless. A session whose tokens are all gone goes with them: nothing refreshes it.
 * - ended sessions, since they ended, with their tokens: what happened stands in the security log.
 * - mailed tokens, since they were used or replaced. One that is unused stays, and a player has one of each purpose at most.
 * - throttles, since the last failure: nothing is counted on from longer ago.
 * - known networks, since the last success from there: as long as they are known.
 * - webhook bodies, since they were acted on: for as long as a person may want to see why money moved. The event itself stays.
 * - request counts, since their window ended, by the clocks of the processes that counted: a little, as those may differ.
 * - excluded names, since the exclusion or the time-out ended: nobody is barred by them any more.
 * - devices, since they were put last: as long as what their app signs in by, which nobody can have used since.
 * - push messages, since they were not to be told any more: receipts are there for a day.
 */
export const keptMillis: Record<RetainedKind, number> = {
  "kept answers": 30 * dayMillis,
  "sale batches": 30 * dayMillis,
  "refresh tokens": 120 * dayMillis,
  "ended sessions": 30 * dayMillis,
  "mailed tokens": 30 * dayMillis,
  throttles: 60 * 60_000,
  "known networks": 90 * dayMillis,
  "webhook bodies": 90 * dayMillis,
  "request counts": 5 * 60_000,
  "excluded names": 0,
  devices: 120 * dayMillis,
  "push messages": dayMillis
}

/** What of a kind is as old as this, or older, may go at `now`. */
export const oldAt = (kind: RetainedKind, now: Instant): Instant => instant(now - keptMillis[kind])
