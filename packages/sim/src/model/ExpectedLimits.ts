/** What players of the model limit, and what they spent: added up from all they bought, by a calendar of its own. */
import type { LimitExceeded } from "@ddd/core/money/Limits"
import { dayMillis, type Instant, instant } from "@ddd/core/values/Instant"

export type LimitedPeriod = "daily" | "weekly"

export interface ExpectedLimits {
  /** In cents; null: none. */
  daily: bigint | null
  weekly: bigint | null
  readonly rises: Map<LimitedPeriod, { readonly value: bigint | null; readonly askedAt: Instant }>
  readonly spent: Array<{ readonly at: Instant; readonly amount: bigint }>
}

export const noExpectedLimits = (): ExpectedLimits => ({ daily: null, weekly: null, rises: new Map(), spent: [] })

const dayNumber = (at: Instant): number => Math.floor(at / dayMillis)
// the first of January 1970 was a Thursday
const weekNumber = (at: Instant): number => Math.floor((dayNumber(at) + 3) / 7)

const numberOf: { readonly [P in LimitedPeriod]: (at: Instant) => number } = { daily: dayNumber, weekly: weekNumber }

/** When the period after that of `at` begins. */
const nextAt: { readonly [P in LimitedPeriod]: (at: Instant) => number } = {
  daily: (at) => (dayNumber(at) + 1) * dayMillis,
  weekly: (at) => ((weekNumber(at) + 1) * 7 - 3) * dayMillis
}

export const spentIn = ({ spent }: ExpectedLimits, period: LimitedPeriod, clock: Instant): bigint =>
  spent.reduce((sum, { amount, at }) => numberOf[period](at) === numberOf[period](clock) ? sum + amount : sum, 0n)

/** Which limit a purchase of `amount` at `clock` exceeds: of both the one of which less is left. */
export const predictLimit = (limits: ExpectedLimits, amount: bigint, clock: Instant): LimitExceeded | null => {
  const left = (["daily", "weekly"] as const).flatMap((period) => {
    const max = limits[period]
    return max === null ? [] : [{ period, max, left: max - spentIn(limits, period, clock) }]
  }).toSorted((a, b) => Number(a.left - b.left))
  const [least] = left
  if (least === undefined || least.left >= amount) return null
  return {
    _tag: "LimitExceeded",
    limit: least.period === "daily" ? "dailySpend" : "weeklySpend",
    max: least.max,
    left: least.left > 0n ? least.left : 0n,
    renewsAt: instant(nextAt[least.period](clock))
  }
}

/** How much may be spent at `clock`; null: any amount. */
export const allowedAt = (limits: ExpectedLimits, clock: Instant): bigint | null => {
  const none = predictLimit(limits, 10n ** 18n, clock)
  return none === null ? null : none.left
}

const isHigher = (a: bigint | null, b: bigint | null): boolean => b !== null && (a === null || a > b)

/** Forgets rises that lapsed by `clock`. */
const lapse = ({ rises }: ExpectedLimits, clock: Instant): void => {
  for (const [period, { askedAt }] of rises) if (clock - askedAt >= 3 * dayMillis) rises.delete(period)
}

export const askLimit = (limits: ExpectedLimits, period: LimitedPeriod, value: bigint | null, clock: Instant): void => {
  lapse(limits, clock)
  if (!isHigher(value, limits[period])) {
    limits[period] = value
    limits.rises.delete(period)
    return
  }
  const waiting = limits.rises.get(period)
  if (waiting === undefined || isHigher(waiting.value, value)) limits.rises.set(period, { value, askedAt: clock })
}

export const confirmLimit = (limits: ExpectedLimits, clock: Instant): void => {
  lapse(limits, clock)
  for (const [period, { askedAt, value }] of limits.rises) {
    if (clock - askedAt < dayMillis) continue
    limits[period] = value
    limits.rises.delete(period)
  }
}
