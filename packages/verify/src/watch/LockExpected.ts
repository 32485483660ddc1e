/**
 * When a lock record may come any moment, and so is asked for each second.
 *
 * It has to be here within the 30 seconds between the close of the sale and the beacon's round, or it witnesses nothing.
 */
import type { Day } from "@ddd/core/values/Instant"
import type { KeptRecords } from "./KeptRecords.ts"

/** A draw that is not locked so long after it left the sale is stuck: nothing is gained by asking each second. */
const stuckAfterMillis = 600_000
/** By the clock here, which need not be the server's, a lock is expected from so long before the close until so long after it. */
const beforeCloseMillis = 5_000
const afterCloseMillis = 60_000

/** Only the newest days that were kept are looked at: no lock is waited for longer. */
const daysMax = 40

export interface LockExpectation {
  /** Takes down which draws have left the sale without a lock; `newest` is the day of the newest draw that was on sale. */
  readonly update: (current: Day | undefined, newest: Day | undefined, now: number) => void
  readonly isExpected: (now: number) => boolean
}

export const lockExpectation = (kept: KeptRecords): LockExpectation => {
  /** When a draw was first found off sale without a lock. */
  const offSaleSince = new Map<Day, number>()

  const isAboutToClose = (day: Day, now: number): boolean => {
    const open = kept.isLocked(day) ? undefined : kept.record(day, "open")
    const closes = open?.type === "open" ? open.closes : null
    return closes !== null && now > closes - beforeCloseMillis && now < closes + afterCloseMillis
  }

  return {
    update: (current, newest, now) => {
      for (const day of kept.newestDays(daysMax)) {
        if (kept.isLocked(day)) offSaleSince.delete(day)
        else if (day !== current && newest !== undefined && day <= newest && !offSaleSince.has(day)) {
          offSaleSince.set(day, now)
        }
      }
    },
    isExpected: (now) =>
      [...offSaleSince.values()].some((since) => now - since < stuckAfterMillis) ||
      kept.newestDays(daysMax).some((day) => isAboutToClose(day, now))
  }
}
