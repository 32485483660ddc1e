/**
 * How the tickets of a draw that is declared void are paid back: `refundNext`, the step of a void that has begun, and what it has in
 * common with a void in one transaction.
 *
 * Wallets by ascending user id are locked first, then the draw, whose state is decided upon (docs/design.md, "Money", lock order).
 */
import type { DrawState } from "@ddd/core/draws/DrawState"
import { refundStep, refundTickets, voidMail, voidMailRecipients } from "@ddd/core/draws/Voiding"
import { cents } from "@ddd/core/money/Money"
import type { Wallet } from "@ddd/core/money/Wallet"
import type { VoidRecord } from "@ddd/core/proof/Record"
import { type DrawId, ticketId, type UserId, userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { instantOf } from "../database/Rows.ts"
import { inTransaction } from "../database/Transaction.ts"
import { insertMailJobs } from "../jobs/JobRows.ts"
import { lockWallets, type WalletMoves, writeAllMoves } from "../money/WalletMoves.ts"
import { tellStatus } from "./DrawEventsPg.ts"
import { lockDraw, readDraw } from "./ReadDraw.ts"
import { StepImpossible, type StepServices } from "./StepServices.ts"

// mails that are written at a time
const mailsAtOnce = 10_000

/**
 * For how long a step waits for a wallet that somebody else has locked, in milliseconds: some sales, and less than the two seconds for
 * which a sale is tried again of those whose wallets it keeps locked meanwhile. A step that waits for longer fails, and is done again.
 */
const walletMillisMax = 500

/** A ticket that is paid back. */
export interface RefundRow {
  readonly user_id: string
  readonly ticket_id: string
  /** What paying for it took from the withdrawable part. */
  readonly delta: bigint
  readonly created_at: Date
}

/** The tickets at some positions of a draw, both included, with what each took from the wallet; by ascending position. */
const ticketsAt = (sql: PgClient.PgClient, id: DrawId, first: number, last: number) =>
  sql<RefundRow>`
    SELECT t.user_id, t.ticket_id, ((
      SELECT m.withdrawable_delta FROM transactions m WHERE m.user_id = t.user_id AND m.wallet_seq = t.wallet_seq
    ) * 100)::bigint AS delta, t.created_at
    FROM tickets t
    WHERE t.draw_id = ${id}::uuid AND t.position BETWEEN ${first}::int AND ${last}::int ORDER BY t.position`

/** A draw, some of its tickets, and the wallets of all who hold these; all but the tickets, which never change, are locked. */
export interface LockedForRefund {
  readonly draw: DrawState
  readonly tickets: ReadonlyArray<RefundRow>
  readonly wallets: ReadonlyMap<UserId, Wallet>
}

/** Locks the wallets of those who hold the tickets at some positions of a draw, then the draw. */
export const lockForRefund = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, id: DrawId, first: number, last: number) {
    const tickets = yield* ticketsAt(sql, id, first, last)
    const wallets = yield* lockWallets(sql, [...new Set(tickets.map((row) => userId(row.user_id)))])
    const draw = yield* lockDraw(sql, id)
    if (draw === undefined) return yield* Effect.die(new Error(`draw ${id} is gone`))
    return { draw, tickets, wallets }
  }
)

/** Pays these tickets back. */
export const refund = Effect.fnUntraced(function*(
  { newId, sql }: StepServices,
  { draw, tickets, wallets }: LockedForRefund
) {
  const moves: Array<WalletMoves> = []
  for (const [user, own] of Map.groupBy(tickets, (row) => userId(row.user_id))) {
    const wallet = wallets.get(user)
    if (wallet === undefined) {
      return yield* new StepImpossible({ message: `user ${user}, who is to be paid back, has no wallet` })
    }
    const refundable = own.map((row) => ({
      ticketId: ticketId(row.ticket_id),
      withdrawableDelta: cents(row.delta),
      purchasedAt: instantOf(row.created_at)
    }))
    const moved = refundTickets(draw.id, user, wallet, refundable, draw.clock)
    if (Result.isFailure(moved)) {
      return yield* new StepImpossible({ message: `the wallet of user ${user} cannot take a ticket's price back` })
    }
    moves.push({ userId: user, ...moved.success })
  }
  if (moves.length > 0) yield* writeAllMoves(sql, newId, draw.clock, moves)
})

