/** What a player limited, as it stands in the wallet's row, and what is counted of the wallet's movements. */
import {
  type Counted,
  type LimitBook,
  type LimitName,
  limitNames,
  noLimits,
  type Period,
  periods,
  periodStart,
  type Rise,
  type Sums
} from "@ddd/core/money/Limits"
import type { UserId } from "@ddd/core/values/Ids"
import { dayOf, dayStart, formatInstant, type Instant, parseDay, parseInstant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** As JSON; money in cents. */
export interface StoredLimits {
  readonly limits: Readonly<Record<string, number>>
  readonly rises: ReadonlyArray<{ readonly limit: string; readonly value: number | null; readonly at: string }>
  readonly day: string
  /** By day, week and month. */
  readonly spent: ReadonlyArray<number>
  readonly deposited: ReadonlyArray<number>
  readonly seq: number
}

const isLimitName = (name: string): name is LimitName => limitNames.some((known) => known === name)

const notStored = (): never => {
  throw new TypeError("a wallet's limits are not stored as such")
}

const nameOf = (name: string): LimitName => isLimitName(name) ? name : notStored()

const sumsOf = ([daily, weekly, monthly]: ReadonlyArray<number>): Sums => ({
  daily: BigInt(daily ?? notStored()),
  weekly: BigInt(weekly ?? notStored()),
  monthly: BigInt(monthly ?? notStored())
})

const numbersOf = (sums: Sums): ReadonlyArray<number> => periods.map((period) => Number(sums[period]))

/** Null where nothing is limited. */
export const limitBookOf = (stored: StoredLimits | null): LimitBook | null =>
  stored === null ? null : {
    inForce: {
      ...noLimits,
      ...Object.fromEntries(Object.entries(stored.limits).map(([name, value]) => [nameOf(name), BigInt(value)]))
    },
    rises: stored.rises.map(({ at, limit, value }): Rise => ({
      limit: nameOf(limit),
      value: value === null ? null : BigInt(value),
      askedAt: parseInstant(at) ?? notStored()
    })),
    counted: {
      day: parseDay(stored.day) ?? notStored(),
      spent: sumsOf(stored.spent),
      deposited: sumsOf(stored.deposited)
    },
    countedTo: stored.seq
  }

/** As it is stored: a JSON text; null where nothing is limited. */
export const limitsText = (book: LimitBook | null): string | null => {
  if (book === null) return null
  const { counted, countedTo, inForce, rises } = book
  const stored: StoredLimits = {
    limits: Object.fromEntries(limitNames.flatMap((name) => {
      const value = inForce[name]
      return value === null ? [] : [[name, Number(value)]]
    })),
    rises: rises.map(({ askedAt, limit, value }) => ({
      limit,
      value: value === null ? null : Number(value),
      at: formatInstant(askedAt)
    })),
    day: counted.day,
    spent: numbersOf(counted.spent),
    deposited: numbersOf(counted.deposited),
    seq: countedTo
  }
  return JSON.stringify(stored)
}

/** What a wallet's movements since an instant come to, in cents. */
interface SumsRow {
  readonly spent: bigint
  readonly deposited: bigint
  readonly won: bigint
}

/**
 * What a wallet spent on tickets, without what was paid back of these, had deposited and won since each of some instants, in their order.
 *
 * Purchases are as many as a player buys, so none is read: what they come to is what the balance lacks of that before the instant and all
 * other movements since. The last movement before it is found by halving the wallet's numbers, in some twenty looks into an index.
 */
export const sumsSince = (sql: PgClient.PgClient, userId: UserId, since: ReadonlyArray<Instant>) =>
  sql<SumsRow>`
    WITH RECURSIVE search (nth, since, low, high) AS (
      SELECT s.nth, s.since, 0::bigint, w.seq + 1
      FROM wallets w, unnest(${since.map(formatInstant)}::timestamptz[]) WITH ORDINALITY AS s (since, nth)
      WHERE w.user_id = ${userId}::uuid
      UNION ALL
      SELECT s.nth, s.since, CASE WHEN t.created_at < s.since THEN s.middle ELSE s.low END,
        CASE WHEN t.created_at < s.since THEN s.high ELSE s.middle END
      FROM (SELECT nth, since, low, high, (low + high) / 2 AS middle FROM search WHERE high - low > 1) s
      JOIN transactions t ON t.user_id = ${userId}::uuid AND t.wallet_seq = s.middle
    ), others AS (
      SELECT s.nth, s.since, s.low, m.type, m.amount, m.reference_id, m.counter_account
      FROM search s LEFT JOIN transactions m ON m.user_id = ${userId}::uuid AND m.wallet_seq > s.low AND m.type <> 'ticket_purchase'
        AND m.type = ANY ('{deposit,withdrawal,prize_win,refund,chargeback,debt,debt_repaid,house_fee,adjustment}')
      WHERE s.high - s.low = 1
    )
    SELECT (100 * (
        coalesce((SELECT b.balance_after FROM transactions b WHERE b.user_id = ${userId}::uuid AND b.wallet_seq = o.low), 0)
        + coalesce(sum(o.amount), 0) - (SELECT balance FROM wallets WHERE user_id = ${userId}::uuid)
        - coalesce(sum(o.amount) FILTER (WHERE o.type = 'refund' AND o.counter_account LIKE 'draw:%' AND
          (SELECT t.created_at FROM tickets t WHERE t.ticket_id = o.reference_id) >= o.since), 0)
      ))::bigint AS spent,
      (100 * coalesce(sum(o.amount) FILTER (WHERE o.type = 'deposit' AND o.reference_id NOT LIKE 'reversal:%'), 0))::bigint AS deposited,
      (100 * coalesce(sum(o.amount) FILTER (WHERE o.type = 'prize_win'), 0))::bigint AS won
    FROM others o GROUP BY o.nth, o.since, o.low ORDER BY o.nth`

/** What is counted at `now` of a wallet that is locked. The contract of `PlayControls` holds it to `countMovements`. */
export const readCounted = Effect.fnUntraced(function*(sql: PgClient.PgClient, userId: UserId, now: Instant) {
  const day = dayOf(now)
  const rows = yield* sumsSince(sql, userId, periods.map((period) => dayStart(periodStart(period, day))))
  const sumsBy = (name: "spent" | "deposited"): Sums => {
    const sumOf = (period: Period): bigint => rows[periods.indexOf(period)]?.[name] ?? 0n
    return { daily: sumOf("daily"), weekly: sumOf("weekly"), monthly: sumOf("monthly") }
  }
  return { day, spent: sumsBy("spent"), deposited: sumsBy("deposited") } satisfies Counted
})
