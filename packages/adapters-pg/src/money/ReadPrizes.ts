/** The prizes that were paid, by an index of theirs alone (`transactions_prizes`). */
import type { DrawKind } from "@ddd/core/draws/Draw"
import type { Prize } from "@ddd/core/draws/PrizeReport"
import { cents } from "@ddd/core/money/Money"
import type { Period } from "@ddd/core/money/Statement"
import { drawId, ticketId, userId } from "@ddd/core/values/Ids"
import { type Day, formatInstant } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import type { PgClient } from "@effect/sql-pg"
import { mapPages, readPages } from "../database/ReadPages.ts"
import { instantOf } from "../database/Rows.ts"
import { idBeforeAll } from "../database/UuidTimes.ts"

interface PrizeRow {
  readonly id: string
  /** As PostgreSQL writes it: nothing of its precision is lost between two pages. */
  readonly at: string
  readonly created_at: Date
  readonly user_id: string
  readonly username: string | null
  readonly country: string | null
  readonly kyc_status: KycStatus
  readonly draw_id: string
  readonly kind: DrawKind
  readonly draw_date: Day | null
  readonly ticket_id: string
  readonly amount: bigint
}

const prizeOf = (row: PrizeRow): Prize => ({
  id: row.id,
  at: instantOf(row.created_at),
  userId: userId(row.user_id),
  username: row.username,
  country: row.country,
  kycStatus: row.kyc_status,
  drawId: drawId(row.draw_id),
  kind: row.kind,
  drawDate: row.draw_date,
  ticketId: ticketId(row.ticket_id),
  amount: cents(row.amount)
})

export const readPrizes = (sql: PgClient.PgClient, { from, until }: Period) =>
  mapPages(
    readPages(
      sql,
      { at: formatInstant(from), id: idBeforeAll },
      (after, limit) =>
        sql<PrizeRow>`
          SELECT m.id, m.created_at::text AS at, m.created_at, m.user_id, d.id AS draw_id, d.kind, d.draw_date, t.ticket_id,
            (m.amount * 100)::bigint AS amount, CASE WHEN u.erased_at IS NULL THEN u.username END AS username, u.country, u.kyc_status
          FROM transactions m JOIN draws d ON d.id = m.reference_id::uuid
          JOIN tickets t ON t.draw_id = d.id AND t.position = d.winning_position
          JOIN users u ON u.id = m.user_id
          WHERE m.type = 'prize_win' AND (m.created_at, m.id) > (${after.at}::timestamptz, ${after.id}::uuid)
            AND m.created_at < ${formatInstant(until)}::timestamptz
          ORDER BY m.created_at, m.id LIMIT ${limit}`,
      ({ at, id }) => ({ at, id })
    ),
    prizeOf
  )