/** Enqueues the mails to whom it concerns that a draw is void. */
const tell = Effect.fnUntraced(function*({ sql }: StepServices, draw: DrawState, record: VoidRecord) {
  const holders = yield* sql<{ readonly user_id: string }>`
    SELECT DISTINCT user_id FROM tickets WHERE draw_id = ${draw.id}::uuid ORDER BY user_id`
  const [room] = yield* sql<{ readonly host_id: string }>`SELECT host_id FROM lobbies WHERE id = ${draw.id}::uuid`
  const told = voidMailRecipients(record.reason, {
    holders: holders.map((row) => userId(row.user_id)),
    hostId: room === undefined ? null : userId(room.host_id)
  })
  for (let from = 0; from < told.length; from += mailsAtOnce) {
    const mails = told.slice(from, from + mailsAtOnce).map((user) => voidMail(draw, user))
    yield* insertMailJobs(
      sql,
      sql`
        SELECT m.id, m.element, ${from}::int + m.nth AS nth
        FROM unnest(${mails.map(({ id }) => id)}::text[], ${mails.map(({ job }) => JSON.stringify(job))}::text[])
          WITH ORDINALITY AS m (id, element, nth)`
    )
  }
})

/** Makes a draw void whose tickets are paid back: its record is published, and whom it concerns is told. Its row is locked. */
export const publishVoid = Effect.fnUntraced(function*(
  services: StepServices,
  draw: DrawState,
  record: VoidRecord,
  note: string
) {
  const { sql } = services
  yield* sql`
    UPDATE draws SET status = 'void', seed = ${record.seed}, result_note = ${note} WHERE id = ${draw.id}::uuid`
  yield* tellStatus(sql, draw.id)
  yield* tell(services, draw, record)
})

/**
 * Does the next step of a void that has begun, in one transaction; false where none is left to do, or another process is doing it. Waits
 * for that one neither here nor with wallets locked, so that those are free in between.
 */
export const refundNext = Effect.fnUntraced(function*(services: StepServices, id: DrawId) {
  const { sql } = services
  const step = Effect.gen(function*() {
    const [turn] = yield* sql<{ readonly free: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtextextended(${`void ${id}`}, 0)) AS free`
    if (turn?.free !== true) return false
    const unlocked = yield* readDraw(sql, id)
    const ahead = unlocked === undefined ? null : refundStep(unlocked)
    if (ahead === null) return false
    const [first, last] = ahead._tag === "Refund" ? [ahead.first, ahead.last] : [1, 0]
    yield* sql`SELECT set_config('lock_timeout', ${String(walletMillisMax)}, true)`
    const locked = yield* lockForRefund(sql, id, first, last)
    const next = refundStep(locked.draw)
    // a server of the release before, which takes no turns
    if (next === null || next._tag !== ahead._tag) return false
    if (next._tag === "Refund") {
      if (next.first !== first || next.last !== last) return false
      if (locked.tickets.length !== last - first + 1) {
        return yield* new StepImpossible({
          message: `draw ${id} has ${locked.tickets.length} tickets at the positions ${first} to ${last}`
        })
      }
      yield* refund(services, locked)
      yield* sql`UPDATE draws SET refunded_entries = ${last}::int WHERE id = ${id}::uuid`
      return true
    }
    const [kept] = yield* sql<{ readonly void_note: string }>`SELECT void_note FROM draws WHERE id = ${id}::uuid`
    if (kept === undefined) return yield* Effect.die(new Error(`draw ${id} is gone`))
    yield* publishVoid(services, locked.draw, next.record, kept.void_note)
    yield* Effect.logInfo(`draw ${id} is void: the price of each of its ${locked.draw.totalEntries} tickets is back`)
    return true
  })
  return yield* inTransaction(sql)(step)
})
