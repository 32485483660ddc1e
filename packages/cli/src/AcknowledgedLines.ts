/** What is remembered in PROOF_DIR, as lines of text, and what they amount to together. */
import type { DrawNotes } from "@ddd/core/draws/Draw"
import type { RememberedDraw, RememberedMeasure } from "@ddd/core/draws/Remembered"
import type { SentWithdrawal } from "@ddd/core/money/LostWithdrawal"
import { measureKey, type TakenMeasure } from "@ddd/core/money/Measure"
import { type DrawId, drawId, isUuid } from "@ddd/core/values/Ids"
import { crc32 } from "node:zlib"
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

/** The last member of a line: the CRC-32 of its text without it. Lines of earlier releases have none. */
const sumForm = /,"sum":"([0-9a-f]{8})"\}$/

const sumOf = (text: string): string => crc32(text).toString(16).padStart(8, "0")

const hasItsSum = (text: string): boolean => {
  const [sum = "", digits] = sumForm.exec(text) ?? []
  return digits !== undefined && sumOf(`${text.slice(0, -sum.length)}}`) === digits
}

/** A line; undefined for one that is damaged, or that says what this program does not know. */
export const parseLine = (text: string): Line | undefined => {
  try {
    const read: Partial<Record<keyof Line | "sum", unknown>> = Object(JSON.parse(text))
    if (read.sum !== undefined && !hasItsSum(text)) return undefined
    if (!isCount(read.epoch) || !isCount(read.at)) return undefined
    const notes = readNotes(read.notes)
    const withdrawal = read.withdrawal === undefined ? undefined : readWithdrawal(read.withdrawal)
    const measure = read.measure === undefined ? undefined : readMeasure(read.measure)
    const unknown = [[read.notes, notes], [read.withdrawal, withdrawal], [read.measure, measure]].some((
      [said, known]
    ) => said !== undefined && known === undefined)
    const draw = typeof read.draw === "string" && isUuid(read.draw) ? read.draw : undefined
    const entries = isCount(read.entries) ? read.entries : undefined
    if (
      unknown || draw === undefined && read.draw !== undefined || entries === undefined && read.entries !== undefined
    ) {
      return undefined
    }
    return {
      epoch: read.epoch,
      at: read.at,
      ...draw === undefined ? {} : { draw },
      ...entries === undefined ? {} : { entries },
      ...notes === undefined ? {} : { notes },
      ...withdrawal === undefined ? {} : { withdrawal },
      ...measure === undefined ? {} : { measure }
    }
  } catch {
    return undefined
  }
}

const isDay = ({ open }: DrawNotes): boolean => open.includes("\nkind daily\n")

/** What is forgotten last, the greatest: a day, a room that is locked, one that has tickets, one that is nobody's loss. */
const rankOf = ({ entries, notes }: RememberedDraw): number => {
  if (notes !== null && isDay(notes)) return 3
  if (notes !== null && notes.lock !== null) return 2
  return entries > 0 ? 1 : 0
}

/** What all files of a folder amount to. The draws that were touched last come last. */
export class Remembered {
  readonly draws = new Map<DrawId, RememberedDraw & { readonly at: number }>()
  readonly withdrawals = new Withdrawals(ofPlayersMax)
  /** Of each player and kind the newest. */
  readonly measures = new Map<string, RememberedMeasure & { readonly at: number }>()
  /** The same by player and kind. */
  readonly #newest = new Map<string, RememberedMeasure>()
  /** Those that are limits. */
  readonly #limits = new Map<string, RememberedMeasure>()
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
    const key = measureKey(measure)
    const before = this.#newest.get(key)
    if (before !== undefined && (before.id > measure.id || before.id === measure.id && before.epoch >= epoch)) {
      return false
    }
    if (before !== undefined) this.#forgetMeasure(before)
    const after = { ...measure, epoch, at }
    this.measures.set(measure.id, after)
    this.#newest.set(key, after)
    if (measure.measure._tag === "Limited") this.#limits.set(measure.id, after)
    if (this.measures.size > ofPlayersMax) {
      // limits, which players change as often as they like, before what bars and freezes
      const [first] = this.#limits.size > 0 ? this.#limits.values() : this.measures.values()
      if (first !== undefined) this.#forgetMeasure(first)
    }
    return true
  }

  #forgetMeasure(measure: RememberedMeasure): void {
    const key = measureKey(measure)
    if (this.#newest.get(key)?.id === measure.id) this.#newest.delete(key)
    this.measures.delete(measure.id)
    this.#limits.delete(measure.id)
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

  /** Forgets what matters least, and of that what was touched longest ago: players make as many rooms as they like. */
  #forgetOne(): void {
    let found: DrawId | undefined
    let least = Infinity
    for (const [id, draw] of this.draws) {
      const rank = rankOf(draw)
      if (rank >= least) continue
      found = id
      least = rank
      if (rank === 0) break
    }
    if (found !== undefined) this.draws.delete(found)
  }

  forgetBefore(at: number): void {
    for (const draw of this.draws.values()) if (draw.at < at) this.draws.delete(draw.id)
    this.withdrawals.forgetBefore(at)
    for (const one of this.measures.values()) if (one.at < at) this.#forgetMeasure(one)
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

export const lineOf = ({ measure, withdrawal, ...line }: Line): string => {
  const text = JSON.stringify({
    ...line,
    ...withdrawal === undefined ? {} : { withdrawal: writtenWithdrawal(withdrawal) },
    ...measure === undefined ? {} : { measure: written(measure) }
  })
  return `${text.slice(0, -1)},"sum":"${sumOf(text)}"}\n`
}
