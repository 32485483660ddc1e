/** The records that were kept of a server, and what is asked of them. */
import { parseNote } from "@ddd/core/proof/Note"
import type { DrawRecord } from "@ddd/core/proof/Record"
import { parseRecord } from "@ddd/core/proof/RecordText"
import type { Day } from "@ddd/core/values/Instant"
import type { RecordName, Seen } from "./WatchFolder.ts"

export interface KeptRecords {
  /** Oldest first. */
  readonly all: () => ReadonlyArray<Seen>
  /** The first that was kept of a draw's records of this name. */
  readonly find: (day: Day, name: RecordName) => Seen | undefined
  /** The same, as a record; undefined also where its note holds none. */
  readonly record: (day: Day, name: RecordName) => DrawRecord | undefined
  /** The days of which something was kept, oldest first. */
  readonly days: () => ReadonlyArray<Day>
  /** Whether nothing more can come of a draw's sale: it is locked, or decided. */
  readonly isLocked: (day: Day) => boolean
  readonly add: (seen: Seen) => void
}

/** The text of a note that was kept or is shown; all of it where it is no note, so that any change of it is a change. */
export const textOrNote = (note: string): string => parseNote(note)?.text ?? note

export const keptRecords = (before: ReadonlyArray<Seen>): KeptRecords => {
  const all = [...before]
  const find = (day: Day, name: RecordName): Seen | undefined =>
    all.find((seen) => seen.day === day && seen.name === name)
  return {
    all: () => all,
    find,
    record: (day, name) => {
      const seen = find(day, name)
      return seen === undefined ? undefined : parseRecord(textOrNote(seen.note))
    },
    days: () => [...new Set(all.map(({ day }) => day))].sort(),
    isLocked: (day) => find(day, "lock") !== undefined || find(day, "result") !== undefined,
    add: (seen) => void all.push(seen)
  }
}
