/**
 * The step by which a locked draw is settled: the seed is revealed, winner and house are paid, the result is published, and the winner's
 * mail is enqueued, as is what is told on devices; all in one transaction.
 *
 * The outcome is computed from the locked draw, which no longer changes, and its result signed, before any lock is taken; then wallets by
 * ascending user id, then the draw, whose state is checked again (docs/design.md, "Money", lock order).
 */
import {
  outcomeOf,
  resultOf,
  settle,
  settleableDraw,
  type SettledBy,
  usersToPay,
  type WinningTicket
} from "@ddd/core/draws/Settlement"
import { type DrawId, type Position, ticketId, type UserId, userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { inTransaction } from "../database/Transaction.ts"
import { addJobs } from "../jobs/OutboxPg.ts"
import { lockWallets, writeAllMoves } from "../money/WalletMoves.ts"
import { addNotices } from "../push/NoticeRows.ts"
import { tellStatus } from "./DrawEventsPg.ts"
import { signOnce } from "./LostRecords.ts"
import { lockDraw, readDraw } from "./ReadDraw.ts"
import { openSeed, StepImpossible, type StepServices } from "./StepServices.ts"

const ticketAt = (sql: PgClient.PgClient, draw: DrawId, position: Position | null) =>
  Effect.map(
    sql<{ readonly ticket_id: string; readonly user_id: string }>`
      SELECT ticket_id, user_id FROM tickets WHERE draw_id = ${draw}::uuid AND position = ${position}::int`,
    ([row]): WinningTicket | null =>
      row === undefined ? null : { ticketId: ticketId(row.ticket_id), userId: userId(row.user_id) }
  )

/** Under the wallet's lock, which whoever changes it has. */
const isVerified = (sql: PgClient.PgClient, user: UserId) =>
  Effect.map(
    sql<{ readonly kyc_status: KycStatus }>`SELECT kyc_status FROM users WHERE id = ${user}::uuid`,
    ([row]) => row?.kyc_status === "verified"
  )

/** `locked → drawn`; false where it is not to be drawn (any more, or yet). */
export const settleDraw = Effect.fnUntraced(function*(services: StepServices, id: DrawId, by: SettledBy) {
  const { newId, outbox, sealing: { sha256 }, sql } = services
  const unlocked = yield* readDraw(sql, id)
  const found = unlocked === undefined ? null : settleableDraw(unlocked, by)
  if (found === null) return false
  const seed = yield* openSeed(services, id)
  const chain = yield* services.chains.named(found.chainHash)
  const outcome = outcomeOf(sha256, found.openText, found.lockText, seed, found.beaconSignature, chain)
  const winner = yield* ticketAt(sql, id, outcome.winningPosition)
  const { record, text } = resultOf(sha256, found, seed, outcome, winner)
  const note = yield* signOnce(services, id, "result", text)

  const pay = Effect.gen(function*() {
    const wallets = yield* lockWallets(sql, usersToPay(winner))
    const draw = yield* lockDraw(sql, id)
    if (draw === undefined) return false
    const { awaitIdentityFrom, roomPrizeHold: roomPrizeHoldMillis } = services
    const isWinnerVerified = winner !== null && awaitIdentityFrom !== null && (yield* isVerified(sql, winner.userId))
    const facts = { draw, by, outcome, winner, wallets, roomPrizeHoldMillis, awaitIdentityFrom, isWinnerVerified }
    const decided = settle(facts)
    if (Result.isFailure(decided)) {
      const { _tag, userId: user } = decided.failure
      const why = _tag === "NoWallet" ? "has no wallet" : "has a wallet that cannot hold it"
      return yield* new StepImpossible({ message: `user ${user}, who is to be paid, ${why}` })
    }
    const settled = decided.success
    if (settled === null) return false
    if (settled.moves.length > 0) yield* writeAllMoves(sql, newId, settled.drawnAt, settled.moves)
    yield* sql`
      UPDATE draws SET status = 'drawn', seed = ${record.seed}, result_note = ${note},
        winning_position = ${record.winner?.position ?? null}::int,
        drawn_at = ${formatInstant(settled.drawnAt)}::timestamptz
      WHERE id = ${id}::uuid`
    yield* tellStatus(sql, id)
    yield* addJobs(outbox, settled.jobs)
    yield* addNotices(sql, settled.notices)
    return true
  })
  return yield* pay.pipe(inTransaction(sql))
})
