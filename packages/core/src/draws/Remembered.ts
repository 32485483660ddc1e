/**
 * What was acknowledged and signed, remembered outside the database, and what a database lacks of it after a backup was put back.
 *
 * Positions that somebody holds must not be sold to somebody else, and no draw may have two records of one kind (docs/decisions/0053).
 */
import type { SentWithdrawal } from "../money/LostWithdrawal.ts"
import { measureText, type TakenMeasure } from "../money/Measure.ts"
import { formatCents } from "../money/Money.ts"
import { providerText } from "../money/ProviderId.ts"
import { parseRecord } from "../proof/RecordText.ts"
import type { DrawId } from "../values/Ids.ts"
import { type Day, formatInstant, type Instant } from "../values/Instant.ts"
import type { DrawNotes } from "./Draw.ts"

export type NoteKind = keyof DrawNotes

const noteKinds: ReadonlyArray<NoteKind> = ["open", "lock", "result"]

/** What is remembered of a draw. */
export interface RememberedDraw {
  readonly id: DrawId
  /** The newest epoch in which one of its tickets was acknowledged. */
  readonly epoch: number
  /** How many tickets it had then: the most that any answer told. */
  readonly entries: number
  /** Its signed records, as far as they were published; the void record stands in the result's place. */
  readonly notes: DrawNotes | null
}

/** A withdrawal that a provider may have been asked for, and the newest epoch that was known then. */
export interface RememberedWithdrawal extends SentWithdrawal {
  readonly epoch: number
}

/** A measure that was taken, and the newest epoch that was known then. */
export interface RememberedMeasure extends TakenMeasure {
  readonly epoch: number
}

/** What a database holds of a remembered draw; null where it has no such draw. */
export interface StoredDraw {
  readonly entries: number
  readonly notes: DrawNotes
}

/** Something acknowledged that a database does not hold. */
export type Lost =
  /** An epoch that had begun: a backup of before was put back once more. */
  | { readonly _tag: "Epoch"; readonly number: number }
  /** Tickets, by their positions. */
  | { readonly _tag: "Tickets"; readonly drawId: DrawId; readonly from: number; readonly to: number }
  /** A record that was published; the database has none of the kind, or another. */
  | { readonly _tag: "Record"; readonly drawId: DrawId; readonly kind: NoteKind; readonly note: string }
  /** Money that a provider may have been asked to pay out. */
  | { readonly _tag: "Withdrawal"; readonly withdrawal: SentWithdrawal }
  /** What protected a player. */
  | { readonly _tag: "Measure"; readonly taken: TakenMeasure }
  /** Nobody knows what else: `ddd restore` put a backup of that instant back, and no epoch has begun since. */
  | { readonly _tag: "PutBack"; readonly madeAt: Instant }

const textOfNote = (note: string): string => note.slice(0, note.lastIndexOf("\n\n") + 1)

/**
 * What a database lacks of a remembered draw. `epoch` is the database's own: tickets of earlier ones were lost before, and said to be so.
 * `isToldLost`: whether the record of this kind is known to be lost.
 */
export const lostOf = (
  remembered: RememberedDraw,
  stored: StoredDraw | null,
  epoch: number,
  isToldLost: (kind: NoteKind) => boolean
): ReadonlyArray<Lost> => {
  const { entries, id, notes } = remembered
  const lost: Array<Lost> = []
  const held = stored?.entries ?? 0
  if (remembered.epoch >= epoch && entries > held) {
    lost.push({ _tag: "Tickets", drawId: id, from: held + 1, to: entries })
  }
  for (const kind of noteKinds) {
    const note = notes?.[kind] ?? null
    const found = stored?.notes[kind] ?? null
    if (note === null || isToldLost(kind)) continue
    if (found === null || textOfNote(found) !== textOfNote(note)) lost.push({ _tag: "Record", drawId: id, kind, note })
  }
  return lost
}

/**
 * Which of what is remembered of players a database lacks. `isKnown`: whether it holds what has the id, or knows that it is lost. Of an
 * earlier epoch than its own says nothing: whoever began that may not have remembered it (docs/decisions/0114).
 */
export const lostOfPlayers = (
  withdrawals: ReadonlyArray<RememberedWithdrawal>,
  measures: ReadonlyArray<RememberedMeasure>,
  isKnown: (id: string) => boolean
): ReadonlyArray<Lost> => [
  // of what came to nothing, the money is in the wallet
  ...withdrawals.filter(({ id, isOver }) => !isOver && !isKnown(id)).map((withdrawal): Lost => ({
    _tag: "Withdrawal",
    withdrawal
  })),
  ...measures.filter(({ id }) => !isKnown(id)).map((taken): Lost => ({ _tag: "Measure", taken }))
]

/** Whether a draw that was read for a sale is behind what was acknowledged of it. */
export const isBehind = (
  read: { readonly entries: number; readonly epoch: number },
  acknowledged: { readonly entries: number; readonly newestEpoch: number }
): boolean => read.epoch < acknowledged.newestEpoch || read.entries < acknowledged.entries

/** The day whose draw is lost with its open record; null of anything else, and of rooms. */
export const lostDay = (lost: Lost): Day | null => {
  const record = lost._tag === "Record" && lost.kind === "open" ? parseRecord(textOfNote(lost.note)) : undefined
  return record?.type === "open" ? record.date : null
}

/** The epoch that begins after a loss: one that was never, neither in the database nor by what is remembered. */
export const nextEpoch = (stored: number, remembered: number): number => Math.max(stored, remembered) + 1

/** What was lost, in a line. */
export const lostText = (lost: Lost): string => {
  switch (lost._tag) {
    case "Epoch":
      return `epoch ${lost.number} had begun`
    case "Tickets":
      return `draw ${lost.drawId}: tickets at the positions ${lost.from} to ${lost.to}`
    case "Record":
      return `draw ${lost.drawId}: its ${lost.kind} record`
    case "Withdrawal": {
      const { amount, askedAt, id, provider, userId } = lost.withdrawal
      return `withdrawal ${id} of user ${userId}: $${formatCents(amount)}, asked for at ${
        formatInstant(askedAt)
      } and sent to ` +
        providerText(provider)
    }
    case "Measure":
      return `user ${lost.taken.userId} ${measureText(lost.taken.measure)}`
    case "PutBack":
      return `what else was done since ${formatInstant(lost.madeAt)}: a backup of that time was put back`
  }
}
