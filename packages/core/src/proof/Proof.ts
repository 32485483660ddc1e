/**
 * The proof bundle: all that is public of a draw, as lines of JSON (docs/fairness.md, "The proof bundle").
 *
 * The first line holds the signed records, each further one a ticket. JSON is minimal, so every line has one spelling.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { toHex } from "../values/Bytes.ts"
import { type DrawId, isUuid, type TicketId } from "../values/Ids.ts"
import { formatInstant, type Instant } from "../values/Instant.ts"
import type { ChainInfo } from "./Beacon.ts"
import { type Note, parseNote, parseVerifierKey, type VerifierKey } from "./Note.ts"
import {
  type DrawRecord,
  type LockRecord,
  type OpenRecord,
  recordHash,
  type ResultRecord,
  type VoidRecord
} from "./Record.ts"
import { parseRecord } from "./RecordText.ts"

const bundleFormat = "ddd/proof/v1"
export const bundleContentType = "application/x-ndjson"

/** The first line of a bundle. Notes are null as long as they are not published; a void note stands in `result`. */
export interface BundleHeader {
  readonly drawId: DrawId
  /** The oldest key that signed all the notes, in C2SP form. */
  readonly vkey: string
  readonly open: string | null
  readonly lock: string | null
  readonly result: string | null
  readonly chain: ChainInfo | null
}

/** JSON in the one spelling that bundles have, or `undefined` where a string would need an escape other than `\n`. */
const minimalJson = (value: unknown): string | undefined => {
  const json = JSON.stringify(value)
  return /\\[^n]/.test(json) ? undefined : json
}

const headerJson = ({ chain, drawId, lock, open, result, vkey }: BundleHeader): string | undefined =>
  minimalJson({
    format: bundleFormat,
    drawId,
    vkey,
    open,
    lock,
    result,
    chain: chain === null ? null : {
      publicKey: chain.publicKey,
      period: chain.period,
      genesisTime: chain.genesisTime,
      genesisSeed: chain.genesisSeed,
      schemeID: chain.schemeID,
      beaconID: chain.beaconID
    }
  })

/** The first line of a bundle, newline included. Throws `TypeError` for text that no bundle can hold. */
export const encodeHeader = (header: BundleHeader): string => {
  const json = headerJson(header)
  if (json === undefined) throw new TypeError("a bundle's text has no quotes, backslashes or control characters")
  return `${json}\n`
}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

const isNoteText = (value: unknown): value is string | null => value === null || typeof value === "string"

const chainOf = (value: unknown): ChainInfo | null | undefined => {
  if (value === null) return null
  if (!isObject(value)) return undefined
  const { beaconID, genesisSeed, genesisTime, period, publicKey, schemeID } = value
  if (typeof publicKey !== "string" || typeof genesisSeed !== "string") return undefined
  if (typeof schemeID !== "string" || typeof beaconID !== "string") return undefined
  if (typeof period !== "number" || typeof genesisTime !== "number") return undefined
  if (!Number.isSafeInteger(period) || !Number.isSafeInteger(genesisTime)) return undefined
  return { publicKey, period, genesisTime, genesisSeed, schemeID, beaconID }
}

const headerOf = (value: JsonObject): BundleHeader | undefined => {
  const { drawId, lock, open, result, vkey } = value
  const chain = chainOf(value["chain"])
  if (typeof drawId !== "string" || !isUuid(drawId) || typeof vkey !== "string" || chain === undefined) return undefined
  if (!isNoteText(open) || !isNoteText(lock) || !isNoteText(result)) return undefined
  return { drawId: drawId as DrawId, vkey, open, lock, result, chain }
}

/** Reads the first line of a bundle, without its newline; `undefined` for what `encodeHeader` does not write. */
export const decodeHeader = (line: string): BundleHeader | undefined => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isObject(value) || value["format"] !== bundleFormat) return undefined
  const header = headerOf(value)
  return header !== undefined && headerJson(header) === line ? header : undefined
}

/** A signed note of a draw, with the record that is its text. */
export interface SignedRecord<R> {
  readonly note: Note
  readonly record: R
  /** The record's hash: 32 bytes. */
  readonly hash: Uint8Array
  /** The same in hex, as other records name it. */
  readonly hashHex: string
}

/** A header with its notes and records read. Nothing is checked yet but that each is spelled as it must be. */
export interface BundleRecords {
  readonly header: BundleHeader
  readonly vkey: VerifierKey
  readonly open: SignedRecord<OpenRecord>
  readonly lock: SignedRecord<LockRecord> | null
  /** How the draw ended. */
  readonly end: SignedRecord<ResultRecord | VoidRecord> | null
}

type RecordType = DrawRecord["type"]
type RecordOf<T extends RecordType> = Extract<DrawRecord, { readonly type: T }>

const isOfType = <T extends RecordType>(record: DrawRecord, types: ReadonlyArray<T>): record is RecordOf<T> =>
  types.some((type) => type === record.type)

/** A signed note whose text is a record of one of these types; undefined for anything else. */
export const readSigned = <T extends RecordType>(
  hash: Sha256,
  noteText: string,
  ...types: ReadonlyArray<T>
): SignedRecord<RecordOf<T>> | undefined => {
  const note = parseNote(noteText)
  const record = note === undefined ? undefined : parseRecord(note.text)
  if (note === undefined || record === undefined || !isOfType(record, types)) return undefined
  const digest = recordHash(hash, note.text)
  return { note, record, hash: digest, hashHex: toHex(digest) }
}

/** Reads a header's notes and records; a sentence that says what is wrong where one cannot be read or is out of place. */
export const readRecords = (hash: Sha256, header: BundleHeader): BundleRecords | string => {
  const vkey = parseVerifierKey(hash, header.vkey)
  if (vkey === undefined) return "The bundle's verifier key is not one."
  if (header.open === null) return "The bundle has no open record."
  const open = readSigned(hash, header.open, "open")
  if (open === undefined) return "The note at `open` is not a signed open record."
  const lock = header.lock === null ? null : readSigned(hash, header.lock, "lock")
  if (lock === undefined) return "The note at `lock` is not a signed lock record."
  const end = header.result === null ? null : readSigned(hash, header.result, "result", "void")
  if (end === undefined) return "The note at `result` is not a signed result or void record."
  if (end?.record.type === "result" && lock === null) return "There is a result record but no lock record."
  return { header, vkey, open, lock, end }
}

/** What a bundle says of a ticket. */
export interface BundleTicket {
  readonly ticketId: TicketId
  /** 64 hex digits. */
  readonly ticketHash: string
  /** 64 hex digits. */
  readonly ownerCommit: string
  readonly purchasedAt: Instant
}

/** The line of a ticket, newline included. */
export const encodeTicket = ({ ownerCommit, purchasedAt, ticketHash, ticketId }: BundleTicket): string =>
  `["${ticketId}","${ticketHash}","${ownerCommit}","${formatInstant(purchasedAt)}"]\n`
