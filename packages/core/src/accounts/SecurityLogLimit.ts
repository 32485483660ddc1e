/**
 * How much strangers can write into the security log: of an account, or of an address that nobody has, so much a day of each kind.
 *
 * Who guesses passwords or asks for resets needs no account, and can go on for ever. Beyond the limit nothing more is learnt from one more
 * entry; the counters that make guesses wait (`Throttle`) count on.
 */
import { dayOf, dayStart, type Instant } from "../values/Instant.ts"
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
