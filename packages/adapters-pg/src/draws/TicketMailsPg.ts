/**
 * Which tickets were confirmed by mail, on PostgreSQL: a watermark beside each draw.
 *
 * A sale reads the clock and writes under its draw's lock. Whoever has waited for that lock and reads the clock then knows that no
 * ticket of a minute that is over by it can still appear. The wait is a transaction of its own, so that sales go on while the jobs are
 * written, under the watermark's lock.
 *
 * The tickets of a draw stand in the order of their times, so one look at the first that is not confirmed says whether anything is
 * due: sales are made to wait once a minute at most, however often and on however many nodes this runs.
 */
import { TicketMails } from "@ddd/core/ports/TicketMails"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { inTransaction, orUnavailable } from "../database/Transaction.ts"
import { insertMailJobs } from "../jobs/JobRows.ts"

/** Tickets that are looked at in one transaction: a minute of a busy draw, so that a player is found once in it. */
const ticketsMax = 250_000

/** For how long after a draw's newest ticket was bought those of it are confirmed still, where nothing ran meanwhile. */
const lateMax = "3 days"

/**
 * Draws with tickets that are not confirmed and were bought in a minute that is over: on sale, locked, or ended lately, whenever they
 * opened. Those that ended are found by what is left to do of them; of rooms on sale, those in which somebody bought.
 */
const dueDraws = (sql: PgClient.PgClient) =>
  // scalar subqueries: an index look-up a draw, however many there are
  sql<{ readonly id: string }>`
    WITH live AS MATERIALIZED (
      SELECT id, total_entries FROM draws
      WHERE status IN ('scheduled', 'open', 'locked') AND first_purchased_at IS NOT NULL
      UNION ALL
      SELECT e.id, e.total_entries FROM ticket_mails c JOIN draws e ON e.id = c.draw_id
      WHERE NOT c.complete AND e.status IN ('drawn', 'void')
        AND e.last_purchased_at > (SELECT app_now() - ${lateMax}::interval)
    ), marked AS MATERIALIZED (
      SELECT id, total_entries, coalesce((SELECT m.confirmed FROM ticket_mails m WHERE m.draw_id = live.id), 0) AS confirmed
      FROM live
    )
    SELECT id FROM marked
    WHERE total_entries > confirmed
      AND (SELECT t.created_at FROM tickets t WHERE t.draw_id = marked.id AND t.position = confirmed + 1)
        < (SELECT date_trunc('minute', app_now(), 'UTC'))
    ORDER BY id`

/** Marks draws that ended and of which nothing is left to be mailed, but for those that another node is at. */
const markComplete = (sql: PgClient.PgClient) =>
  sql`
    UPDATE ticket_mails SET complete = true WHERE draw_id IN (
      SELECT m.draw_id FROM ticket_mails m JOIN draws d ON d.id = m.draw_id
      WHERE NOT m.complete AND d.status IN ('drawn', 'void')
        AND (m.confirmed >= d.total_entries OR d.last_purchased_at <= (SELECT app_now() - ${lateMax}::interval))
      ORDER BY m.draw_id FOR NO KEY UPDATE OF m SKIP LOCKED)`

/** Waits for the sales under way in a draw; gives the minute then, before which no ticket of it is bought any more. */
const awaitSales = (sql: PgClient.PgClient, draw: string) =>
  sql.withTransaction(Effect.gen(function*() {
    // the weakest lock that a sale's keeps out
    yield* sql`SELECT 1 FROM draws WHERE id = ${draw}::uuid FOR SHARE`
    const [row] = yield* sql<{ readonly minute: Date }>`SELECT date_trunc('minute', app_now(), 'UTC') AS minute`
    return row === undefined ? yield* Effect.die(new Error("the clock gives one row")) : row.minute
  }))

interface ConfirmedRow {
  /** The last position of those that were looked at; null where there were none. */
  readonly last: number | null
  readonly added: number
}

/**
 * Enqueues the mails of a draw's next tickets that were bought before `minute`, in one transaction, and in one statement: a busy minute
 * has thousands.
 */
const confirmSome = (sql: PgClient.PgClient, draw: string, minute: Date) =>
  Effect.gen(function*() {
    yield* sql`INSERT INTO ticket_mails (draw_id, confirmed) VALUES (${draw}::uuid, 0) ON CONFLICT DO NOTHING`
    // locks the watermark: the tickets below are this node's
    const [mark] = yield* sql<{ readonly confirmed: number }>`
      SELECT confirmed FROM ticket_mails WHERE draw_id = ${draw}::uuid FOR NO KEY UPDATE`
    const confirmed = mark?.confirmed ?? 0
    const [row] = yield* sql<ConfirmedRow>`
      WITH mails AS (
        SELECT user_id, minute, max(position) AS last
        FROM (
          SELECT user_id, (extract(epoch FROM date_trunc('minute', created_at, 'UTC')) * 1000)::bigint AS minute, position
          FROM tickets
          WHERE draw_id = ${draw}::uuid AND position > ${confirmed}::int AND position <= ${confirmed + ticketsMax}::int
            AND created_at < ${minute}::timestamptz
        ) bought
        GROUP BY user_id, minute
      ), added AS (${
      insertMailJobs(
        sql,
        sql`
          SELECT format('tickets %s %s %s', ${draw}::text, user_id, minute) AS id,
            json_build_object('_tag', 'MailTickets', 'userId', user_id, 'drawId', ${draw}::text, 'from', minute) AS element,
            row_number() OVER (ORDER BY last) AS nth
          FROM mails`
      )
    })
      SELECT (SELECT max(last) FROM mails) AS last, (SELECT count(*) FROM added)::int AS added`
    const last = row?.last ?? null
    if (row === undefined || last === null) return { added: 0, isAll: true }
    yield* sql`UPDATE ticket_mails SET confirmed = ${last}::int WHERE draw_id = ${draw}::uuid`
    return { added: row.added, isAll: last < confirmed + ticketsMax }
  }).pipe(inTransaction(sql))

const make = Effect.map(PgClient.PgClient, (sql) =>
  TicketMails.of({
    enqueueDue: Effect.gen(function*() {
      let added = 0
      for (const { id } of yield* dueDraws(sql)) {
        const minute = yield* awaitSales(sql, id)
        for (let isAll = false; !isAll;) {
          const some = yield* confirmSome(sql, id, minute)
          added += some.added
          isAll = some.isAll
        }
      }
      yield* markComplete(sql)
      return added
    }).pipe(Effect.withSpan("TicketMailsPg.enqueueDue"), orUnavailable)
  }))

export const layer = Layer.effect(TicketMails, make)
