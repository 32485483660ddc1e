/** What mails are about, on PostgreSQL: read as it stands, with no lock. */
import type { DrawStatus } from "@ddd/core/draws/Draw"
import { cents } from "@ddd/core/money/Money"
import type { PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import type { WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import {
  type BoughtTickets,
  type ClosedRoom,
  type MailedTicket,
  mailedTicketsMax,
  mailedTicketsMillis,
  MailSubjects,
  type VoidDraw
} from "@ddd/core/ports/MailSubjects"
import { textOf } from "@ddd/core/proof/Note"
import { parseRecord } from "@ddd/core/proof/RecordText"
import { type DrawId, type Position, ticketId, type UserId, userId } from "@ddd/core/values/Ids"
import { type Day, formatInstant, instant } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import type { Statement } from "effect/sql"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { orUnavailable } from "../database/Transaction.ts"
import { idsAheadMillisMax, smallestIdAt } from "../database/UuidTimes.ts"

interface TicketRow {
  readonly ticket_id: string
  readonly position: number
  readonly count: number
}

interface DrawRow {
  readonly draw_date: Day | null
  readonly status: DrawStatus
  readonly prize_pool: bigint
  readonly draw_at: Date | null
}

interface WinRow {
  readonly draw_date: Day | null
  readonly prize_pool: bigint
  readonly drawn_at: Date
  readonly ticket_id: string
  readonly position: number
}

interface VoidRow {
  readonly result_note: string
  readonly refunded: bigint
}

interface VoidDrawRow extends VoidRow {
  readonly draw_date: Day
}

interface ClosedRoomRow extends VoidRow {
  readonly code: string
}

interface WithdrawalRow {
  readonly user_id: string
  readonly amount: bigint
  readonly asked_at: Date
  readonly status: WithdrawalStatus
  readonly payout_account: PayoutAccountStatus | null
}

const ticketOf = ({ position, ticket_id }: Pick<TicketRow, "position" | "ticket_id">): MailedTicket => ({
  ticketId: ticketId(ticket_id),
  position: position as Position
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  const tickets = Effect.fn("MailSubjectsPg.tickets")(function*(user: UserId, draw: DrawId, from: number) {
    const until = from + mailedTicketsMillis
    // by the index of a player's tickets by id: however many they have, a few are read
    const rows = yield* sql<TicketRow>`
      SELECT ticket_id, position, (count(*) OVER ())::integer AS count FROM tickets
      WHERE user_id = ${user}::uuid AND id >= ${smallestIdAt(from)}::uuid AND id < ${
      smallestIdAt(until + idsAheadMillisMax)
    }::uuid
        AND draw_id = ${draw}::uuid AND created_at >= ${formatInstant(instant(from))}::timestamptz
        AND created_at < ${formatInstant(instant(until))}::timestamptz
      ORDER BY position LIMIT ${mailedTicketsMax}`
    const [row] = yield* sql<DrawRow>`
      SELECT draw_date, status, (prize_pool * 100)::bigint AS prize_pool, coalesce(draw_at, closes_at) AS draw_at
      FROM draws WHERE id = ${draw}::uuid`
    const count = rows[0]?.count
    return row === undefined || count === undefined ? null : {
      drawDate: row.draw_date,
      status: row.status,
      count,
      tickets: rows.map(ticketOf),
      drawAt: instantOrNull(row.draw_at),
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

  /** What came back to the player `user` of the tickets of the draw `draw`, in dollars: a refund is found by the ticket that it names, by index. */
  const refundsOf = (user: Statement.Fragment, draw: Statement.Fragment) =>
    sql`coalesce((
      SELECT sum(r.amount) FROM tickets t JOIN transactions r ON r.type = 'refund' AND r.reference_id = t.ticket_id
      WHERE t.draw_id = ${draw} AND t.user_id = ${user}
    ), 0)`

  const reasonOf = (draw: DrawId, { result_note }: VoidRow) => {
    const record = parseRecord(textOf(result_note))
    return record?.type === "void"
      ? Effect.succeed(record.reason)
      : Effect.die(new Error(`draw ${draw} is void without a record that says so`))
  }

  const voidDraw = Effect.fn("MailSubjectsPg.voidDraw")(function*(user: UserId, draw: DrawId) {
    const [row] = yield* sql<VoidDrawRow>`
      SELECT d.draw_date, d.result_note, (${refundsOf(sql`${user}::uuid`, sql`d.id`)} * 100)::bigint AS refunded
      FROM draws d WHERE d.id = ${draw}::uuid AND d.kind = 'daily' AND d.status = 'void'`
    // every ticket of a void draw was refunded
    if (row === undefined || row.refunded === 0n) return null
    return {
      drawDate: row.draw_date,
      refunded: cents(row.refunded),
      reason: yield* reasonOf(draw, row)
    } satisfies VoidDraw
  })

  const closedRoom = Effect.fn("MailSubjectsPg.closedRoom")(function*(user: UserId, draw: DrawId) {
    const [row] = yield* sql<ClosedRoomRow>`
      SELECT l.code, d.result_note, (${refundsOf(sql`m.user_id`, sql`l.id`)} * 100)::bigint AS refunded
      FROM lobbies l JOIN draws d ON d.id = l.id JOIN lobby_members m ON m.lobby_id = l.id
      WHERE l.id = ${draw}::uuid AND d.status = 'void' AND m.user_id = ${user}::uuid`
    if (row === undefined || row.refunded === 0n) return null
    return {
      code: row.code,
      refunded: cents(row.refunded),
      reason: yield* reasonOf(draw, row)
    } satisfies ClosedRoom
  })

  const withdrawal = Effect.fn("MailSubjectsPg.withdrawal")(function*(id: string) {
    const [row] = yield* sql<WithdrawalRow>`
      SELECT w.user_id, (w.amount * 100)::bigint AS amount, w.asked_at, w.status, a.status AS payout_account
      FROM withdrawals w LEFT JOIN payout_accounts a ON a.user_id = w.user_id WHERE w.id = ${id}::uuid`
    return row === undefined ? null : {
      userId: userId(row.user_id),
      amount: cents(row.amount),
      askedAt: instantOf(row.asked_at),
      status: row.status,
      payoutAccount: row.payout_account ?? "none" as const
    }
  })

  const identity = Effect.fn("MailSubjectsPg.identity")(function*(user: UserId) {
    const [row] = yield* sql<{ readonly kyc_status: KycStatus }>`
      SELECT kyc_status FROM users WHERE id = ${user}::uuid AND erased_at IS NULL`
    return row?.kyc_status ?? null
  })

  return MailSubjects.of({
    tickets: (user, draw, from) => orUnavailable(tickets(user, draw, from)),
    win: (user, draw) => orUnavailable(win(user, draw)),
    voidDraw: (user, draw) => orUnavailable(voidDraw(user, draw)),
    closedRoom: (user, draw) => orUnavailable(closedRoom(user, draw)),
    identity: (user) => orUnavailable(identity(user)),
    withdrawal: (id) => orUnavailable(withdrawal(id))
  })
})

export const layer = Layer.effect(MailSubjects, make)
