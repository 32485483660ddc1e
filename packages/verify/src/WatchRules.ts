/**
 * What is wrong with the records that a server shows, held against those that it showed before (FAIRNESS.md, "Records"): a record's
 * text is made once, and never again.
 */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { checkNote, parseNote, type VerifierKey } from "@ddd/core/proof/Note"
import { type DrawRecord, parseRecord, recordHashHex } from "@ddd/core/proof/Record"
import type { RecordName, Seen } from "./WatchFolder.ts"

/** Why the watcher cries. */
export type Alarm =
  /** Another text than before, for the same day. */
  | { readonly _tag: "Changed"; readonly kept: Seen; readonly note: string }
  /** A second record of the same draw, under another day. */
  | { readonly _tag: "Twice"; readonly kept: Seen; readonly note: string }
  /** It is shown no more. */
  | { readonly _tag: "Gone"; readonly kept: Seen }
  /** No key that is pinned signed it, or a line in the name of one is false. */
  | { readonly _tag: "NotSigned"; readonly note: string }
  /** It is no record of this kind and day, or names another open or lock record than the one that was kept. */
  | { readonly _tag: "Misfit"; readonly note: string; readonly why: string }

/** What is known of a record that is fit to be kept. */
interface Fit {
  readonly record: DrawRecord
  readonly text: string
}

const typesOf: { readonly [N in RecordName]: ReadonlyArray<DrawRecord["type"]> } = {
  open: ["open"],
  lock: ["lock"],
  result: ["result", "void"]
}

/** Reads a note as a record of this name and day, signed by one of the keys. */
export const fitRecord = (
  day: string,
  name: RecordName,
  note: string,
  keys: ReadonlyArray<VerifierKey>
): Fit | Alarm => {
  const parsed = parseNote(note)
  const record = parsed === undefined ? undefined : parseRecord(parsed.text)
  if (parsed === undefined || record === undefined || !typesOf[name].includes(record.type)) {
    return { _tag: "Misfit", note, why: `It is no ${name} record.` }
  }
  const { failed, verified } = checkNote(parsed, keys)
  if (failed.length > 0 || verified.length === 0) return { _tag: "NotSigned", note }
  if (record.type === "open" && record.date !== day) return { _tag: "Misfit", note, why: "It is of another day." }
  return { record, text: parsed.text }
}

/** The text of a note that was kept or is shown; all of it where it is no note, so that any change of it is a change. */
export const textOrNote = (note: string): string => parseNote(note)?.text ?? note

/** What is wrong with a note that is shown now, if anything. `kept` is what was kept of all draws. */
export const alarmOver = (
  kept: ReadonlyArray<Seen>,
  day: string,
  name: RecordName,
  note: string | null,
  keys: ReadonlyArray<VerifierKey>
): Alarm | Fit | undefined => {
  const before = kept.find((seen) => seen.day === day && seen.name === name)
  if (note === null) return before === undefined ? undefined : { _tag: "Gone", kept: before }
  // byte for byte what was kept, and held against everything then
  if (before?.note === note) return undefined
  if (before !== undefined && textOrNote(before.note) !== textOrNote(note)) {
    return { _tag: "Changed", kept: before, note }
  }
  const fit = fitRecord(day, name, note, keys)
  if ("_tag" in fit) return fit
  const { record } = fit
  const twin = kept.find((seen) =>
    seen.name === name && seen.day !== day && parseRecord(textOrNote(seen.note))?.draw === record.draw
  )
  if (twin !== undefined) return { _tag: "Twice", kept: twin, note }
  const hashOf = (other: RecordName): string | undefined => {
    const seen = kept.find((each) => each.day === day && each.name === other)
    return seen === undefined ? undefined : recordHashHex(fastSha256, textOrNote(seen.note))
  }
  const [open, lock] = [hashOf("open"), hashOf("lock")]
  if ("open" in record && open !== undefined && record.open !== open) {
    return { _tag: "Misfit", note, why: "It names another open record than the one that was kept." }
  }
  if ("lock" in record && lock !== undefined && record.lock !== lock) {
    return { _tag: "Misfit", note, why: "It names another lock record than the one that was kept." }
  }
  return before === undefined ? fit : undefined
}
