/**
 * Port: what was acknowledged to players and published, what was paid out, and what protects players, remembered outside the database, which may be put back to an earlier state.
 *
 * Nothing here waits or fails. What cannot be written at once is kept in the process, and is a `problem`, upon which nothing more is sold or
 * signed until it is written.
 */
import { Context } from "effect"
import type { DrawNotes } from "../draws/Draw.ts"
import type { Lost, RememberedDraw, RememberedMeasure, RememberedWithdrawal } from "../draws/Remembered.ts"
import type { SentWithdrawal } from "../money/LostWithdrawal.ts"
import type { TakenMeasure } from "../money/Measure.ts"
import type { DrawId, UserId } from "../values/Ids.ts"

export interface AcknowledgedService {
  /** The most tickets of a draw that any answer told in this epoch; zero where none did. */
  readonly entriesOf: (drawId: DrawId, epoch: number) => number
  readonly newestEpoch: () => number
  /** All draws that are remembered, the newest first. */
  readonly all: () => ReadonlyArray<RememberedDraw>
  /** To be called once a sale has committed, and before its answers go out: from then on a killed process has told it too. */
  readonly sold: (drawId: DrawId, epoch: number, entries: number) => void
  /** The records of a draw that are published. Durable once this returns, unless there is a `problem`. */
  readonly published: (drawId: DrawId, epoch: number, notes: DrawNotes) => void
  readonly withdrawals: () => ReadonlyArray<RememberedWithdrawal>
  /** Those of one player, at the cost of so many. */
  readonly withdrawalsOf: (userId: UserId) => ReadonlyArray<RememberedWithdrawal>
  /** In the order in which they were taken. */
  readonly measures: () => ReadonlyArray<RememberedMeasure>
  /** To be called before a provider is first asked for their transfers, and once they are over. Durable as records are. */
  readonly sent: (withdrawals: ReadonlyArray<SentWithdrawal>) => void
  /** To be called once measures have committed, and before that is answered. Durable as records are. */
  readonly took: (measures: ReadonlyArray<TakenMeasure>) => void
  /** An epoch has begun. Durable once this returns, unless there is a `problem`. */
  readonly begun: (epoch: number) => void
  /** What the database was last found to lack; none while it holds all that is remembered. */
  readonly lost: () => ReadonlyArray<Lost>
  readonly found: (lost: ReadonlyArray<Lost>) => void
  /** Files with lines that were written whole and cannot be read: what they told is not known. */
  readonly unreadable: () => ReadonlyArray<{ readonly file: string; readonly lines: number }>
  /** Why nothing can be remembered at present, and what to do; null where it can. */
  readonly problem: () => string | null
}

/** Remembers nothing, and so notices no loss. */
export const nothingAcknowledged: AcknowledgedService = {
  entriesOf: () => 0,
  newestEpoch: () => 0,
  all: () => [],
  sold: () => undefined,
  published: () => undefined,
  withdrawals: () => [],
  withdrawalsOf: () => [],
  measures: () => [],
  sent: () => undefined,
  took: () => undefined,
  begun: () => undefined,
  lost: () => [],
  found: () => undefined,
  unreadable: () => [],
  problem: () => null
}

export const Acknowledged = Context.Reference<AcknowledgedService>("@ddd/core/ports/Acknowledged", {
  defaultValue: () => nothingAcknowledged
})
