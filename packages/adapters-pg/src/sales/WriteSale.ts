/** Writes what a sale decided, but for the kept answers, in set-based statements. Wallets and draw are locked. */
import type { Sale } from "@ddd/core/draws/Sale"
import { type SealedSale, sealSale } from "@ddd/core/draws/SealedSale"
import type { Seals } from "@ddd/core/draws/Seals"
import type { Ticket } from "@ddd/core/draws/Ticket"
import { initialStatus } from "@ddd/core/money/Transaction"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { encodeFrontier } from "@ddd/core/proof/Merkle"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { soldNotice, tellStatus } from "../draws/DrawEventsPg.ts"
import { limitsText } from "../play/LimitRows.ts"
import { type PoolRow, type SaleTerms, sellingDraw } from "./SaleFacts.ts"

export interface SaleWriter extends SaleTerms {
  readonly sql: PgClient.PgClient
  readonly seals: Seals
  readonly newId: (at: Instant) => string
  readonly acknowledged: AcknowledgedService
}

/** Seals the tickets and writes them, with what they moved. Gives them in the order of positions. `batchId` names the transaction. */
export const writeSale = Effect.fnUntraced(function*(
  { newId, seals, sql }: SaleWriter,
  batchId: string,
  row: PoolRow,
  sale: Sale
) {
  const none: ReadonlyArray<Ticket> = []
  if (sale.tickets.length === 0) return none
  const sealed = sealSale(seals, sellingDraw(row), sale, sale.tickets.map(() => newId(sale.purchasedAt)))
  yield* writeDraw(sql, row.id, sealed)
  yield* writeTickets(sql, row.id, sale, sealed)
  yield* writeWallets(sql, sale)
  yield* writeMovements(sql, newId, sale)
  if (sealed.opens) yield* tellStatus(sql, row.id)
  // names the transaction, and tells of it once it commits
  yield* sql`
    WITH named AS (INSERT INTO sale_batches (id, abandoned) VALUES (${batchId}::uuid, false))
    SELECT 1 FROM ${soldNotice(sql, row.id)}`
  return sealed.tickets
})

const writeDraw = (sql: PgClient.PgClient, id: string, { draw }: SealedSale) =>
  sql`
    UPDATE draws SET status = ${draw.status}, total_entries = ${draw.totalEntries},
      prize_pool = ${draw.prizePool}::bigint * 0.01, last_purchased_at = ${
    formatInstant(draw.lastPurchasedAt)
  }::timestamptz,
      tree_frontier = ${encodeFrontier(draw.frontier)}
    WHERE id = ${id}::uuid`

const writeTickets = (
  sql: PgClient.PgClient,
  drawId: string,
  { purchasedAt, tickets: sold }: Sale,
  { sealKeyId, seals, tickets }: SealedSale
) =>
  sql`
    INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
      seal_key_id, wallet_seq, created_at)
    SELECT t.id, t.ticket_id, ${drawId}::uuid, t.user_id, t.position, t.total, t.hash, t.commit, ${sealKeyId}, t.seq,
      ${formatInstant(purchasedAt)}::timestamptz
    FROM unnest(${tickets.map((ticket) => ticket.id)}::uuid[], ${tickets.map((ticket) => ticket.ticketId)}::text[],
      ${tickets.map((ticket) => ticket.userId)}::uuid[], ${tickets.map((ticket) => ticket.position)}::int[],
      ${tickets.map((ticket) => ticket.totalEntriesAtPurchase)}::int[],
      ${tickets.map((ticket) => ticket.ticketHash)}::text[], ${seals.map((seal) => seal.ownerCommit)}::bytea[],
      ${sold.map((ticket) => ticket.movement.seq)}::bigint[])
      AS t (id, ticket_id, user_id, position, total, hash, commit, seq)`

const writeWallets = (sql: PgClient.PgClient, { purchasedAt, wallets }: Sale) => {
  const after = [...wallets.values()]
  // most buyers have none: for them nothing is sent, nor written
  const limited = after.some(({ limits }) => limits !== null)
  const [set, values, column] = limited
    ? [
      sql`, limits = nullif(c.limits, '')::jsonb`,
      sql`, ${after.map(({ limits }) => limitsText(limits) ?? "")}::text[]`,
      sql`, limits`
    ]
    : [sql.literal(""), sql.literal(""), sql.literal("")]
  return sql`
    UPDATE wallets w SET balance = c.balance * 0.01, withdrawable = c.withdrawable * 0.01, seq = c.seq,
      updated_at = ${formatInstant(purchasedAt)}::timestamptz${set}
    FROM unnest(${[...wallets.keys()]}::uuid[], ${after.map((wallet) => wallet.balance)}::bigint[],
      ${after.map((wallet) => wallet.withdrawable)}::bigint[], ${after.map((wallet) => wallet.seq)}::bigint[]${values})
      AS c (user_id, balance, withdrawable, seq${column})
    WHERE w.user_id = c.user_id`
}

const writeMovements = (sql: PgClient.PgClient, newId: (at: Instant) => string, { purchasedAt, tickets }: Sale) => {
  // the same of each: a sale is of one draw, at one price
  const { amount, counterAccount, type } = tickets[0]!.movement
  const movements = tickets.map((ticket) => ticket.movement)
  return sql`
    INSERT INTO transactions (id, user_id, type, amount, balance_after, status, reference_id, created_at, wallet_seq,
      counter_account, withdrawable_delta)
    SELECT t.id, t.user_id, ${type}, ${amount}::bigint * 0.01, t.balance * 0.01, ${initialStatus(type)}, t.reference,
      ${formatInstant(purchasedAt)}::timestamptz, t.seq, ${counterAccount}, t.delta * 0.01
    FROM unnest(${tickets.map(() => newId(purchasedAt))}::uuid[], ${tickets.map((ticket) => ticket.userId)}::uuid[],
      ${movements.map((movement) => movement.balanceAfter)}::bigint[],
      ${movements.map((movement) => movement.referenceId)}::text[],
      ${movements.map((movement) => movement.seq)}::bigint[],
      ${movements.map((movement) => movement.withdrawableDelta)}::bigint[])
      AS t (id, user_id, balance, reference, seq, delta)`
}
