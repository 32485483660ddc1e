/** What mails are about, on PostgreSQL: read as it stands, with no lock. */
import type { DrawStatus } from "@ddd/core/Draw"
import { type DrawId, type Position, ticketId, type UserId, userId } from "@ddd/core/Ids"
import { type Day, formatInstant, instant } from "@ddd/core/Instant"
import { cents } from "@ddd/core/Money"
import type { WithdrawalStatus } from "@ddd/core/Payout"
import {
  type BoughtTickets,
  type ClosedRoom,
  type MailedTicket,
  mailedTicketsMax,
  mailedTicketsMillis,
  MailSubjects
} from "@ddd/core/ports/MailSubjects"
import { parseRecord } from "@ddd/core/Record"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { textOf } from "./DrawSteps.ts"
import { instantOf, instantOrNull } from "./Rows.ts"
import { orUnavailable } from "./Transaction.ts"

interface TicketRow {
  readonly ticket_id: string
  readonly position: number
  readonly count: number
}

interface DrawRow {
  readonly draw_date: Day | null
  readonly status: DrawStatus
  readonly prize_pool: bigint
  readonly draws_at: Date | null
}

interface WinRow {
  readonly draw_date: Day | null
  readonly prize_pool: bigint
  readonly drawn_at: Date
  readonly ticket_id: string
  readonly position: number
}

interface ClosedRoomRow {
  readonly name: string
  readonly result_note: string
  readonly refunded: bigint
}

interface WithdrawalRow {
  readonly user_id: string
  readonly amount: bigint
  readonly asked_at: Date
  readonly status: WithdrawalStatus
}

const ticketOf = ({ position, ticket_id }: Pick<TicketRow, "position" | "ticket_id">): MailedTicket => ({
  ticketId: ticketId(ticket_id),
  position: position as Position
})

/**
 * A ticket's id is made of the instant of its purchase, or of a later one where the process had come that far: never of an earlier
 * one. No node's identifiers run ahead of the clock by as much as this, in milliseconds.
 */
const idsAheadMillisMax = 600_000

/** The smallest UUID v7 of an instant. */
const firstIdOf = (millis: number): string => {
  const time = millis.toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  const tickets = Effect.fn("MailSubjectsPg.tickets")(function*(user: UserId, draw: DrawId, from: number) {
    const until = from + mailedTicketsMillis
    // by the index of a player's tickets by id: however many they have, a few are read
    const rows = yield* sql<TicketRow>`
      SELECT ticket_id, position, (count(*) OVER ())::integer AS count FROM tickets
      WHERE user_id = ${user}::uuid AND id >= ${firstIdOf(from)}::uuid AND id < ${
      firstIdOf(until + idsAheadMillisMax)
    }::uuid
        AND draw_id = ${draw}::uuid AND created_at >= ${formatInstant(instant(from))}::timestamptz
        AND created_at < ${formatInstant(instant(until))}::timestamptz
      ORDER BY position LIMIT ${mailedTicketsMax}`
    const [row] = yield* sql<DrawRow>`
      SELECT draw_date, status, (prize_pool * 100)::bigint AS prize_pool, coalesce(draws_at, closes_at) AS draws_at
      FROM draws WHERE id = ${draw}::uuid`
    const count = rows[0]?.count
    return row === undefined || count === undefined ? null : {
      drawDate: row.draw_date,
      status: row.status,
      count,
      tickets: rows.map(ticketOf),
      drawsAt: instantOrNull(row.draws_at),
      prizePool: cents(row.prize_pool)
    } satisfies BoughtTickets
  })

  const win = Effect.fn("MailSubjectsPg.win")(function*(user: UserId, draw: DrawId) {
    const [row] = yield* sql<WinRow>`
      SELECT d.draw_date, (d.prize_pool * 100)::bigint AS prize_pool, d.drawn_at, t.ticket_id, t.position
      FROM draws d JOIN tickets t ON t.draw_id = d.id AND t.position = d.winning_position
      WHERE d.id = ${draw}::uuid AND d.status = 'drawn' AND t.user_id = ${user}::uuid`
    return row === undefined ? null : {
      ...ticketOf(row),
      drawDate: row.draw_date,
      prize: cents(row.prize_pool),
      drawnAt: instantOf(row.drawn_at)
    }
  })

  const closedRoom = Effect.fn("MailSubjectsPg.closedRoom")(function*(user: UserId, draw: DrawId) {
    // a refund is found by the ticket that it names: by index
    const [row] = yield* sql<ClosedRoomRow>`
      SELECT l.name, d.result_note, (coalesce((
        SELECT sum(r.amount) FROM tickets t JOIN transactions r ON r.type = 'refund' AND r.reference_id = t.ticket_id
        WHERE t.draw_id = l.id AND t.user_id = m.user_id
      ), 0) * 100)::bigint AS refunded
      FROM lobbies l JOIN draws d ON d.id = l.id JOIN lobby_members m ON m.lobby_id = l.id
      WHERE l.id = ${draw}::uuid AND d.status = 'void' AND m.user_id = ${user}::uuid`
    if (row === undefined) return null
    const record = parseRecord(textOf(row.result_note))
    if (record?.type !== "void") {
      return yield* Effect.die(new Error(`draw ${draw} is void without a record that says so`))
    }
    return { name: row.name, refunded: cents(row.refunded), reason: record.reason } satisfies ClosedRoom
  })

  const withdrawal = Effect.fn("MailSubjectsPg.withdrawal")(function*(id: string) {
    const [row] = yield* sql<WithdrawalRow>`
      SELECT user_id, (amount * 100)::bigint AS amount, asked_at, status FROM withdrawals WHERE id = ${id}::uuid`
    return row === undefined ? null : {
      userId: userId(row.user_id),
      amount: cents(row.amount),
      askedAt: instantOf(row.asked_at),
      status: row.status
    }
  })

  return MailSubjects.of({
    tickets: (user, draw, from) => orUnavailable(tickets(user, draw, from)),
    win: (user, draw) => orUnavailable(win(user, draw)),
    closedRoom: (user, draw) => orUnavailable(closedRoom(user, draw)),
    withdrawal: (id) => orUnavailable(withdrawal(id))
  })
})

export const layer = Layer.effect(MailSubjects, make)
