/** What operators look for, on PostgreSQL: each by an index of its own. */
import { foldCase } from "@ddd/core/accounts/EmailAddress"
import type { TicketStatus } from "@ddd/core/draws/Ticket"
import { handMoneyKinds } from "@ddd/core/money/FourEyes"
import { webhookSenders } from "@ddd/core/money/WebhookEvent"
import type { Found, FoundKind } from "@ddd/core/operators/Search"
import { Lookup, type SoldTicket } from "@ddd/core/ports/Lookup"
import { drawId, houseUserId, position, ticketId, userId } from "@ddd/core/values/Ids"
import type { Day } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { summaryColumns, summaryOf, type SummaryRow } from "../accounts/AccountRows.ts"
import { centsOrNull, instantOf, transactionColumns, transactionOf, type TransactionRow } from "../database/Rows.ts"
import { orUnavailable } from "../database/Transaction.ts"
import { idAfterAll } from "../database/UuidTimes.ts"

interface FoundRow {
  readonly kind: FoundKind
  readonly id: string
  readonly user_id: string | null
  readonly state: string
  readonly amount: bigint | null
  readonly at: Date
}

const foundOf = (row: FoundRow): Found => ({
  kind: row.kind,
  id: row.id,
  userId: row.user_id === null ? null : userId(row.user_id),
  state: row.state,
  amount: centsOrNull(row.amount),
  at: instantOf(row.at)
})

interface SoldRow {
  readonly ticket_id: string
  readonly user_id: string
  readonly draw_id: string
  readonly draw_date: Day | null
  readonly position: number
  readonly created_at: Date
  readonly status: TicketStatus
  readonly prize_amount: bigint | null
  readonly wallet_seq: bigint
}

const soldOf = (row: SoldRow): SoldTicket => ({
  ticketId: ticketId(row.ticket_id),
  userId: userId(row.user_id),
  drawId: drawId(row.draw_id),
  drawDate: row.draw_date,
  position: position(row.position),
  purchasedAt: instantOf(row.created_at),
  status: row.status,
  prizeAmount: centsOrNull(row.prize_amount)
})

/** So many events at most that tell of one thing: a payment has a few. */
const toldMax = 50

/** What sorts behind every text that begins with another. */
const afterAll = "\u{10FFFF}"

