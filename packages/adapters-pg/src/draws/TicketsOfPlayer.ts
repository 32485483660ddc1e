/**
 * A player's own tickets, newest first, by draw or by result.
 *
 * They are found by the index of a player's tickets by id, which is that of their times. Of a player with a hundred thousand, those of a
 * draw are a stretch of it; those that won, and those that are neither won nor lost, are few, and named by other rows: prizes, refunds,
 * draws that are not over. Those that lost are most of all.
 */
import type { Seals } from "@ddd/core/draws/Seals"
import type { TicketStatus } from "@ddd/core/draws/Ticket"
import type { TicketFilter } from "@ddd/core/ports/Draws"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { pageOf, type PageRequest } from "@ddd/core/values/Page"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { centsOrNull, ticketOf, type TicketRow } from "../database/Rows.ts"
import { idAfterAll, idsAheadMillisMax, millisOfId, smallestIdAt } from "../database/UuidTimes.ts"

/** Those of a draw: none has an id of before the draw's own, nor of after its last sale. */
const ofDraw = Effect.fnUntraced(function*(sql: PgClient.PgClient, draw: DrawId) {
  const [row] = yield* sql<{ readonly last_purchased_at: Date | null }>`
    SELECT last_purchased_at FROM draws WHERE id = ${draw}::uuid`
  const last = row?.last_purchased_at?.getTime() ?? 0
  return sql`draw_id = ${draw}::uuid AND id >= ${smallestIdAt(millisOfId(draw) - idsAheadMillisMax)}::uuid
    AND id < ${smallestIdAt(last + idsAheadMillisMax)}::uuid`
})

/** Those that won: each has its prize. */
const ofPrizes = (sql: PgClient.PgClient, user: UserId) =>
  sql`id = ANY (ARRAY (
    SELECT t.id FROM transactions m JOIN draws d ON d.id = m.reference_id::uuid
    JOIN tickets t ON t.draw_id = d.id AND t.position = d.winning_position
    WHERE m.user_id = ${user}::uuid AND m.type = 'prize_win' AND m.type <> 'ticket_purchase'))`

/** No ticket of a draw that is not over has a smaller id: by it what a player bought in years before is not read. */
export const firstUndrawnId = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<{ readonly since: Date | null }>`
      SELECT min(first_purchased_at) AS since FROM draws
      WHERE status IN ('scheduled', 'open', 'locked') AND first_purchased_at IS NOT NULL`,
    ([row]) => row === undefined || row.since === null ? idAfterAll : smallestIdAt(row.since.getTime())
  )

/** Those of draws that are not over, and of those that were void, whose tickets were refunded. */
const ofUndrawn = Effect.fnUntraced(function*(sql: PgClient.PgClient, user: UserId) {
  return sql`id = ANY (ARRAY (
    SELECT id FROM tickets WHERE user_id = ${user}::uuid AND id >= ${yield* firstUndrawnId(sql)}::uuid
    UNION
    SELECT t.id FROM transactions m JOIN tickets t ON t.ticket_id = m.reference_id
    WHERE m.user_id = ${user}::uuid AND m.type = 'refund' AND m.type <> 'ticket_purchase'))`
})

/** What of the filter an index finds. */
const candidates = (sql: PgClient.PgClient, user: UserId, { drawId, status }: TicketFilter) => {
  if (drawId !== null) return ofDraw(sql, drawId)
  switch (status) {
    case "won":
      return Effect.succeed(ofPrizes(sql, user))
    case "active":
      return ofUndrawn(sql, user)
    case "lost":
    case null:
      return Effect.succeed(sql`true`)
  }
}

export const readTicketsOf = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  seals: Seals,
  user: UserId,
  filter: TicketFilter,
  { cursor, limit }: PageRequest
) {
  const rows = yield* sql<TicketRow & { readonly status: TicketStatus; readonly prize_amount: bigint | null }>`
    SELECT id, ticket_id, user_id, draw_id, draw_date, position, total_entries_at_purchase, ticket_hash, owner_commit,
      seal_key_id, created_at, status, (prize_amount * 100)::bigint AS prize_amount
    FROM tickets_with_result
    WHERE user_id = ${user}::uuid AND id < ${cursor ?? idAfterAll}::uuid AND ${yield* candidates(sql, user, filter)}
      AND (${filter.status}::text IS NULL OR status = ${filter.status}::text)
    ORDER BY id DESC LIMIT ${limit + 1}`
  const tickets = rows.map((row) =>
    ticketOf(seals, row, { status: row.status, prizeAmount: centsOrNull(row.prize_amount) })
  )
  return pageOf(tickets, limit, (ticket) => ticket.id)
})
