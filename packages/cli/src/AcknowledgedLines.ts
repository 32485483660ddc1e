/** What is remembered in PROOF_DIR, as lines of text, and what they amount to together. */
import type { DrawNotes } from "@ddd/core/draws/Draw"
import type { RememberedDraw } from "@ddd/core/draws/Remembered"
import { type DrawId, drawId, isUuid } from "@ddd/core/values/Ids"

/** Draws that are remembered at most: days, and the rooms that were touched last. */
const drawsMax = 5_000

/** A line of such a file: an epoch, or what was told of a draw. */
export interface Line {
  readonly draw?: string
  readonly epoch: number
  readonly entries?: number
  readonly notes?: DrawNotes
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
    return {
      epoch: read.epoch,
      at: read.at,
      ...typeof read.draw === "string" && isUuid(read.draw) ? { draw: read.draw } : {},
      ...isCount(read.entries) ? { entries: read.entries } : {},
      ...notes === undefined ? {} : { notes }
    }
  } catch {
    return undefined
  }
}

const isDay = ({ open }: DrawNotes): boolean => open.includes("\nkind daily\n")

/** What all files of a folder amount to. The draws that were touched last come last. */
export class Remembered {
  readonly draws = new Map<DrawId, RememberedDraw & { readonly at: number }>()
  newestEpoch = 0

  /** Takes a line in; whether it told anything new. */
  take({ at, draw, entries = 0, epoch, notes }: Line): boolean {
    const isNewEpoch = epoch > this.newestEpoch
    if (isNewEpoch) this.newestEpoch = epoch
    if (draw === undefined) return isNewEpoch
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
    if (!isNew) return isNewEpoch
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
  }

  text(): string {
    const lines = Array.from(
      this.draws.values(),
      ({ at, entries, epoch, id, notes }) =>
        lineOf({ draw: id, epoch, entries, at, ...notes === null ? {} : { notes } })
    )
    return lineOf({ epoch: this.newestEpoch, at: Date.now() }) + lines.join("")
  }
}

/** The first record that was published of a kind is the one that counts. */
const mergeNotes = (before: DrawNotes | null, after: DrawNotes | null): DrawNotes | null =>
  before === null || after === null
    ? before ?? after
    : { open: before.open, lock: before.lock ?? after.lock, result: before.result ?? after.result }

export const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`
