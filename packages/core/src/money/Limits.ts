/**
 * The limits that a player has set, and what is counted against them.
 *
 * Days, weeks (from Monday, as ISO 8601 has them) and months are those of the calendar in UTC, as the draw's day is (docs/decisions/0070). All
 * of it stands in the wallet's row of who has limits: it is read with the wallet, under its lock, and nothing is looked up in a history.
 */
import { Result } from "effect"
import { type Day, dayAfter, dayMillis, dayOf, dayStart, type Instant, instant } from "../values/Instant.ts"
import { type Cents, cents, formatCents } from "./Money.ts"

export const periods = ["daily", "weekly", "monthly"] as const
export type Period = typeof periods[number]

/** Limits of what is spent on tickets, by period, the shortest first. */
const spendLimits = { daily: "dailySpend", weekly: "weeklySpend", monthly: "monthlySpend" } as const
/** Limits of what is deposited. */
const depositLimits = { daily: "dailyDeposit", weekly: "weeklyDeposit", monthly: "monthlyDeposit" } as const

export const moneyLimitNames = [...Object.values(spendLimits), ...Object.values(depositLimits)] as const
export type MoneyLimitName = typeof moneyLimitNames[number]

export const limitNames = [...moneyLimitNames, "ticketsPerDraw"] as const
export type LimitName = typeof limitNames[number]

export const isMoneyLimit = (name: LimitName): name is MoneyLimitName => moneyLimitNames.some((money) => money === name)

/** A limit's value as text: an amount, or a number of tickets. */
export const limitText = (name: LimitName, value: bigint): string =>
  isMoneyLimit(name) ? formatCents(cents(value)) : String(value)

/** The value of each limit: cents, of `ticketsPerDraw` tickets; zero or more. Null: there is none. */
export type Limits = { readonly [Name in LimitName]: bigint | null }

export const noLimits: Limits = {
  dailySpend: null,
  weeklySpend: null,
  monthlySpend: null,
  dailyDeposit: null,
  weeklyDeposit: null,
  monthlyDeposit: null,
  ticketsPerDraw: null
}

/** A limit that is to be raised, or to go (null): in force once it has waited and is confirmed. */
export interface Rise {
  readonly limit: LimitName
  readonly value: bigint | null
  readonly askedAt: Instant
}

/** Cents by period. */
export type Sums = { readonly [P in Period]: bigint }

/** What was spent and deposited in the periods that hold `day`. */
export interface Counted {
  readonly day: Day
  /** On tickets, without those that were paid back within the period. */
  readonly spent: Sums
  /** Gross: what is withdrawn or taken back gives nothing back. */
  readonly deposited: Sums
}

/** What is counted against a limit; null where nothing is: of tickets of a draw. */
export const usedOf = (name: LimitName, { deposited, spent }: Counted): bigint | null => {
  for (const period of periods) {
    if (name === spendLimits[period]) return spent[period]
    if (name === depositLimits[period]) return deposited[period]
  }
  return null
}

/** What stands in the wallet's row of a player who has set limits. */
export interface LimitBook {
  readonly inForce: Limits
  /** At most one of a limit. */
  readonly rises: ReadonlyArray<Rise>
  readonly counted: Counted
  /** The wallet's newest movement that is counted: another than the wallet's own where a server moved it that counts nothing. */
  readonly countedTo: number
}

/** The book of a wallet that moves once more from its movement `seq` on. What was not counted before stays so: it is counted anew. */
export const countedOnto = (book: LimitBook, seq: number): LimitBook =>
  book.countedTo === seq ? { ...book, countedTo: seq + 1 } : book

const noSums: Sums = { daily: 0n, weekly: 0n, monthly: 0n }

export const nothingCounted = (day: Day): Counted => ({ day, spent: noSums, deposited: noSums })

/** The first of January 1970 was a Thursday. */
const daysSinceMonday = (day: Day): number => {
  const days = (dayStart(day) / dayMillis + 3) % 7
  return days < 0 ? days + 7 : days
}

/** The first day of a period that holds `day`. */
export const periodStart = (period: Period, day: Day): Day => {
  switch (period) {
    case "daily":
      return day
    case "weekly":
      return dayAfter(day, -daysSinceMonday(day))
    case "monthly":
      return `${day.slice(0, 8)}01` as Day
  }
}

/** When the next period begins after the one that holds `day`. */
export const renewsAt = (period: Period, day: Day): Instant => {
  const first = periodStart(period, day)
  const days = period === "daily" ? 1 : period === "weekly" ? 7 : 31
  // 31 days after the first of a month lie in the next one
  return dayStart(periodStart(period, dayAfter(first, days)))
}

const mapSums = (sums: Sums, change: (sum: bigint, period: Period) => bigint): Sums => ({
  daily: change(sums.daily, "daily"),
  weekly: change(sums.weekly, "weekly"),
  monthly: change(sums.monthly, "monthly")
})

/** What is counted on `day`: of periods that are over by then, nothing. A day that lies before is none that a clock says. */
export const countedOn = (counted: Counted, day: Day): Counted => {
  if (day <= counted.day) return counted
  const lasting = (sum: bigint, period: Period) =>
    periodStart(period, day) === periodStart(period, counted.day) ? sum : 0n
  return { day, spent: mapSums(counted.spent, lasting), deposited: mapSums(counted.deposited, lasting) }
}

const added = (sums: Sums, amount: bigint): Sums => mapSums(sums, (sum) => sum + amount)

