/**
 * How many mails a stranger can have sent to somebody's address.
 *
 * Signing up, resets, verifications and changes of address mail whoever's address is given, so they share one allowance, counted by
 * address: whoever fills a mailbox by us gets twenty mails a day into it, whatever they ask for and from wherever (OWASP, "Forgot
 * Password Cheat Sheet").
 */
import type { Instant } from "../values/Instant.ts"

export interface MailAllowance {
  /** So many mails … */
  readonly mails: number
  /** … in any stretch of so many milliseconds. */
  readonly withinMillis: number
}

const hourMillis = 3_600_000

/** What one address is mailed at most. */
export const mailAllowances: ReadonlyArray<MailAllowance> = [
  { mails: 5, withinMillis: hourMillis },
  { mails: 20, withinMillis: 24 * hourMillis }
]

/** How far back mails must be known, in milliseconds, and how many of the newest are enough. */
export const mailHistoryNeeded: MailAllowance = {
  mails: Math.max(...mailAllowances.map(({ mails }) => mails)),
  withinMillis: Math.max(...mailAllowances.map(({ withinMillis }) => withinMillis))
}

/**
 * How long the next mail to an address must wait at `now`, in milliseconds; 0: it may be sent. `sent`: when the newest were asked
 * for, in any order.
 */
export const mailWaitMillis = (sent: ReadonlyArray<Instant>, now: Instant): number => {
  const newestFirst = sent.toSorted((a, b) => b - a)
  const waits = mailAllowances.map(({ mails, withinMillis }) => {
    // the mail that must be as old as that before another one follows
    const counted = newestFirst[mails - 1]
    return counted === undefined ? 0 : counted + withinMillis - now
  })
  return Math.max(0, ...waits)
}
