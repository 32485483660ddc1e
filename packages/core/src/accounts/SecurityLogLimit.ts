/**
 * How much is written into the security log a UTC day, which keeps all of it: so much of each kind by strangers, and so much by a player.
 *
 * Who guesses passwords or asks for resets needs no account, and can go on for ever. Beyond the limit nothing more is learnt from one more
 * entry; the counters that make guesses wait (`Throttle`) count on. What a player does is written each time: beyond the limit it is not
 * done, until the day is over.
 */
import { dayAfter, dayOf, dayStart, type Instant } from "../values/Instant.ts"
import type { TooManyChanges } from "./Refusals.ts"
import type { SecurityEventType } from "./SecurityEvent.ts"

/** Entries of one kind, a UTC day. Those who write at the same moment may exceed it by as many as they are. */
export const strangersEventsMax = 100

const byStrangers: ReadonlySet<SecurityEventType> = new Set([
  "sign_in_failed",
  "sign_in_throttled",
  "password_reset_asked"
])

/** Whether somebody who proves nothing can cause events of this kind. */
export const isByStrangers = (type: SecurityEventType): boolean => byStrangers.has(type)

/** From when on entries count for one that is made at `at`. */
export const countedSince = (at: Instant): Instant => dayStart(dayOf(at))

/** Whether an event is written. `counted`: those of its kind and of the same account or address since `countedSince`. */
export const mayRecord = (type: SecurityEventType, counted: number): boolean =>
  !isByStrangers(type) || counted < strangersEventsMax

/**
 * How often a UTC day a player may do what nothing else keeps from being done again and again: of each far more than hands do. The rest
 * follows from these (a session ends once), or from a mailed link, of which there are few (`MailAllowance`).
 */
export const changesADay = {
  signed_in: 1_000,
  password_changed: 100,
  username_changed: 100,
  limits_changed: 100,
  timed_out: 100,
  self_excluded: 100,
  exported: 10
} as const satisfies Partial<Record<SecurityEventType, number>>
export type CountedChange = keyof typeof changesADay

/** Why a player may not do it once more at `now`; null where they may. `doneToday`: how often they have since `countedSince`. */
export const refusalOfChange = (type: CountedChange, doneToday: number, now: Instant): TooManyChanges | null =>
  doneToday < changesADay[type] ? null : {
    _tag: "TooManyChanges",
    max: changesADay[type],
    retryAfter: Math.ceil((dayStart(dayAfter(dayOf(now))) - now) / 1_000)
  }