const make = Effect.map(PgClient.PgClient, (sql) => {
  const columns = summaryColumns(sql)
  const soldColumns = sql.literal(
    `ticket_id, user_id, draw_id, draw_date, position, created_at, status, (prize_amount * 100)::bigint AS prize_amount, wallet_seq`
  )

  return Lookup.of({
    find: Effect.fn("LookupPg.find")(function*({ day, id, outside, references, roomCode, ticketId, told }) {
      const rows = yield* sql<FoundRow>`
        WITH found AS (
          SELECT 'ticket' AS kind, ticket_id AS id, user_id, 'sold' AS state, 1.00 AS amount, created_at AS at
            FROM tickets WHERE ticket_id = ${ticketId}
          UNION ALL SELECT 'ticket', ticket_id, user_id, 'sold', 1.00, created_at FROM tickets WHERE id = ${id}::uuid
          UNION ALL SELECT CASE kind WHEN 'room' THEN 'room' ELSE 'draw' END, id::text, NULL, status, prize_pool, opens_at
            FROM draws WHERE id = ${id}::uuid
          UNION ALL SELECT 'draw', id::text, NULL, status, prize_pool, opens_at FROM draws WHERE draw_date = ${day}::date
          UNION ALL SELECT 'room', d.id::text, l.host_id, d.status, d.prize_pool, d.opens_at
            FROM lobbies l JOIN draws d ON d.id = l.id WHERE l.code = ${roomCode}
          UNION ALL SELECT 'movement', id::text, user_id, type, amount, created_at
            FROM transactions WHERE id = ${id}::uuid AND type <> 'withdrawal'
          UNION ALL SELECT 'movement', t.id::text, t.user_id, t.type, t.amount, t.created_at
            FROM adjustments a JOIN transactions t ON t.id = a.transaction_id WHERE a.reference = ANY (${references}::text[])
          UNION ALL SELECT 'withdrawal', id::text, user_id, status, amount, asked_at FROM withdrawals WHERE id = ${id}::uuid
          UNION ALL SELECT 'withdrawal', id::text, user_id, status, amount, asked_at FROM withdrawals
            WHERE transfer_id = ${outside}
          UNION ALL SELECT 'withdrawal', id::text, user_id, status, amount, asked_at FROM withdrawals
            WHERE payout_id = ${outside}
          UNION ALL SELECT 'withdrawal', id::text, user_id, status, amount, asked_at FROM withdrawals
            WHERE reversal_id = ${outside}
          UNION ALL SELECT 'checkout', id::text, user_id, status, amount, asked_at FROM checkouts WHERE id = ${id}::uuid
          UNION ALL SELECT 'checkout', id::text, user_id, status, amount, asked_at FROM checkouts
            WHERE session_id = ${outside}
          UNION ALL SELECT 'checkout', id::text, user_id, status, amount, asked_at FROM checkouts
            WHERE payment_id = ${outside}
          UNION ALL SELECT 'purchase', reference, user_id, given, amount, created_at
            FROM fundings WHERE reference = ANY (${references}::text[])
          UNION ALL SELECT 'payout account', account, user_id, status, NULL, created_at
            FROM payout_accounts WHERE account = ${outside}
          UNION ALL SELECT 'event', id::text, NULL, state, NULL, received_at FROM webhook_events WHERE id = ${id}::uuid
          UNION ALL SELECT 'event', id::text, NULL, state, NULL, received_at FROM webhook_events
            WHERE sender = ANY (${webhookSenders}::text[]) AND event_id = ${outside}
          UNION ALL SELECT 'event', id::text, NULL, state, NULL, received_at FROM webhook_events
            WHERE id = ANY (ARRAY (SELECT e.id FROM (SELECT convert_to(to_json(${told}::text)::text, 'UTF8') AS name) told
              JOIN webhook_events e ON texts_of(e.body) @> texts_of(told.name) LIMIT ${toldMax}))
            AND event_id <> ${told}
          UNION ALL SELECT 'approval', id::text, user_id, state, amount, asked_at FROM approvals WHERE id = ${id}::uuid
          UNION ALL SELECT 'approval', id::text, user_id, state, amount, asked_at FROM approvals
            WHERE state = 'waiting' AND kind = ANY (${handMoneyKinds}::text[]) AND reference = ANY (${references}::text[])
          UNION ALL SELECT 'log entry', id::text, NULL, command, NULL, at FROM operator_log WHERE id = ${id}::uuid
        )
        SELECT kind, id, user_id, state, (amount * 100)::bigint AS amount, at FROM found ORDER BY kind, at DESC`
      return rows.map(foundOf)
    }, orUnavailable),

    players: Effect.fn("LookupPg.players")(function*({ excluded, frozen, inDebt }, { cursor, limit }) {
      const rows = yield* sql<SummaryRow>`
        SELECT ${columns} FROM users u ${inDebt || excluded ? sql`JOIN wallets w ON w.user_id = u.id` : sql``}
        WHERE u.erased_at IS NULL AND u.id <> ${houseUserId}::uuid AND u.id < ${cursor ?? idAfterAll}::uuid
          ${frozen ? sql`AND NOT u.is_active` : sql``}
          ${inDebt ? sql`AND w.debt > 0` : sql``}
          ${excluded ? sql`AND w.excluded_until IS NOT NULL AND w.excluded_until > app_now()` : sql``}
        ORDER BY u.id DESC LIMIT ${limit + 1}`
      return pageOf(rows.map(summaryOf), limit, (user) => user.id)
    }, orUnavailable),

    beginningWith: Effect.fn("LookupPg.beginningWith")(function*(prefix, limit) {
      const identity = foldCase(prefix)
      const rows = yield* sql<SummaryRow & { readonly part: number }>`
        SELECT ${columns}, f.part FROM (
          (SELECT id, 1 AS part, lower(username) AS key FROM users
            WHERE lower(username) ~>=~ lower(${prefix}) AND lower(username) ~<~ (lower(${prefix}) || ${afterAll}::text)
              AND erased_at IS NULL
            ORDER BY lower(username) USING ~<~ LIMIT ${limit + 1})
          UNION ALL
          (SELECT user_id, 2, identity FROM email_identities
            WHERE identity IS NOT NULL AND identity ~>=~ ${identity} AND identity ~<~ ${identity + afterAll}
            ORDER BY identity USING ~<~ LIMIT ${limit + 1})
        ) f JOIN users u ON u.id = f.id
        WHERE u.id <> ${houseUserId}::uuid
        ORDER BY f.part, f.key USING ~<~`
      // whose name and address both begin so is there twice
      const [byName, byAddress] = [rows.filter(({ part }) => part === 1), rows.filter(({ part }) => part === 2)]
      const named = new Set(byName.map(({ id }) => id))
      return [...byName, ...byAddress.filter(({ id }) => !named.has(id))].slice(0, limit).map(summaryOf)
    }, orUnavailable),

    ticket: Effect.fn("LookupPg.ticket")(function*(id) {
      const [row] = yield* sql<SoldRow>`SELECT ${soldColumns} FROM tickets_with_result WHERE ticket_id = ${id}`
      if (row === undefined) return null
      const [buyer] = yield* sql<SummaryRow>`SELECT ${columns} FROM users u WHERE u.id = ${row.user_id}::uuid`
      const [movement] = yield* sql<TransactionRow>`
        SELECT ${transactionColumns(sql)} FROM transactions
        WHERE user_id = ${row.user_id}::uuid AND wallet_seq = ${row.wallet_seq}`
      return buyer === undefined || movement === undefined
        ? yield* Effect.die(new Error(`ticket ${id} has no buyer, or no movement`))
        : { ticket: soldOf(row), buyer: summaryOf(buyer), movement: transactionOf(movement) }
    }, orUnavailable),

    ticketsOf: Effect.fn("LookupPg.ticketsOf")(function*(user, limit) {
      const rows = yield* sql<SoldRow>`
        SELECT ${soldColumns} FROM tickets_with_result WHERE user_id = ${user}::uuid ORDER BY id DESC LIMIT ${limit}`
      return rows.map(soldOf)
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Lookup, make)
