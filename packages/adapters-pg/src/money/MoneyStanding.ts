/** How money on its way stands, for whoever watches over the server: one statement, by indexes, however much was paid. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { isOpenRow } from "./OpenPurchases.ts"

/** So many rows of each kind are counted at most: that is enough to know that something is wrong. */
const countedMax = 200

export interface MoneyStanding {
  /** Withdrawals that wait for a person, and their sum; `countedMax` at most. */
  readonly held: { readonly count: number; readonly dollars: number }
  /** Withdrawals whose money is on its way, out or back (`isUnderWay`), held or not. */
  readonly underWay: { readonly count: number; readonly dollars: number }
  /** Purchases of a shop that are not credited to anybody yet; none that was wholly refunded. */
  readonly purchasesWaiting: number
  /**
   * Players whose identity check is pending, and those whose prizes wait for one, with the sum of these: among the `countedMax` who have
   * waited for longest.
   */
  readonly checksPending: number
  readonly prizesWaiting: { readonly count: number; readonly dollars: number }
  /** For how long the first of them has waited; 0 where nobody does. */
  readonly identityWaitSeconds: number
  /** Notices of outside services that could not be acted on; and those that wait. */
  readonly noticesFailed: number
  readonly noticesWaiting: number
}

interface Row {
  readonly held: number
  readonly held_dollars: number
  readonly under_way: number
  readonly under_way_dollars: number
  readonly purchases: number
  readonly checks: number
  readonly prizes: number
  readonly prizes_dollars: number
  readonly identity_wait: number
  readonly failed: number
  readonly waiting: number
}

export const readMoneyStanding = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<Row>`
      SELECT h.count AS held, h.dollars AS held_dollars, u.count AS under_way, u.dollars AS under_way_dollars,
        i.checks, i.prizes, i.prizes_dollars, i.identity_wait,
        (SELECT count(*) FROM (
          SELECT 1 FROM fundings WHERE ${
      isOpenRow(sql)
    } ORDER BY created_at, reference LIMIT ${countedMax}) f)::float8 AS purchases,
        (SELECT count(*) FROM (
          SELECT 1 FROM webhook_events WHERE state = 'failed' ORDER BY id LIMIT ${countedMax}) e)::float8 AS failed,
        (SELECT count(*) FROM (
          SELECT 1 FROM webhook_events WHERE state IN ('received', 'waiting') ORDER BY id LIMIT ${countedMax}) e)::float8 AS waiting
      FROM
        (SELECT count(*)::float8 AS count, coalesce(sum(amount), 0)::float8 AS dollars FROM (
          SELECT amount FROM withdrawals WHERE held_reason IS NOT NULL ORDER BY id LIMIT ${countedMax}) w) h,
        (SELECT count(*)::float8 AS count, coalesce(sum(amount), 0)::float8 AS dollars FROM (
          SELECT amount FROM withdrawals
          WHERE status = 'pending' OR (status = 'paid' AND provider_payout_status IN ('failed', 'canceled'))
          ORDER BY id LIMIT ${countedMax}) w) u,
        (SELECT count(*) FILTER (WHERE p.kyc_status = 'pending')::float8 AS checks,
            count(w.awaiting_identity)::float8 AS prizes, coalesce(sum(a.dollars), 0)::float8 AS prizes_dollars,
            coalesce(extract(epoch FROM app_now() - min(o.since)), 0)::float8 AS identity_wait
          FROM (SELECT user_id, since FROM identity_waiting ORDER BY since LIMIT ${countedMax}) o
          -- each by its key, however few of all players they are: LIMIT keeps the planner from reading all
          CROSS JOIN LATERAL (SELECT kyc_status FROM users WHERE id = o.user_id LIMIT 1) p
          CROSS JOIN LATERAL (SELECT awaiting_identity FROM wallets WHERE user_id = o.user_id LIMIT 1) w
          LEFT JOIN LATERAL (
            SELECT sum((prize ->> 'amount')::decimal) AS dollars FROM jsonb_array_elements(w.awaiting_identity) prize
          ) a ON true) i`,
    ([row]): MoneyStanding => ({
      held: { count: row?.held ?? 0, dollars: row?.held_dollars ?? 0 },
      underWay: { count: row?.under_way ?? 0, dollars: row?.under_way_dollars ?? 0 },
      purchasesWaiting: row?.purchases ?? 0,
      checksPending: row?.checks ?? 0,
      prizesWaiting: { count: row?.prizes ?? 0, dollars: row?.prizes_dollars ?? 0 },
      identityWaitSeconds: row?.identity_wait ?? 0,
      noticesFailed: row?.failed ?? 0,
      noticesWaiting: row?.waiting ?? 0
    })
  )
