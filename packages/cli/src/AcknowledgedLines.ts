/** What is remembered in PROOF_DIR, as lines of text, and what they amount to together. */
import type { DrawNotes } from "@ddd/core/draws/Draw"
import type { RememberedDraw, RememberedMeasure } from "@ddd/core/draws/Remembered"
import type { SentWithdrawal } from "@ddd/core/money/LostWithdrawal"
import type { TakenMeasure } from "@ddd/core/money/Measure"
import { type DrawId, drawId, isUuid } from "@ddd/core/values/Ids"
import { readMeasure, readWithdrawal, written, writtenWithdrawal } from "./AcknowledgedPlayers.ts"
import { Withdrawals } from "./AcknowledgedWithdrawals.ts"

/** Draws that are remembered at most: days, and the rooms that were touched last. */
const drawsMax = 5_000

/** Withdrawals, and measures, that are remembered at most: of more, the newest. */
const ofPlayersMax = 100_000

/** A line of such a file: an epoch, what was told of a draw, a withdrawal that was sent, or a measure that was taken. */
export interface Line {
  readonly draw?: string
  readonly epoch: number
  readonly entries?: number
  readonly notes?: DrawNotes
  readonly withdrawal?: SentWithdrawal
  readonly measure?: TakenMeasure
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly at: number
}

const isNoteOrNull = (value: unknown): value is string | null => value === null || typeof value === "string"
const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

const readNotes = (value: unknown): DrawNotes | undefined => {
  const { lock, open, result }: { open?: unknown; lock?: unknown; result?: unknown } = Object(value)
  return typeof open === "string" && isNoteOrNull(lock) && isNoteOrNull(result) ? { open, lock, result } : undefined
}

/** A line; undefined for the half of one that a crash left, and for anything else. */
export const parseLine = (text: string): Line | undefined => {
  try {
    const read: Partial<Record<keyof Line, unknown>> = Object(JSON.parse(text))
    if (!isCount(read.epoch) || !isCount(read.at)) return undefined
    const notes = readNotes(read.notes)
    const withdrawal = read.withdrawal === undefined ? undefined : readWithdrawal(read.withdrawal)
    const measure = read.measure === undefined ? undefined : readMeasure(read.measure)
    return {
      epoch: read.epoch,
      at: read.at,
      ...typeof read.draw === "string" && isUuid(read.draw) ? { draw: read.draw } : {},
      ...isCount(read.entries) ? { entries: read.entries } : {},
      ...notes === undefined ? {} : { notes },
      ...withdrawal === undefined ? {} : { withdrawal },
      ...measure === undefined ? {} : { measure }
    }
  } catch {
    return undefined
  }
}

const isDay = ({ open }: DrawNotes): boolean => open.includes("\nkind daily\n")

/** What all files of a folder amount to. The draws that were touched last come last. */
export class Remembered {
  readonly draws = new Map<DrawId, RememberedDraw & { readonly at: number }>()
  readonly withdrawals = new Withdrawals(ofPlayersMax)
  readonly measures = new Map<string, RememberedMeasure & { readonly at: number }>()
  newestEpoch = 0

  /** Takes a line in; whether it told anything new. */
  take(line: Line): boolean {
    const { at, epoch, measure, withdrawal } = line
    const isNewEpoch = epoch > this.newestEpoch
    if (isNewEpoch) this.newestEpoch = epoch
    const isNew = withdrawal !== undefined
      ? this.#takeWithdrawal(withdrawal, epoch, at)
      : measure !== undefined
      ? this.#takeMeasure(measure, epoch, at)
      : this.#takeDraw(line)
    return isNew || isNewEpoch
  }

  #takeWithdrawal(withdrawal: SentWithdrawal, epoch: number, at: number): boolean {
    const before = this.withdrawals.get(withdrawal.id)
    const after = {
      ...withdrawal,
      attempt: Math.max(withdrawal.attempt, before?.attempt ?? 0),
      isOver: withdrawal.isOver || before?.isOver === true,
      epoch: Math.max(epoch, before?.epoch ?? 0),
      at: Math.max(at, before?.at ?? 0)
    }
    if (
      before !== undefined && after.attempt === before.attempt && after.isOver === before.isOver &&
      after.epoch === before.epoch
    ) return false
    this.withdrawals.set(after)
    return true
  }

  #takeMeasure(measure: TakenMeasure, epoch: number, at: number): boolean {
    const before = this.measures.get(measure.id)
    if (before !== undefined && before.epoch >= epoch) return false
    this.measures.set(measure.id, { ...measure, epoch, at })
    const [first] = this.measures.keys()
    if (this.measures.size > ofPlayersMax && first !== undefined) this.measures.delete(first)
    return true
  }

  #takeDraw({ at, draw, entries = 0, epoch, notes }: Line): boolean {
    if (draw === undefined) return false
    const id = drawId(draw)
    const before = this.draws.get(id)
    const isNewer = before === undefined || epoch > before.epoch
    const most = isNewer ? entries : epoch === before.epoch ? Math.max(entries, before.entries) : before.entries
    const after = {
      id,
      at: Math.max(at, before?.at ?? 0),
      epoch: Math.max(epoch, before?.epoch ?? 0),
      entries: most,
      notes: mergeNotes(before?.notes ?? null, notes ?? null)
    }
    const isNew = before === undefined || after.epoch > before.epoch || after.entries > before.entries ||
      JSON.stringify(after.notes) !== JSON.stringify(before.notes)
    if (!isNew) return false
    this.draws.delete(id)
    this.draws.set(id, after)
    if (this.draws.size > drawsMax) this.#forgetOne()
    return true
  }

  /** Forgets what was touched longest ago; days last, of which there are few: players make as many rooms as they like. */
  #forgetOne(): void {
    let found: DrawId | undefined
    for (const [id, { notes }] of this.draws) {
      found ??= id
      if (notes !== null && isDay(notes)) continue
      found = id
      break
    }
    if (found !== undefined) this.draws.delete(found)
  }

  forgetBefore(at: number): void {
    for (const draw of this.draws.values()) if (draw.at < at) this.draws.delete(draw.id)
    this.withdrawals.forgetBefore(at)
    for (const one of this.measures.values()) if (one.at < at) this.measures.delete(one.id)
  }

  text(): string {
    const lines = Array.from(
      this.draws.values(),
      ({ at, entries, epoch, id, notes }) =>
        lineOf({ draw: id, epoch, entries, at, ...notes === null ? {} : { notes } })
    )
    const ofPlayers = [
      ...Array.from(this.withdrawals.all(), ({ at, epoch, ...withdrawal }) => lineOf({ epoch, at, withdrawal })),
      ...Array.from(this.measures.values(), ({ at, epoch, ...measure }) => lineOf({ epoch, at, measure }))
    ]
    return lineOf({ epoch: this.newestEpoch, at: Date.now() }) + lines.join("") + ofPlayers.join("")
  }
}

/** The first record that was published of a kind is the one that counts. */
const mergeNotes = (before: DrawNotes | null, after: DrawNotes | null): DrawNotes | null =>
  before === null || after === null
    ? before ?? after
    : { open: before.open, lock: before.lock ?? after.lock, result: before.result ?? after.result }

export const lineOf = ({ measure, withdrawal, ...line }: Line): string =>
  `${
    JSON.stringify({
      ...line,
      ...withdrawal === undefined ? {} : { withdrawal: writtenWithdrawal(withdrawal) },
      ...measure === undefined ? {} : { measure: written(measure) }
    })
  }\n`