/** The least that is left of some limits for `sums`; null where there is none. */
const leastLeft = <Name extends MoneyLimitName>(
  names: { readonly [P in Period]: Name },
  inForce: Limits,
  sums: Sums
): { readonly limit: Name; readonly period: Period; readonly max: bigint; readonly left: bigint } | null => {
  const left = periods.flatMap((period) => {
    const limit = names[period]
    const max = inForce[limit]
    return max === null ? [] : [{ limit, period, max, left: max - sums[period] }]
  })
  return left.toSorted((a, b) => a.left < b.left ? -1 : a.left > b.left ? 1 : 0)[0] ?? null
}

/** Why nothing is bought, or paid in: it would be more than a limit allows. */
export interface LimitExceeded {
  readonly _tag: "LimitExceeded"
  readonly limit: LimitName
  readonly max: bigint
  /** What is left of it; zero where a lower limit was set than was spent. */
  readonly left: bigint
  /** When it begins anew; null: with the next draw. */
  readonly renewsAt: Instant | null
}

type Least = NonNullable<ReturnType<typeof leastLeft>>

const exceeded = ({ left, limit, max, period }: Least, day: Day): LimitExceeded => ({
  _tag: "LimitExceeded",
  limit,
  max,
  left: left > 0n ? left : 0n,
  renewsAt: renewsAt(period, day)
})

/** Spends `amount` cents at `at`: the book after it, or which limit allows less, of several the one that allows least. */
export const spendWithin = (
  book: LimitBook,
  amount: bigint,
  at: Instant
): Result.Result<LimitBook, LimitExceeded> => {
  const counted = countedOn(book.counted, dayOf(at))
  const least = leastLeft(spendLimits, book.inForce, counted.spent)
  if (least !== null && least.left < amount) return Result.fail(exceeded(least, counted.day))
  return Result.succeed({ ...book, counted: { ...counted, spent: added(counted.spent, amount) } })
}

/**
 * The book once `amount` cents that were spent at `spentAt` are back at `now`: within each period that is still the one in which they were
 * spent. What was spent in a period that is over gives nothing back in a later one.
 */
export const spendReturned = (book: LimitBook, amount: bigint, spentAt: Instant, now: Instant): LimitBook => {
  const counted = countedOn(book.counted, dayOf(now))
  const spentOn = dayOf(spentAt)
  const spent = mapSums(counted.spent, (sum, period) => {
    if (periodStart(period, spentOn) !== periodStart(period, counted.day)) return sum
    return sum > amount ? sum - amount : 0n
  })
  return { ...book, counted: { ...counted, spent } }
}

/** What of a deposit is more than a limit allows. It is credited all the same: it was paid already. */
export interface DepositExcess {
  readonly limit: MoneyLimitName
  /** Positive. */
  readonly amount: Cents
}

/** Deposits `amount` cents at `at`: the book after it, and what is more than a limit allows, of several by the most. */
export const depositCounted = (
  book: LimitBook,
  amount: Cents,
  at: Instant
): { readonly book: LimitBook; readonly excess: DepositExcess | null } => {
  const counted = countedOn(book.counted, dayOf(at))
  const least = leastLeft(depositLimits, book.inForce, counted.deposited)
  const over = least === null ? 0n : amount - (least.left > 0n ? least.left : 0n)
  return {
    book: { ...book, counted: { ...counted, deposited: added(counted.deposited, amount) } },
    excess: least === null || over <= 0n ? null : { limit: least.limit, amount: cents(over) }
  }
}

/**
 * Why nobody is to pay in what would bring deposits to `amount` cents more than are counted at `at`; null where a limit allows it. What a store
 * has taken is credited whatever the limits (`depositCounted`): this is asked before anybody pays.
 */
export const depositWithin = (book: LimitBook, amount: bigint, at: Instant): LimitExceeded | null => {
  const counted = countedOn(book.counted, dayOf(at))
  const least = leastLeft(depositLimits, book.inForce, counted.deposited)
  return least !== null && least.left < amount ? exceeded(least, counted.day) : null
}

/** How many tickets of a draw a player may have, by the operator's maximum and the player's own: the lower; null where there is none. */
export const ticketsMaxOf = (operators: number | null, book: LimitBook | null): number | null => {
  const own = book?.inForce.ticketsPerDraw ?? null
  if (own === null) return operators
  return operators === null || own < operators ? Number(own) : operators
}

/** A movement of a wallet as far as it is counted. */
export interface CountedMovement {
  readonly kind: "spent" | "returned" | "deposited"
  /** Positive. */
  readonly amount: bigint
  readonly at: Instant
  /** Of what is returned: when it was spent. */
  readonly spentAt?: Instant
}

/** What is counted at `now` of movements, oldest first; those of periods that are over may be among them. */
export const countMovements = (movements: ReadonlyArray<CountedMovement>, now: Instant): Counted => {
  const today = dayOf(now)
  const isIn = (period: Period, at: Instant) => periodStart(period, dayOf(at)) === periodStart(period, today)
  const sumOf = (kind: "spent" | "deposited", period: Period): bigint =>
    movements.reduce((sum, movement) => {
      if (movement.kind === kind) return isIn(period, movement.at) ? sum + movement.amount : sum
      const isBack = kind === "spent" && movement.kind === "returned" && isIn(period, movement.spentAt ?? movement.at)
      return isBack ? sum - movement.amount : sum
    }, 0n)
  const sumsOf = (kind: "spent" | "deposited"): Sums => mapSums(noSums, (_, period) => sumOf(kind, period))
  return { day: today, spent: sumsOf("spent"), deposited: sumsOf("deposited") }
}

/** The earliest instant of which movements are counted at `now`. */
export const countedSince = (now: Instant): Instant =>
  instant(Math.min(...periods.map((period) => dayStart(periodStart(period, dayOf(now))))))
