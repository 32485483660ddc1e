/** Rows of checkouts. */
import type { Checkout, CheckoutProviderId, CheckoutStatus, ScheduledCheckout } from "@ddd/core/money/Checkout"
import { cents } from "@ddd/core/money/Money"
import { userId } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { instantOf } from "../database/Rows.ts"

export interface CheckoutRow {
  readonly id: string
  readonly user_id: string
  readonly amount: bigint
  readonly provider: CheckoutProviderId
  readonly asked_at: Date
  readonly expires_at: Date
  readonly status: CheckoutStatus
  readonly session_id: string | null
  readonly url: string | null
  readonly payment_id: string | null
  readonly problem: string | null
}

export const checkoutColumns = (sql: PgClient.PgClient) =>
  sql.literal(
    "id, user_id, (amount * 100)::bigint AS amount, provider, asked_at, expires_at, status, session_id, url, payment_id, problem"
  )

export const checkoutOf = (row: CheckoutRow): Checkout => ({
  id: row.id,
  userId: userId(row.user_id),
  amount: cents(row.amount),
  provider: row.provider,
  askedAt: instantOf(row.asked_at),
  expiresAt: instantOf(row.expires_at),
  status: row.status,
  sessionId: row.session_id,
  url: row.url,
  paymentId: row.payment_id,
  problem: row.problem
})

export const insertCheckout = (sql: PgClient.PgClient, { checkout, dueAt }: ScheduledCheckout) =>
  sql`
    INSERT INTO checkouts (id, user_id, amount, provider, asked_at, expires_at, status, due_at)
    VALUES (${checkout.id}::uuid, ${checkout.userId}::uuid, ${checkout.amount}::bigint * 0.01, ${checkout.provider},
      ${formatInstant(checkout.askedAt)}::timestamptz, ${formatInstant(checkout.expiresAt)}::timestamptz,
      ${checkout.status}, ${formatInstantOrNull(dueAt)}::timestamptz)`

/** Writes all of a checkout that may change. Its row is locked. */
export const storeCheckout = (sql: PgClient.PgClient, { checkout, dueAt }: ScheduledCheckout) =>
  sql`
    UPDATE checkouts SET status = ${checkout.status}, session_id = ${checkout.sessionId}, url = ${checkout.url},
      payment_id = ${checkout.paymentId}, problem = ${checkout.problem}, due_at = ${
    formatInstantOrNull(dueAt)
  }::timestamptz
    WHERE id = ${checkout.id}::uuid`
