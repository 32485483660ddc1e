/** What is kept of a player's money and tickets, read a page at a time. */
import { identityReferenceOf } from "@ddd/core/accounts/IdentityCheck"
import type { TicketStatus } from "@ddd/core/draws/Ticket"
import { toHex } from "@ddd/core/values/Bytes"
import { drawId, type Position, ticketId, type UserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { mapPages, readPages } from "../database/ReadPages.ts"
import {
  centsOrNull,
  instantOf,
  type TicketRow,
  transactionColumns,
  transactionOf,
  type TransactionRow
} from "../database/Rows.ts"
import { idBeforeAll } from "../database/UuidTimes.ts"
import { excessColumns, excessOf, type ExcessRow } from "../play/ExcessRows.ts"
import { checkoutColumns, checkoutOf, type CheckoutRow } from "./CheckoutRows.ts"
import { eventColumns, eventOf, type EventRow } from "./EventRows.ts"
import { fundingColumns, fundingOf, type FundingRow } from "./FundingSteps.ts"
import { withdrawalColumns, withdrawalOf, type WithdrawalRow } from "./WithdrawalRows.ts"

/** Events of a page: a body may have a mebibyte. */
const eventsAtOnce = 20

/** What an outside service told, without what it is called here. */
const toldOf = (row: EventRow) => {
  const { id: _, ...told } = eventOf(row)
  return told
}

/** `newest`: the number of the last movement that is told, that with which the wallet was read. */
export const readPersonalMoney = (sql: PgClient.PgClient, user: UserId, newest: bigint) => ({
  transactions: mapPages(
    readPages(
      sql,
      0n,
      (after, limit) =>
        sql<TransactionRow & { readonly metadata: Readonly<Record<string, unknown>> | null }>`
        SELECT ${transactionColumns(sql)}, metadata FROM transactions
        WHERE user_id = ${user}::uuid AND wallet_seq > ${after}::bigint AND wallet_seq <= ${newest}::bigint
        ORDER BY wallet_seq LIMIT ${limit}`,
      (row) => row.wallet_seq
    ),
    (row) => ({ ...transactionOf(row), metadata: row.metadata })
  ),
  fundings: mapPages(
    readPages(
      sql,
      "",
      (after, limit) =>
        sql<FundingRow>`
        SELECT ${fundingColumns(sql)} FROM fundings
        WHERE user_id = ${user}::uuid AND reference > ${after} ORDER BY reference LIMIT ${limit}`,
      ({ reference }) => reference
    ),
    fundingOf
  ),
  checkouts: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        sql<CheckoutRow>`
        SELECT ${checkoutColumns(sql)} FROM checkouts
        WHERE user_id = ${user}::uuid AND id > ${after}::uuid ORDER BY id LIMIT ${limit}`,
      ({ id }) => id
    ),
    checkoutOf
  ),
  depositExcesses: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        sql<ExcessRow>`
        SELECT ${excessColumns(sql)} FROM deposit_excesses
        WHERE user_id = ${user}::uuid AND transaction_id > ${after}::uuid ORDER BY transaction_id LIMIT ${limit}`,
      ({ transaction_id }) => transaction_id
    ),
    excessOf
  ),
  buyerNames: mapPages(
    readPages(
      sql,
      "",
      (after, limit) =>
        sql<{ readonly name: string }>`
        SELECT name FROM buyer_names WHERE user_id = ${user}::uuid AND name > ${after} ORDER BY name LIMIT ${limit}`,
      ({ name }) => name
    ),
    ({ name }) => name
  ),
  // those alone that are about money of theirs: what else names them may be about others too
  shopEvents: mapPages(
    readPages(
      sql,
      { reference: "", id: idBeforeAll },
      (after, limit) =>
        sql<EventRow & { readonly reference: string }>`
          SELECT e.id, f.reference, e.sender, e.event_id, e.type, e.body, e.state, e.outcome, e.received_at, e.handled_at
          FROM fundings f JOIN webhook_events e ON e.reference = f.reference
          WHERE f.user_id = ${user}::uuid AND f.reference >= ${after.reference}
            AND (f.reference, e.id) > (${after.reference}, ${after.id}::uuid)
          ORDER BY f.reference, e.id LIMIT ${limit}`,
      ({ id, reference }) => ({ reference, id }),
      eventsAtOnce
    ),
    toldOf
  ),
  identityMessages: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        sql<EventRow>`
          SELECT ${eventColumns(sql)} FROM webhook_events
          WHERE reference = ${identityReferenceOf(user)} AND id > ${after}::uuid ORDER BY id LIMIT ${limit}`,
      ({ id }) => id,
      eventsAtOnce
    ),
    toldOf
  ),
  withdrawals: mapPages(
    readPages(sql, idBeforeAll, (after, limit) =>
      sql<WithdrawalRow>`
        SELECT ${withdrawalColumns(sql)} FROM withdrawals w
        WHERE w.user_id = ${user}::uuid AND w.id > ${after}::uuid ORDER BY w.id LIMIT ${limit}`, ({ id }) => id),
    withdrawalOf
  ),
  tickets: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        sql<TicketRow & { readonly status: TicketStatus; readonly prize_amount: bigint | null }>`
        SELECT id, ticket_id, user_id, draw_id, draw_date, position, total_entries_at_purchase, ticket_hash, owner_commit,
          seal_key_id, created_at, status, (prize_amount * 100)::bigint AS prize_amount
        FROM tickets_with_result WHERE user_id = ${user}::uuid AND id > ${after}::uuid ORDER BY id LIMIT ${limit}`,
      ({ id }) => id
    ),
    (ticket) => ({
      id: ticket.id,
      ticketId: ticketId(ticket.ticket_id),
      drawId: drawId(ticket.draw_id),
      drawDate: ticket.draw_date,
      position: ticket.position as Position,
      totalEntriesAtPurchase: ticket.total_entries_at_purchase,
      ticketHash: ticket.ticket_hash,
      ownerCommit: toHex(ticket.owner_commit),
      status: ticket.status,
      prizeAmount: centsOrNull(ticket.prize_amount),
      purchasedAt: instantOf(ticket.created_at)
    })
  )
})
