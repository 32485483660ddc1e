/** The records that were kept of a server, and what is asked of them: each answer costs the same after years. */
import { parseNote } from "@ddd/core/proof/Note"
import type { DrawRecord } from "@ddd/core/proof/Record"
import { parseRecord } from "@ddd/core/proof/RecordText"
import type { Day } from "@ddd/core/values/Instant"
import type { RecordName, Seen } from "./WatchFolder.ts"

export interface KeptRecords {
  /** The first that was kept of a draw's records of this name. */
  readonly find: (day: Day, name: RecordName) => Seen | undefined
  /** The first of this name that names the draw, under whatever day. */
  readonly ofDraw: (draw: string, name: RecordName) => Seen | undefined
  /** The same as `find`, as a record; undefined also where its note holds none. */
  readonly record: (day: Day, name: RecordName) => DrawRecord | undefined
  /** The newest days of which something was kept, at most so many, oldest first. */
  readonly newestDays: (count: number) => ReadonlyArray<Day>
  /** Whether nothing more can come of a draw's sale: it is locked, or decided. */
  readonly isLocked: (day: Day) => boolean
  readonly add: (seen: Seen) => void
}

/** The text of a note that was kept or is shown; all of it where it is no note, so that any change of it is a change. */
export const textOrNote = (note: string): string => parseNote(note)?.text ?? note

export const keptRecords = (before: ReadonlyArray<Seen>): KeptRecords => {
  const byDay = new Map<string, Seen>()
  const byDraw = new Map<string, Seen>()
  /** Oldest first. */
  const days: Array<Day> = []

  const addDay = (day: Day): void => {
    let at = days.length
    while (at > 0 && (days[at - 1] ?? day) > day) at--
    if (days[at - 1] !== day) days.splice(at, 0, day)
  }
  const find = (day: Day, name: RecordName): Seen | undefined => byDay.get(`${day} ${name}`)

  const add = (seen: Seen): void => {
    const { day, name, note } = seen
    if (!byDay.has(`${day} ${name}`)) byDay.set(`${day} ${name}`, seen)
    const draw = parseRecord(textOrNote(note))?.draw
    if (draw !== undefined && !byDraw.has(`${draw} ${name}`)) byDraw.set(`${draw} ${name}`, seen)
    addDay(day)
  }
  for (const seen of before) add(seen)

  return {
    find,
    ofDraw: (draw, name) => byDraw.get(`${draw} ${name}`),
    record: (day, name) => {
      const seen = find(day, name)
      return seen === undefined ? undefined : parseRecord(textOrNote(seen.note))
    },
    newestDays: (count) => days.slice(-count),
    isLocked: (day) => find(day, "lock") !== undefined || find(day, "result") !== undefined,
    add
  }
}
