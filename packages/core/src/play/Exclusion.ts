/**
 * How players stop playing for a while: a time-out of hours or weeks, or an exclusion of months or years.
 *
 * Either can be made longer and never shorter, by whoever asks; the database refuses it too. Nothing else of the account changes: its player
 * signs in, withdraws, and closes it. Decided under the wallet's lock and then that on the user's row. Source: docs/play.md.
 */
import { type AccountChange, noChange } from "../accounts/AccountChange.ts"
import { operatorOrigin, type RequestOrigin, type SecurityEventType } from "../accounts/SecurityEvent.ts"
import { barredAt, type Barring } from "../money/Barring.ts"
import type { Measure } from "../money/Measure.ts"
import type { Wallet } from "../money/Wallet.ts"
import type { UserId } from "../values/Ids.ts"
import { dayMillis, formatInstant, type Instant, instant } from "../values/Instant.ts"
import { logged, type OperatorAct } from "../values/OperatorAct.ts"

/** How long a time-out is: from a day to six weeks. */
export const timeOutHoursMin = 24
export const timeOutHoursMax = 1_008

/** How long an exclusion is: from about six months to five years. */
export const exclusionDaysMin = 180
export const exclusionDaysMax = 1_825

const hourMillis = 3_600_000

/** Who has a player excluded. */
export type ExclusionBy =
  | { readonly _tag: "Player"; readonly origin: RequestOrigin }
  /** An operator, whom the player asked, or who has to. */
  | { readonly _tag: "Operator"; readonly act: OperatorAct }

export interface BarringFacts {
  readonly wallet: Wallet
  readonly now: Instant
  readonly newIds: { readonly event: string }
}

/** What is written: of the wallet until when its player is barred. */
export interface PlayerStopped {
  readonly wallet: Wallet
  readonly until: Instant
  readonly change: AccountChange
}

const later = (until: Instant | null, asked: Instant): Instant => until !== null && until > asked ? until : asked

const stopped = (
  { newIds }: BarringFacts,
  userId: UserId,
  type: SecurityEventType,
  origin: RequestOrigin,
  details: Readonly<Record<string, string>>,
  measure: Measure
): AccountChange => ({
  ...noChange(userId),
  events: [{ id: newIds.event, type, userId, sessionId: null, origin, details }],
  measure
})

const throwUnlessWithin = (what: string, value: number, min: number, max: number): void => {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${what} has ${min} to ${max}, not ${value}`)
  }
}

/** Bars a player for `hours` from now on, or for as long as an earlier time-out lasts, where that is longer. */
export const timeOut = (
  facts: BarringFacts,
  userId: UserId,
  hours: number,
  origin: RequestOrigin
): PlayerStopped => {
  throwUnlessWithin("hours of a time-out", hours, timeOutHoursMin, timeOutHoursMax)
  const { now, wallet } = facts
  const until = later(wallet.timedOutUntil, instant(now + hours * hourMillis))
  return {
    wallet: { ...wallet, timedOutUntil: until },
    until,
    change: stopped(facts, userId, "timed_out", origin, { until: formatInstant(until) }, {
      _tag: "Barred",
      by: "time-out",
      until
    })
  }
}

const excludedUntil = (
  facts: BarringFacts,
  userId: UserId,
  until: Instant,
  origin: RequestOrigin,
  said: Readonly<Record<string, string>>
): PlayerStopped => ({
  wallet: { ...facts.wallet, excludedUntil: until },
  until,
  change: {
    ...stopped(facts, userId, "self_excluded", origin, { ...said, until: formatInstant(until) }, {
      _tag: "Barred",
      by: "exclusion",
      until
    }),
    abandonsRooms: true
  }
})

/**
 * Excludes a player for `days` from now on, or for as long as an earlier exclusion lasts. Rooms that they host and that are not locked are
 * closed, with refunds: who is to stay away is not asked to come back and draw them (docs/decisions/0073).
 */
export const excludePlayer = (
  facts: BarringFacts,
  userId: UserId,
  days: number,
  by: ExclusionBy
): PlayerStopped => {
  throwUnlessWithin("days of an exclusion", days, exclusionDaysMin, exclusionDaysMax)
  const { now, wallet } = facts
  const until = later(wallet.excludedUntil, instant(now + days * dayMillis))
  if (by._tag === "Player") return excludedUntil(facts, userId, until, by.origin, { by: "player" })
  const excluded = excludedUntil(facts, userId, until, operatorOrigin, { by: "operator" })
  const log = logged(by.act, "user", userId, { days, until: formatInstant(until) })
  return { ...excluded, change: { ...excluded.change, log } }
}

/**
 * Excludes a player whom a register lists until `until`, where that is to come and later than an earlier exclusion; else nothing changes,
 * and no event is written.
 */
export const excludeRegistered = (facts: BarringFacts, userId: UserId, until: Instant): PlayerStopped =>
  excludeUntil(facts, userId, until, "register")

const excludeUntil = (
  facts: BarringFacts,
  userId: UserId,
  until: Instant,
  by: "register" | "operator"
): PlayerStopped => {
  const { now, wallet } = facts
  return until > now && later(wallet.excludedUntil, until) === until && until !== wallet.excludedUntil
    ? excludedUntil(facts, userId, until, operatorOrigin, { by })
    : { wallet, until: wallet.excludedUntil ?? now, change: noChange(userId) }
}

/** Bars a player as they were barred before a backup was put back; nothing changes where that is over, or they are barred for longer. */
export const barAgain = (
  facts: BarringFacts,
  userId: UserId,
  by: "time-out" | "exclusion",
  until: Instant
): PlayerStopped => {
  if (by === "exclusion") return excludeUntil(facts, userId, until, "operator")
  const { now, wallet } = facts
  if (until <= now || (wallet.timedOutUntil !== null && wallet.timedOutUntil >= until)) {
    return { wallet, until: wallet.timedOutUntil ?? now, change: noChange(userId) }
  }
  const details = { until: formatInstant(until) }
  return {
    wallet: { ...wallet, timedOutUntil: until },
    until,
    change: stopped(facts, userId, "timed_out", operatorOrigin, details, { _tag: "Barred", by, until })
  }
}

/** Until when the names of who is erased, or changes the address at `now`, stay barred: by what lasts longer; null where nothing bars them. */
export const namesBarredUntil = (barring: Barring, now: Instant): Instant | null =>
  barredAt(barring, now)?.until ?? null
