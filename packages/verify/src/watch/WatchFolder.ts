/**
 * The folder in which `ddd watch` keeps what it saw.
 *
 * `seen.ndjson` is the memory: a line a record, appended and flushed before anything is said of it, never written over. A line
 * that a crash cut off is no line, and the next one begins anew. The files beside it are for people and for `ddd verify`: made from
 * the memory, each complete or not there at all.
 */
import { type Day, type Instant, instant, parseDay, parseInstant } from "@ddd/core/values/Instant"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"

export const recordNames = ["open", "lock", "result"] as const
export type RecordName = typeof recordNames[number]

/** A record, and when it was first seen by the clock of this machine. */
export interface Seen {
  readonly at: Instant
  /** The day under which the server showed it. */
  readonly day: Day
  readonly name: RecordName
  /** The signed note. */
  readonly note: string
}

export interface WatchFolder {
  readonly path: string
  /** Everything kept so far, oldest first. */
  readonly seen: ReadonlyArray<Seen>
  /** Keeps a record, and gives the file that holds its note. */
  readonly keep: (seen: Seen) => string
  /** Where the note of a record is. */
  readonly fileOf: (seen: Pick<Seen, "day" | "name">) => string
  /** The keys that were kept, one a line; undefined before. */
  readonly keys: () => string | undefined
  readonly keepKeys: (text: string) => void
  /** The files of evidence that stand there, with when each was written. */
  readonly evidence: () => ReadonlyArray<{ readonly name: string; readonly at: Instant }>
  /** Writes evidence under a name, and gives the file. */
  readonly keepEvidence: (name: string, text: string) => string
  readonly evidenceFile: (name: string) => string
}

const evidencePrefix = "CHANGED-"

const isName = (value: unknown): value is RecordName => recordNames.some((name) => name === value)

/** Reads a line of the memory; undefined for one that was cut off, or is another program's. */
const seenIn = (line: string): Seen | undefined => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null) return undefined
  const { at, day, name, note } = value as Readonly<Record<string, unknown>>
  const when = typeof at === "string" ? parseInstant(at) : undefined
  const date = typeof day === "string" ? parseDay(day) : undefined
  if (when === undefined || date === undefined || !isName(name) || typeof note !== "string") return undefined
  return { at: when, day: date, name, note }
}

const flushFolder = (path: string): void => {
  const descriptor = fs.openSync(path, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Makes a file appear complete, or not at all. */
const writeWhole = (folder: string, name: string, text: string): string => {
  const file = join(folder, name)
  const part = `${file}.${process.pid}.${randomBytes(4).toString("hex")}.part`
  fs.writeFileSync(part, text, { flag: "wx", flush: true })
  fs.renameSync(part, file)
  flushFolder(folder)
  return file
}

const readIfThere = (file: string): string | undefined =>
  fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined

/** Opens the folder, made if there is none. Throws what the file system throws. */
export const openWatchFolder = (path: string): WatchFolder => {
  fs.mkdirSync(path, { recursive: true })
  const memory = join(path, "seen.ndjson")
  const text = readIfThere(memory) ?? ""
  const seen = text.split("\n").map(seenIn).filter((each) => each !== undefined)
  let isCutOff = text !== "" && !text.endsWith("\n")

  const nameOf = ({ day, name }: Pick<Seen, "day" | "name">): string => `${day}.${name}.note`
  const fileOf = (each: Pick<Seen, "day" | "name">): string => join(path, nameOf(each))

  // A crash may have come between the memory and the file made from it
  const first = new Map<string, Seen>()
  for (const each of seen) if (!first.has(nameOf(each))) first.set(nameOf(each), each)
  for (const [name, { note }] of first) {
    if (readIfThere(join(path, name)) !== note) writeWhole(path, name, note)
  }

  return {
    path,
    seen,
    fileOf,
    keep: (each) => {
      const { at, day, name, note } = each
      const line = JSON.stringify({ at: new Date(at).toISOString(), day, name, note })
      fs.appendFileSync(memory, `${isCutOff ? "\n" : ""}${line}\n`, { flush: true })
      isCutOff = false
      flushFolder(path)
      return writeWhole(path, nameOf(each), note)
    },
    keys: () => readIfThere(join(path, "keys.txt")),
    keepKeys: (keys) => {
      writeWhole(path, "keys.txt", keys)
    },
    evidence: () =>
      fs.readdirSync(path)
        .filter((name) => name.startsWith(evidencePrefix) && name.endsWith(".txt"))
        .map((name) => ({ name, at: instant(Math.trunc(fs.statSync(join(path, name)).mtimeMs)) })),
    keepEvidence: (name, evidence) => writeWhole(path, name, evidence),
    evidenceFile: (name) => join(path, name)
  }
}
