/**
 * What was acknowledged and published, remembered in a folder outside the database (docs/decisions/0053).
 *
 * Each process that has something to remember appends lines to a file of its own: written before an answer goes out, so that a killed
 * process has written it, and synced each second; records are synced at once. It reads the files of the others too. A file that grew is
 * replaced by what it amounts to; one whose process is gone is taken over by the next server.
 */
import type { DrawNotes } from "@ddd/core/draws/Draw"
import type { Lost, RememberedDraw } from "@ddd/core/draws/Remembered"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { type DrawId, drawId, isUuid } from "@ddd/core/values/Ids"
import { Data, Effect, Schedule, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"

/** The folder cannot be used. The message says what to do. */
export class ProofFolderUnusable extends Data.TaggedError("ProofFolderUnusable")<{ readonly message: string }> {}

/** Draws that are remembered at most, the newest; days and rooms of weeks. */
const drawsMax = 5_000
/** What was not touched for so long is forgotten: no backup that is put back is as old. */
const ageMillisMax = 60 * 24 * 3_600_000
/** From this size on a file is replaced by what it amounts to. */
const bytesMax = 8 * 1024 * 1024
/** A process shows by its file's time that it lives; whose file is older than this is gone. */
const goneMillis = 3_600_000
const aliveMillis = 60_000

interface Line {
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
const parseLine = (text: string): Line | undefined => {
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

/** What all files amount to. The draws that were touched last come last. */
class Remembered {
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
    const [oldest] = this.draws.keys()
    if (this.draws.size > drawsMax && oldest !== undefined) this.draws.delete(oldest)
    return true
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

const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`

const isOurs = (name: string): boolean => /^[0-9a-f-]{36}\.jsonl$/.test(name)

/** What was read of a file of another process. */
interface Seen {
  readonly ino: number
  readonly offset: number
}

class Files {
  readonly #folder: string
  readonly #name = `${randomUUID()}.jsonl`
  readonly #remembered = new Remembered()
  readonly #seen = new Map<string, Seen>()
  #descriptor: number | undefined
  #bytes = 0
  #isDirty = false
  #shownAt = 0
  #lost: ReadonlyArray<Lost> = []
  /** Why something could not be written, until it is said. */
  problem: unknown

  constructor(folder: string) {
    this.#folder = folder
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.readOthers()
  }

  readonly service: AcknowledgedService = {
    entriesOf: (id, epoch) => {
      const draw = this.#remembered.draws.get(id)
      return draw?.epoch === epoch ? draw.entries : 0
    },
    newestEpoch: () => this.#remembered.newestEpoch,
    all: () => [...this.#remembered.draws.values()].toReversed(),
    sold: (id, epoch, entries) => this.#write({ draw: id, epoch, entries, at: Date.now() }, false),
    published: (id, epoch, notes) => this.#write({ draw: id, epoch, notes, at: Date.now() }, true),
    begun: (epoch) => this.#write({ epoch, at: Date.now() }, true),
    lost: () => this.#lost,
    found: (lost) => {
      this.#lost = lost
    }
  }

  #write(line: Line, isLasting: boolean): void {
    if (!this.#remembered.take(line)) return
    try {
      const text = lineOf(line)
      const descriptor = this.#descriptor ?? this.#replace()
      fs.writeSync(descriptor, text)
      this.#bytes += text.length
      this.#isDirty = true
      if (isLasting) this.sync()
    } catch (error) {
      this.problem = error
    }
  }

  /** Writes our file anew, as all that is remembered; it appears whole or not at all. */
  #replace(): number {
    const path = join(this.#folder, this.#name)
    this.#remembered.forgetBefore(Date.now() - ageMillisMax)
    const text = this.#remembered.text()
    fs.writeFileSync(`${path}.part`, text, { mode: 0o600, flush: true })
    fs.renameSync(`${path}.part`, path)
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor)
    this.#descriptor = fs.openSync(path, "a", 0o600)
    this.#bytes = text.length
    this.#isDirty = false
    const directory = fs.openSync(this.#folder, "r")
    fs.fsyncSync(directory)
    fs.closeSync(directory)
    return this.#descriptor
  }

  sync(): void {
    if (this.#descriptor === undefined || !this.#isDirty) return
    fs.fsyncSync(this.#descriptor)
    this.#isDirty = false
  }

  /** Reads what the others have appended since it was read last. */
  readOthers(): void {
    for (const name of fs.readdirSync(this.#folder)) {
      if (!isOurs(name) || name === this.#name) continue
      const path = join(this.#folder, name)
      const { ino, size } = fs.statSync(path, { throwIfNoEntry: false }) ?? { ino: 0, size: 0 }
      const seen = this.#seen.get(name)
      const from = seen?.ino === ino ? seen.offset : 0
      if (size <= from) continue
      const text = fs.readFileSync(path).subarray(from)
      const end = text.lastIndexOf(10) + 1
      for (const line of text.subarray(0, end).toString("utf8").split("\n")) {
        const read = parseLine(line)
        if (read !== undefined) this.#remembered.take(read)
      }
      this.#seen.set(name, { ino, offset: from + end })
    }
  }

  /** Takes over the files of processes that are gone: what they hold is in ours first. */
  takeOver(): void {
    const before = Date.now() - goneMillis
    const gone = fs.readdirSync(this.#folder).filter((name) =>
      isOurs(name) && name !== this.#name && fs.statSync(join(this.#folder, name)).mtimeMs < before
    )
    if (gone.length === 0) return
    this.readOthers()
    this.#replace()
    for (const name of gone) fs.rmSync(join(this.#folder, name), { force: true })
  }

  /** What is done each second. */
  tick(): void {
    try {
      this.readOthers()
      if (this.#descriptor === undefined) return
      this.sync()
      // taken over by somebody who thought that we were gone
      const isGone = fs.fstatSync(this.#descriptor).nlink === 0
      if (isGone || this.#bytes > bytesMax) this.#replace()
      if (Date.now() - this.#shownAt < aliveMillis) return
      this.#shownAt = Date.now()
      fs.futimesSync(this.#descriptor, new Date(), new Date())
    } catch (error) {
      this.problem = error
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return
    this.sync()
    fs.closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

/**
 * Opens the folder of a database, for as long as the scope lives. `isServer`: files of processes that are gone are taken over.
 */
export const open = (
  folder: string,
  { isServer }: { readonly isServer: boolean }
): Effect.Effect<AcknowledgedService, ProofFolderUnusable, Scope.Scope> =>
  Effect.gen(function*() {
    const unusable = (error: unknown) =>
      new ProofFolderUnusable({
        message: `PROOF_DIR cannot be used: ${error instanceof Error ? error.message : String(error)}. ` +
          "Set it to a folder that this program may write, on a disk that is not put back together with the database."
      })
    const files = yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          const opened = new Files(folder)
          if (isServer) opened.takeOver()
          return opened
        },
        catch: unusable
      }),
      (opened) => Effect.sync(() => opened.close())
    )
    const tick = Effect.suspend(() => {
      files.tick()
      const { problem } = files
      files.problem = undefined
      return problem === undefined
        ? Effect.void
        : Effect.logError("what was sold or signed could not be remembered in PROOF_DIR", problem)
    })
    yield* Effect.forkScoped(Effect.repeat(tick, Schedule.spaced("1 second")))
    return files.service
  })
