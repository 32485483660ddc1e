/**
 * How a draw is declared void: why nobody wins is published, every ticket's price goes back to its buyer, once, and whom it concerns is
 * told by mail (docs/fairness.md, "Records").
 *
 * A draw of up to `refundsAtOnce` tickets is declared void and paid back in one transaction. The void of a larger one, whose sales are over,
 * begins: its record is signed and kept, and nothing but the void can become of it any more. Then its tickets are paid back in the order
 * of their positions, so many in a transaction, and when all are, it is void, and the record is published: `refundStep`. So no player's
 * wallet is locked for longer than one such transaction takes (docs/decisions/0054-a-void-in-steps.md).
 */
import { Result } from "effect"
import type { Sha256 } from "../hash/Hash.ts"
import { spendReturned } from "../money/Limits.ts"
import { type Cents, ticketPrice } from "../money/Money.ts"
import { type MovedTogether, type Movement, refundTicket, type Wallet, type WalletRefusal } from "../money/Wallet.ts"
import { takingsOf } from "../proof/Outcome.ts"
import { recordHashHex, type VoidReason, type VoidRecord } from "../proof/Record.ts"
import { formatVoid, parseRecord } from "../proof/RecordText.ts"
import { toHex } from "../values/Bytes.ts"
import { type DrawId, type Position, position, type TicketId, type UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { DrawState } from "./DrawState.ts"
import { isAbandoned, isDue, type StepToDo } from "./DrawSteps.ts"
import { retiredAt } from "./EarlyVoid.ts"
import { lockAgain, lockByClock } from "./Locking.ts"
import { openRecordOf } from "./Opening.ts"

/** The void record: every ticket's price goes back to its buyer. `seed` is null where it could not be opened. */
export const voidRecord = (
  hash: Sha256,
  openText: string,
  lockText: string | null,
  reason: VoidReason,
  seed: Uint8Array | null,
  entries: number
): VoidRecord => ({
  type: "void",
  draw: openRecordOf(openText).draw,
  open: recordHashHex(hash, openText),
  lock: lockText === null ? null : recordHashHex(hash, lockText),
  reason,
  seed: seed === null ? null : toHex(seed),
  refund: takingsOf(entries).refund
})

/** A step that declares a draw void. */
export type VoidingStep = Extract<StepToDo, { readonly step: "expire" | "abandon" }>

/**
 * Why a draw is declared void by a step of the clockwork; null where it is not (any more, or yet). What is written is decided on a `draw`
 * that was read under its lock; asked without one, it says whether it is worth to lock anything. That a room is closed by its host is
 * decided by `rooms`, under the same lock.
 */
export const voidReason = (
  due: VoidingStep,
  draw: DrawState,
  seed: Uint8Array | null
): Exclude<VoidReason, "closed"> | null => {
  if (due.step === "expire") return isDue("expire", draw, draw.clock) ? "deadline" : null
  if (!isAbandoned(draw, due.reason, seed !== null, draw.clock)) return null
  if (due.reason === "retired" && draw.clock < retiredAt(draw.chainFollowedAt)) return null
  return due.reason === "retired" ? "beacon" : due.reason
}

/**
 * Whether a day is declared void since it was locked before a backup was put back, and the database has other tickets than its published
 * lock counts (`lockAgain`). `draw` is read under its lock, but for a first look.
 */
export const isLockedOtherwise = (hash: Sha256, draw: DrawState, published: string | null): boolean => {
  const locked = published === null ? null : lockByClock(hash, draw)
  return locked !== null && published !== null && lockAgain(locked, published) === null
}

/**
 * Why a draw is declared void again that a published record said to be void before a backup was put back, and that would be settled or
 * expire by now; null where none did. Nothing else may become of it, whatever keeps it from being drawn no more. `draw` is read under its
 * lock, but for a first look.
 */
export const reasonOfBefore = (draw: DrawState, published: string): VoidReason | null => {
  const record = parseRecord(published)
  if (record?.type !== "void" || record.draw !== draw.id) return null
  return isDue("settle", draw, draw.clock) || isDue("expire", draw, draw.clock) ? record.reason : null
}

/** The operator who declares a draw void before its time, to be kept with it; null where the server does, or a room's host. */
export const voidedBy = (due: VoidingStep): OperatorAct | null =>
  due.step === "abandon" && due.reason === "retired" ? due.by : null

/** What is written of a draw that is void, beside what is paid back (`refundTickets`) and who is told (`voidMailRecipients`). */
export interface Voided {
  readonly record: VoidRecord
  /** The record, to be signed. */
  readonly text: string
}

/** Declares a draw void. `draw` is read under its lock; `seed` is null where it cannot be opened, which keeps nobody's money. */
export const declareVoid = (
  hash: Sha256,
  draw: DrawState,
  reason: VoidReason,
  seed: Uint8Array | null
): Voided => {
  const record = voidRecord(hash, draw.openText, draw.lockText, reason, seed, draw.totalEntries)
  return { record, text: formatVoid(record) }
}

/** The most tickets whose prices are given back in one transaction, which locks their buyers' wallets. */
export const refundsAtOnce = 500

/** Whether the void of a draw begins, and its tickets are paid back in several steps; else all of it is one transaction. */
export const isVoidedInSteps = (
  { clock, closesAt, status, totalEntries }: Pick<DrawState, "clock" | "closesAt" | "status" | "totalEntries">
): boolean =>
  totalEntries > refundsAtOnce &&
  // no ticket is sold any more
  (status === "locked" || (status === "open" && closesAt !== null && closesAt <= clock))

/** What is to be done next of a void that has begun. */
export type RefundStep =
  /** Pay the tickets at these positions back, both included. */
  | { readonly _tag: "Refund"; readonly first: Position; readonly last: Position }
  /** All are paid back: declare the draw void, with the record that was kept. */
  | { readonly _tag: "End"; readonly record: VoidRecord }

/** What is to be done next of a draw whose void has begun; null where none has, or it has ended. Decided under the draw's lock. */
export const refundStep = (draw: DrawState): RefundStep | null => {
  const { refundedEntries, totalEntries, voidText } = draw
  if (voidText === null || !isDue("refund", draw, draw.clock)) return null
  if (refundedEntries < totalEntries) {
    return {
      _tag: "Refund",
      first: position(refundedEntries + 1),
      last: position(Math.min(refundedEntries + refundsAtOnce, totalEntries))
    }
  }
  const record = parseRecord(voidText)
  if (record?.type !== "void") throw new TypeError(`what is kept of draw ${draw.id} is no void record`)
  return { _tag: "End", record }
}

/** A ticket whose price is given back. */
export interface RefundableTicket {
  readonly ticketId: TicketId
  /** What paying for it took from the withdrawable part of the wallet: zero or negative. */
  readonly withdrawableDelta: Cents
  readonly purchasedAt: Instant
}

/**
 * Pays the tickets of a player back, one movement a ticket and what it repays of a debt, with the split between credit and winnings that
 * each had, and to what they limited, as far as the periods last in which they were bought. `wallet` is read under its lock; `tickets` are
 * those of the player that are paid back in this transaction, at least one.
 */
export const refundTickets = (
  drawId: DrawId,
  userId: UserId,
  wallet: Wallet,
  tickets: ReadonlyArray<RefundableTicket>,
  now: Instant
): Result.Result<MovedTogether, WalletRefusal> => {
  let after = wallet
  const movements: Array<Movement> = []
  for (const { purchasedAt, ticketId, withdrawableDelta } of tickets) {
    const moved = refundTicket(after, userId, withdrawableDelta, drawId, ticketId)
    if (Result.isFailure(moved)) return Result.fail(moved.failure)
    after = moved.success.wallet
    if (after.limits !== null) {
      after = { ...after, limits: spendReturned(after.limits, ticketPrice, purchasedAt, now) }
    }
    movements.push(...moved.success.movements)
  }
  return Result.succeed({ wallet: after, movements })
}

/** Who is told that a draw is void: those whose money came back, but for a host who closed the room and knows. `hostId`: of a room. */
export const voidMailRecipients = (
  reason: VoidReason,
  { holders, hostId }: { readonly holders: ReadonlyArray<UserId>; readonly hostId: UserId | null }
): ReadonlyArray<UserId> => reason === "closed" ? holders.filter((holder) => holder !== hostId) : holders

/** The mail to one of them. */
export const voidMail = ({ id, kind }: Pick<DrawState, "id" | "kind">, userId: UserId): NewJob => ({
  id: `closed ${id} ${userId}`,
  job: { _tag: kind === "room" ? "MailRoomClosed" : "MailDrawVoid", userId, drawId: id }
})
