/**
 * How a draw is declared void: why nobody wins is published, every ticket's price goes back to its buyer, once, and whom it concerns is
 * told by mail (docs/fairness.md, "Records").
 */
import { Result } from "effect"
import type { Sha256 } from "../hash/Hash.ts"
import type { Cents } from "../money/Money.ts"
import { type MovedTogether, type Movement, refundTicket, type Wallet, type WalletRefusal } from "../money/Wallet.ts"
import { takingsOf } from "../proof/Outcome.ts"
import { recordHashHex, type VoidReason, type VoidRecord } from "../proof/Record.ts"
import { formatVoid } from "../proof/RecordText.ts"
import { toHex } from "../values/Bytes.ts"
import type { DrawId, TicketId, UserId } from "../values/Ids.ts"
import type { NewJob } from "../values/Job.ts"
import type { DrawKind } from "./Draw.ts"
import type { DrawState } from "./DrawState.ts"
import { isAbandoned, isDue, type StepToDo } from "./DrawSteps.ts"
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
  return due.reason === "retired" ? "beacon" : due.reason
}

/** The operator who declares a draw void before its time, to be kept with it; null where the server does, or a room's host. */
export const voidedBy = (due: VoidingStep): string | null =>
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

/** A ticket whose price is given back. */
export interface RefundableTicket {
  readonly ticketId: TicketId
  /** What paying for it took from the withdrawable part of the wallet: zero or negative. */
  readonly withdrawableDelta: Cents
}

/**
 * Pays the tickets of a player back, one movement a ticket and what it repays of a debt, with the split between credit and winnings that
 * each had. `wallet` is read under its lock; `tickets` are all of the player's in the draw, at least one.
 */
export const refundTickets = (
  drawId: DrawId,
  userId: UserId,
  wallet: Wallet,
  tickets: ReadonlyArray<RefundableTicket>
): Result.Result<MovedTogether, WalletRefusal> => {
  let after = wallet
  const movements: Array<Movement> = []
  for (const { ticketId, withdrawableDelta } of tickets) {
    const moved = refundTicket(after, userId, withdrawableDelta, drawId, ticketId)
    if (Result.isFailure(moved)) return Result.fail(moved.failure)
    after = moved.success.wallet
    movements.push(...moved.success.movements)
  }
  return Result.succeed({ wallet: after, movements })
}

/**
 * Who is told that a draw is void: of a room each member, unless the server closes one in which nobody ever bought; of a day those who had
 * tickets.
 */
export const voidMailRecipients = (
  kind: DrawKind,
  reason: VoidReason,
  { holders, members }: { readonly holders: ReadonlyArray<UserId>; readonly members: ReadonlyArray<UserId> }
): ReadonlyArray<UserId> => kind === "room" && (reason === "closed" || holders.length > 0) ? members : holders

/** The mail to one of them. */
export const voidMail = ({ id, kind }: Pick<DrawState, "id" | "kind">, userId: UserId): NewJob => ({
  id: `closed ${id} ${userId}`,
  job: { _tag: kind === "room" ? "MailRoomClosed" : "MailDrawVoid", userId, drawId: id }
})
