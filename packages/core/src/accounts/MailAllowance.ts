/**
 * Which mails an address is sent, and how many.
 *
 * Signing up, resets, verifications and changes of address mail whoever's address is given, so they share one allowance, counted by
 * address: whoever fills a mailbox by us gets twenty mails a day into it, whatever they ask for and from wherever (OWASP, "Forgot
 * Password Cheat Sheet").
 *
 * An address that nobody has verified is sent nothing else: anybody can sign up with a stranger's, and play. One that is verified is sent
 * so many of each kind a UTC day, so that no kind keeps another from its reader.
 */
import type { Instant } from "../values/Instant.ts"
import type { MailJob } from "../values/Job.ts"

/** Mails with a link, counted where they are asked for. */
type LinkMailTag = "MailWelcome" | "MailVerifyAddress" | "MailResetPassword"

/** The kinds of mails that are counted when they are sent. */
export type CountedMail = Exclude<MailJob["_tag"], LinkMailTag>

/** How many of each a player is sent, a UTC day. Those that are sent at the same moment may exceed it by as many as they are. */
export const mailsADay: { readonly [Kind in CountedMail]: number } = {
  MailPasswordChanged: 20,
  MailAddressChanged: 20,
  MailTickets: 100,
  MailWinner: 100,
  MailDrawVoid: 20,
  MailRoomClosed: 20,
  MailWithdrawal: 100,
  MailIdentity: 20
}

/** What becomes of a mail: `SendLast` says that it is the last of its kind today. */
export type MailFate = "Send" | "SendLast" | "Drop"

/** What becomes of a mail to a player's address, of which `sentToday` of its kind were sent. */
export const fateOfMail = (
  kind: CountedMail,
  { isVerified, sentToday }: { readonly isVerified: boolean; readonly sentToday: number }
): MailFate => {
  const left = mailsADay[kind] - sentToday
  return !isVerified || left <= 0 ? "Drop" : left === 1 ? "SendLast" : "Send"
}

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
