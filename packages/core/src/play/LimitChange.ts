/**
 * How players change their limits: a lower one is in force at once; a higher one, or none, after it has waited and was confirmed.
 *
 * Decided under the wallet's lock and then that on the user's row. Source: docs/play.md; UK Gambling Commission, RTS 12.
 */
import { type AccountChange, noChange } from "../accounts/AccountChange.ts"
import type { RequestOrigin, SecurityEventType } from "../accounts/SecurityEvent.ts"
import {
  type Counted,
  type LimitBook,
  type LimitName,
  limitNames,
  type Limits,
  limitText,
  noLimits,
  type Rise
} from "../money/Limits.ts"
import type { Wallet } from "../money/Wallet.ts"
import type { UserId } from "../values/Ids.ts"
import { dayMillis, formatInstant, type Instant, instant } from "../values/Instant.ts"

/** How long a rise waits before it can be confirmed, and until when it can be, both from when it was asked for: milliseconds. */
export const riseWaitMillis = dayMillis
export const riseLifeMillis = 3 * dayMillis

/** The limits that a player asks for; what is absent stays. */
export type LimitChange = { readonly [Name in LimitName]?: bigint | null }

/** A rise as its player sees it. */
export interface PendingRise {
  readonly limit: LimitName
  readonly value: bigint | null
  /** From when on it can be confirmed. */
  readonly actsAt: Instant
  /** Until when; it lapses then. */
  readonly confirmBy: Instant
}

/** A player's limits as the player sees them. */
export interface LimitsView {
  readonly inForce: Limits
  readonly pending: ReadonlyArray<PendingRise>
}

const isHigher = (a: bigint | null, b: bigint | null): boolean => b !== null && (a === null || a > b)

const isAlive = ({ askedAt }: Rise, now: Instant): boolean => now < askedAt + riseLifeMillis
const isConfirmable = (rise: Rise, now: Instant): boolean => isAlive(rise, now) && now >= rise.askedAt + riseWaitMillis

/** What is shown of a book at `now`; of none, no limits. */
export const viewLimits = (book: LimitBook | null, now: Instant): LimitsView => ({
  inForce: book?.inForce ?? noLimits,
  pending: (book?.rises ?? []).filter((rise) => isAlive(rise, now)).map(({ askedAt, limit, value }) => ({
    limit,
    value,
    actsAt: instant(askedAt + riseWaitMillis),
    confirmBy: instant(askedAt + riseLifeMillis)
  }))
})

/** Of two rises of a limit, the lower; of equal ones, the earlier. */
const lowerRise = (waiting: Rise | undefined, asked: Rise): Rise =>
  waiting === undefined || isHigher(waiting.value, asked.value) ? asked : waiting

/**
 * The book once limits are asked for at `now`. What is not higher than the one in force is in force at once, and no rise of it waits any
 * more; what is higher waits. Of two rises the lower stays, with its own time.
 */
export const askLimits = (book: LimitBook, change: LimitChange, now: Instant): LimitBook => {
  const inForce: { [Name in LimitName]: bigint | null } = { ...book.inForce }
  const rises = new Map(book.rises.filter((rise) => isAlive(rise, now)).map((rise) => [rise.limit, rise]))
  for (const limit of limitNames) {
    const value = change[limit]
    if (value === undefined) continue
    if (isHigher(value, inForce[limit])) {
      rises.set(limit, lowerRise(rises.get(limit), { limit, value, askedAt: now }))
    } else {
      inForce[limit] = value
      rises.delete(limit)
    }
  }
  return { ...book, inForce, rises: [...rises.values()] }
}

/** The book once its player confirms at `now`: rises that have waited are in force; those that have lapsed are gone. */
export const confirmRises = (book: LimitBook, now: Instant): LimitBook => ({
  ...book,
  inForce: book.rises.reduce(
    (limits, rise) => isConfirmable(rise, now) ? { ...limits, [rise.limit]: rise.value } : limits,
    book.inForce
  ),
  rises: book.rises.filter((rise) => isAlive(rise, now) && !isConfirmable(rise, now))
})

/** Null where nothing is limited, nor waits to be: nothing has to be counted any more. */
const bookOrNull = (book: LimitBook): LimitBook | null =>
  book.rises.length === 0 && limitNames.every((name) => book.inForce[name] === null) ? null : book

export interface LimitFacts {
  readonly wallet: Wallet
  /** What is counted of the wallet's movements, to be counted on from where it has no limits yet. */
  readonly counted: Counted
  readonly now: Instant
  readonly newIds: { readonly event: string }
}

/** What is written: of the wallet its limits alone. */
export interface LimitsChanged {
  readonly wallet: Wallet
  readonly change: AccountChange
}

const valueText = (name: LimitName, value: bigint | null): string => value === null ? "none" : limitText(name, value)

/** What an event says of a book: its limits, and what waits. */
const describe = (book: LimitBook | null): Readonly<Record<string, string>> => ({
  limits: limitNames.flatMap((name) =>
    (book?.inForce[name] ?? null) === null ? [] : [`${name} ${valueText(name, book?.inForce[name] ?? null)}`]
  ).join(", "),
  pending: (book?.rises ?? []).map(({ askedAt, limit, value }) =>
    `${limit} ${valueText(limit, value)}, asked for ${formatInstant(askedAt)}`
  ).join(", ")
})

const changed = (
  { newIds, wallet }: Pick<LimitFacts, "newIds" | "wallet">,
  userId: UserId,
  limits: LimitBook | null,
  type: SecurityEventType,
  origin: RequestOrigin
): LimitsChanged => ({
  wallet: { ...wallet, limits },
  change: {
    ...noChange(userId),
    events: [{ id: newIds.event, type, userId, sessionId: null, origin, details: describe(limits) }],
    measure: { _tag: "Limited", limits: limits?.inForce ?? noLimits }
  }
})

const bookOf = ({ counted, wallet }: LimitFacts): LimitBook =>
  wallet.limits ?? { inForce: noLimits, rises: [], counted, countedTo: wallet.seq }

/** Changes a player's limits. */
export const changeLimits = (
  facts: LimitFacts,
  userId: UserId,
  change: LimitChange,
  origin: RequestOrigin
): LimitsChanged =>
  changed(facts, userId, bookOrNull(askLimits(bookOf(facts), change, facts.now)), "limits_changed", origin)

/** What of limits that were in force is lower than what is now: the change that makes it so. */
export const lowerOf = (inForce: Limits, remembered: Limits): LimitChange =>
  Object.fromEntries(limitNames.flatMap((name) => {
    const value = remembered[name]
    return isHigher(inForce[name], value) ? [[name, value]] : []
  }))

/** Confirms the rises of a player's limits that have waited. Writes nothing where there is none. */
export const confirmLimits = (
  facts: Omit<LimitFacts, "counted">,
  userId: UserId,
  origin: RequestOrigin
): LimitsChanged => {
  const { now, wallet } = facts
  return wallet.limits === null || !wallet.limits.rises.some((rise) => isConfirmable(rise, now))
    ? { wallet, change: noChange(userId) }
    : changed(facts, userId, bookOrNull(confirmRises(wallet.limits, now)), "limits_confirmed", origin)
}
