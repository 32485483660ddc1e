/**
 * What is wrong with the records that a server shows, held against those that it showed before (docs/fairness.md, "Records"): a record's
 * text is made once, and never again.
 */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { checkNote, isSignedBy, parseNote, type VerifierKey } from "@ddd/core/proof/Note"
import { type DrawRecord, recordHashHex } from "@ddd/core/proof/Record"
import { parseRecord } from "@ddd/core/proof/RecordText"
import type { Day } from "@ddd/core/values/Instant"
import type { Origin } from "./Evidence.ts"
import { type KeptRecords, textOrNote } from "./KeptRecords.ts"
import type { RecordName, Seen } from "./WatchFolder.ts"

/** Why an alarm is raised. `kept` is the record that contradicts what is shown, `note` what is shown; null where there is none. */
export type Alarm =
  /** Another text than before, for the same day. */
  | { readonly _tag: "Changed"; readonly kept: Seen; readonly note: string }
  /** A second record of the same draw, under another day. */
  | { readonly _tag: "Twice"; readonly kept: Seen; readonly note: string }
  /** It is shown no more. */
  | { readonly _tag: "Gone"; readonly kept: Seen; readonly note: null }
  /** No key that is pinned signed it, or a line in the name of one is false. */
  | { readonly _tag: "NotSigned"; readonly kept: null; readonly note: string }
  /** It is no record of this kind and day, or names another open or lock record than the one that was kept. */
  | { readonly _tag: "Misfit"; readonly kept: null; readonly note: string; readonly why: string }

/** What a look at a record finds. */
export type Finding =
  /** As it was kept, or neither kept nor shown. */
  | { readonly _tag: "Nothing" }
  /** Shown for the first time, and fit to be kept. */
  | { readonly _tag: "New"; readonly record: DrawRecord; readonly note: string }
  | { readonly _tag: "Wrong"; readonly alarm: Alarm }

const nothing: Finding = { _tag: "Nothing" }
const wrong = (alarm: Alarm): Finding => ({ _tag: "Wrong", alarm })
const misfit = (note: string, why: string): Finding => wrong({ _tag: "Misfit", kept: null, note, why })

/** A longer text is no note: a hundred signatures take 15 kB. */
const noteCharactersMax = 32_768

/** Whether one of the keys signed what is shown; nothing shown counts as the operator's doing. */
export const originOf = ({ note }: Alarm, keys: ReadonlyArray<VerifierKey>): Origin => {
  if (note === null) return "signed"
  const parsed = note.length > noteCharactersMax ? undefined : parseNote(note)
  return parsed !== undefined && isSignedBy(parsed, keys) ? "signed" : "unsigned"
}

const typesOf: { readonly [N in RecordName]: ReadonlyArray<DrawRecord["type"]> } = {
  open: ["open"],
  lock: ["lock"],
  result: ["result", "void"]
}

/** Reads a note as a record of this name and day, signed by one of the keys. */
const readNew = (day: Day, name: RecordName, note: string, keys: ReadonlyArray<VerifierKey>): Finding => {
  const parsed = parseNote(note)
  const record = parsed === undefined ? undefined : parseRecord(parsed.text)
  if (parsed === undefined || record === undefined || !typesOf[name].includes(record.type)) {
    return misfit(note, `It is no ${name} record.`)
  }
  const { failed, verified } = checkNote(parsed, keys)
  if (failed.length > 0 || verified.length === 0) return wrong({ _tag: "NotSigned", kept: null, note })
  if (record.type === "open" && record.date !== day) return misfit(note, "It is of another day.")
  return { _tag: "New", record, note }
}

/** Whether a record may stand beside those that were kept of all draws. */
const holdAgainst = (kept: KeptRecords, day: Day, name: RecordName, record: DrawRecord, note: string): Finding => {
  const twin = kept.ofDraw(record.draw, name)
  if (twin !== undefined && twin.day !== day) return wrong({ _tag: "Twice", kept: twin, note })
  const hashOf = (other: RecordName): string | undefined => {
    const seen = kept.find(day, other)
    return seen === undefined ? undefined : recordHashHex(fastSha256, textOrNote(seen.note))
  }
  const [open, lock] = [hashOf("open"), hashOf("lock")]
  if ((record.type === "lock" || record.type === "void") && open !== undefined && record.open !== open) {
    return misfit(note, "It names another open record than the one that was kept.")
  }
  if ((record.type === "result" || record.type === "void") && lock !== undefined && record.lock !== lock) {
    return misfit(note, "It names another lock record than the one that was kept.")
  }
  return { _tag: "New", record, note }
}

/** Holds the note that is shown of a record now, or that none is, against what was kept. */
export const examine = (
  kept: KeptRecords,
  day: Day,
  name: RecordName,
  note: string | null,
  keys: ReadonlyArray<VerifierKey>
): Finding => {
  const before = kept.find(day, name)
  if (note === null) return before === undefined ? nothing : wrong({ _tag: "Gone", kept: before, note })
  // byte for byte what was kept, and held against everything then
  if (before?.note === note) return nothing
  if (note.length > noteCharactersMax) return misfit(note, "It is too long for a record.")
  if (before !== undefined && textOrNote(before.note) !== textOrNote(note)) {
    return wrong({ _tag: "Changed", kept: before, note })
  }
  const read = readNew(day, name, note, keys)
  const finding = read._tag === "New" ? holdAgainst(kept, day, name, read.record, note) : read
  return finding._tag === "New" && before !== undefined ? nothing : finding
}
