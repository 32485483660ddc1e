/**
 * Port: what was acknowledged to players and published, remembered outside the database, which may be put back to an earlier state.
 *
 * Nothing here waits or fails. What cannot be written at once is kept in the process, and is a `problem`, upon which nothing more is sold or
 * signed until it is written.
 */
import { Context } from "effect"
import type { DrawNotes } from "../draws/Draw.ts"
import type { Lost, RememberedDraw } from "../draws/Remembered.ts"
import type { DrawId } from "../values/Ids.ts"

export interface AcknowledgedService {
  /** The most tickets of a draw that any answer told in this epoch; zero where none did. */
  readonly entriesOf: (drawId: DrawId, epoch: number) => number
  readonly newestEpoch: () => number
  /** All that is remembered, the newest first. */
  readonly all: () => ReadonlyArray<RememberedDraw>
  /** To be called once a sale has committed, and before its answers go out: from then on a killed process has told it too. */
  readonly sold: (drawId: DrawId, epoch: number, entries: number) => void
  /** The records of a draw that are published. Durable once this returns, unless there is a `problem`. */
  readonly published: (drawId: DrawId, epoch: number, notes: DrawNotes) => void
  /** An epoch has begun. Durable once this returns, unless there is a `problem`. */
  readonly begun: (epoch: number) => void
  /** What the database was last found to lack; none while it holds all that is remembered. */
  readonly lost: () => ReadonlyArray<Lost>
  readonly found: (lost: ReadonlyArray<Lost>) => void
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
  begun: () => undefined,
  lost: () => [],
  found: () => undefined,
  problem: () => null
}

export const Acknowledged = Context.Reference<AcknowledgedService>("@ddd/core/ports/Acknowledged", {
  defaultValue: () => nothingAcknowledged
})
