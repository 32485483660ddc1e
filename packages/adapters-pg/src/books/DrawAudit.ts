/**
 * One draw against its records and its tickets: seed, signatures, chain, root, winner (docs/fairness.md, "Records").
 *
 * What the records must say is computed from the tables and compared as text, since a value has one spelling.
 */
import type { DrawKind, DrawStatus } from "@ddd/core/draws/Draw"
import type { Sha256 } from "@ddd/core/hash/Hash"
import { cents, ticketPot, ticketPrice } from "@ddd/core/money/Money"
import { opens } from "@ddd/core/proof/Commitment"
import { encodeFrontier, root } from "@ddd/core/proof/Merkle"
import { isSignedBy, parseNote, type VerifierKey } from "@ddd/core/proof/Note"
import { entropy, takingsOf, winningPosition } from "@ddd/core/proof/Outcome"
import { type BeaconRef, type DrawRecord, type OpenRecord, recordHash, recordHashHex } from "@ddd/core/proof/Record"
import { formatRecord, parseRecord } from "@ddd/core/proof/RecordText"
import { fromHex, toHex } from "@ddd/core/values/Bytes"
import { type DrawId, drawId, isTicketId, position } from "@ddd/core/values/Ids"
import type { Day } from "@ddd/core/values/Instant"
import { instantOf } from "../database/Rows.ts"
import type { Findings } from "./Findings.ts"
import type { SaleHours, Tickets } from "./TicketAudit.ts"

export interface DrawRow {
  readonly id: string
  readonly kind: DrawKind
  readonly draw_date: Day | null
  readonly status: DrawStatus
  /** Cents. */
  readonly prize_pool: bigint
  readonly total_entries: number
  readonly commitment_hash: string
  readonly seed: string | null
  readonly winning_position: number | null
  /** Of the ticket at the winning position. */
  readonly winning_ticket_id: string | null
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly locked_at: Date | null
  readonly draw_at: Date | null
  readonly tree_frontier: Uint8Array
  readonly entries_root: string | null
  readonly beacon_chain: string | null
  readonly beacon_round: bigint | null
  readonly beacon_signature: Uint8Array | null
  readonly open_note: string
  readonly lock_note: string | null
  readonly result_note: string | null
  /** The void record of a void that began and is paid back in steps; null where none did. */
  readonly void_note: string | null
  /** The open record of the latest earlier daily draw, signed; null for a room and the first. */
  readonly previous_note: string | null
}

/** A row whose values are those of a draw, so that nothing below throws on them; undefined for any other. */
export const readDraw = (row: DrawRow): { readonly id: DrawId; readonly hours: SaleHours } | undefined => {
  const { closes_at, draw_at, id, locked_at, opens_at, total_entries, winning_position } = row
  try {
    if (draw_at !== null) instantOf(draw_at)
    if (winning_position !== null) position(winning_position)
    takingsOf(total_entries)
    return {
      id: drawId(id),
      hours: {
        opens: instantOf(opens_at),
        closes: closes_at === null ? null : instantOf(closes_at),
        locked: locked_at === null ? null : instantOf(locked_at)
      }
    }
  } catch {
    // each of these throws on a value of another form, such as a time at infinity
    return undefined
  }
}

/** Checks all of a draw that is not in SQL. `tickets` are those found in the table. */
export const auditDraw = (
  hash: Sha256,
  keys: ReadonlyArray<VerifierKey>,
  id: DrawId,
  row: DrawRow,
  tickets: Tickets,
  findings: Findings
): void => {
  checkSeed(hash, id, row, findings)
  checkRoot(hash, row, tickets, findings)
  checkSignatures(keys, row, findings)
  checkTexts(hash, id, row, findings)
  checkWinner(hash, id, row, tickets, findings)
}

const subjectOf = ({ id }: DrawRow): string => `draw ${id}`

const checkSeed = (hash: Sha256, id: DrawId, row: DrawRow, findings: Findings): void => {
  const { commitment_hash: commitment, status, void_note: kept } = row
  // that of a void that has begun stands in the record that is kept, until it has ended
  const seed = row.seed ?? (kept === null ? null : seedIn(kept))
  const complain = (detail: string) => findings.add("seed-opens-commitment", subjectOf(row), detail)
  if (seed === null) {
    if (status === "drawn") complain("expected a drawn draw to show its seed, found none")
    return
  }
  if (row.seed !== null && status !== "drawn" && status !== "void") {
    complain(`expected no seed of a draw that is ${status}, found one`)
  }
  const [seedBytes, commitmentBytes] = [fromHex(seed, 32), fromHex(commitment, 32)]
  if (seedBytes === undefined || commitmentBytes === undefined || !opens(hash, id, seedBytes, commitmentBytes)) {
    complain(`expected a seed that opens ${commitment}, found ${seed}`)
  }
}

const checkRoot = (hash: Sha256, row: DrawRow, { count, tree }: Tickets, findings: Findings): void => {
  const complain = (detail: string) => findings.add("root-is-tickets", subjectOf(row), detail)
  const expected = toHex(root(hash, tree))
  if (!Buffer.from(encodeFrontier(tree)).equals(row.tree_frontier)) {
    complain(`expected to carry the tree of its ${count} tickets, with root ${expected}; found another`)
  }
  if (row.lock_note === null) return
  const lock = parseRecord(textOrEmpty(row.lock_note))
  const signed = lock?.type === "lock" ? lock.root : "none"
  if (signed !== expected) complain(`expected root ${expected} in its lock record, found ${signed}`)
  if (row.entries_root !== expected) {
    complain(`expected root ${expected} in its row, found ${row.entries_root ?? "none"}`)
  }
}

const checkSignatures = (keys: ReadonlyArray<VerifierKey>, row: DrawRow, findings: Findings): void => {
  const complain = (detail: string) => findings.add("records-signed", subjectOf(row), detail)
  const { lock_note: lock, open_note: open, result_note: last, status, void_note: kept } = row
  for (const [place, stored] of Object.entries({ open, lock, last, kept })) {
    const note = stored === null ? null : parseNote(stored)
    if (note === undefined) complain(`expected its ${place} record to be a signed note, found other text`)
    else if (note !== null && !isSignedBy(note, keys)) {
      complain(`expected a good signature of the log under its ${place} record, found none`)
    }
  }
  const isLocked = status === "locked" || status === "drawn"
  if (isLocked && lock === null || (status === "scheduled" || status === "open") && lock !== null) {
    complain(
      `expected ${isLocked ? "a" : "no"} lock record of a draw that is ${status}, found ${isLocked ? "none" : "one"}`
    )
  }
  const isDecided = status === "drawn" || status === "void"
  if (isDecided !== (last !== null)) {
    complain(
      `expected ${isDecided ? "a" : "no"} last record of a draw that is ${status}, found ${isDecided ? "none" : "one"}`
    )
  }
}

/** The text that a note signs; empty where it is no note: an audit finds what is wrong, and does not stop at it. */
const textOrEmpty = (note: string): string => parseNote(note)?.text ?? ""

const checkTexts = (hash: Sha256, id: DrawId, row: DrawRow, findings: Findings): void => {
  const compare = (place: string, note: string, meant: DrawRecord | undefined): void => {
    const said = textOrEmpty(note)
    const expected = meant === undefined ? "" : formatRecord(meant)
    if (said === expected) return
    const [lines, others] = [said.split("\n"), expected.split("\n")]
    const at = others.findIndex((line, index) => line !== lines[index])
    findings.add(
      "records-signed",
      subjectOf(row),
      meant === undefined
        ? `expected no ${place} record, since the tables lack what it says; found one`
        : `expected "${others[at] ?? ""}" in its ${place} record, by the tables; found "${lines[at] ?? ""}"`
    )
  }
  const { lock_note: lock, open_note: open, result_note: last, void_note: kept } = row
  compare("open", open, openRecordOf(hash, id, row))
  if (lock !== null) compare("lock", lock, lockRecordOf(hash, id, row))
  if (last !== null) {
    compare("last", last, row.status === "void" ? voidRecordOf(hash, id, row, last) : resultRecordOf(hash, id, row))
  }
  // once the draw is void the two are one text, by a check of the table's
  if (kept !== null && last === null) {
    compare("kept", kept, voidRecordOf(hash, id, { ...row, seed: seedIn(kept) }, kept))
  }
}

const beaconOf = (row: DrawRow): BeaconRef | null =>
  row.beacon_chain === null ? null : { chainHash: row.beacon_chain, round: Number(row.beacon_round ?? 0n) }

const openRecordOf = (hash: Sha256, id: DrawId, row: DrawRow): OpenRecord | undefined => {
  const terms = {
    type: "open",
    draw: id,
    opens: instantOf(row.opens_at),
    price: ticketPrice,
    pot: ticketPot,
    commitment: row.commitment_hash
  } as const
  const beacon = beaconOf(row)
  if (row.kind === "room") {
    // a room's round is known from its lock on
    return {
      ...terms,
      kind: "room",
      date: null,
      closes: null,
      previous: null,
      beacon: beacon && { ...beacon, round: 0 }
    }
  }
  const { closes_at: closes, draw_date: date, previous_note: previous } = row
  return date === null || closes === null ? undefined : {
    ...terms,
    kind: "daily",
    date,
    closes: instantOf(closes),
    beacon,
    previous: previous === null ? null : recordHashHex(hash, textOrEmpty(previous))
  }
}

const lockRecordOf = (hash: Sha256, id: DrawId, row: DrawRow): DrawRecord | undefined => {
  const { draw_at: draws, entries_root: entriesRoot, locked_at: locked } = row
  return draws === null || entriesRoot === null || locked === null ? undefined : {
    type: "lock",
    draw: id,
    open: recordHashHex(hash, textOrEmpty(row.open_note)),
    locked: instantOf(locked),
    draws: instantOf(draws),
    entries: row.total_entries,
    root: entriesRoot,
    pool: cents(row.prize_pool),
    beacon: beaconOf(row)
  }
}

/** What decides a draw whose seed is revealed; undefined where something that does is missing. */
const entropyOf = (hash: Sha256, drawId: DrawId, row: DrawRow): Uint8Array | undefined => {
  const seed = row.seed === null ? undefined : fromHex(row.seed, 32)
  if (seed === undefined || (row.beacon_chain === null) !== (row.beacon_signature === null)) return undefined
  const openHash = recordHash(hash, textOrEmpty(row.open_note))
  return entropy(hash, { drawId, openHash, seed, beaconSignature: row.beacon_signature ?? new Uint8Array(0) })
}

const resultRecordOf = (hash: Sha256, id: DrawId, row: DrawRow): DrawRecord | undefined => {
  const { beacon_signature: signature, lock_note: lock, seed, winning_position: place, winning_ticket_id: winner } = row
  const drawn = entropyOf(hash, id, row)
  if (drawn === undefined || lock === null || seed === null) return undefined
  const beacon = beaconOf(row)
  return {
    type: "result",
    draw: id,
    lock: recordHashHex(hash, textOrEmpty(lock)),
    seed,
    beacon: beacon === null || signature === null ? null : { round: beacon.round, signature: toHex(signature) },
    entropy: toHex(drawn),
    winner: place === null || winner === null || !isTicketId(winner)
      ? null
      : { position: position(place), ticketId: winner },
    prize: cents(row.prize_pool),
    fee: takingsOf(row.total_entries).fee
  }
}

const voidRecordOf = (hash: Sha256, id: DrawId, row: DrawRow, note: string): DrawRecord => {
  const said = parseRecord(textOrEmpty(note))
  return {
    type: "void",
    draw: id,
    open: recordHashHex(hash, textOrEmpty(row.open_note)),
    lock: row.lock_note === null ? null : recordHashHex(hash, textOrEmpty(row.lock_note)),
    // the reason stands nowhere but in the record
    reason: said?.type === "void" ? said.reason : "closed",
    seed: row.seed,
    refund: takingsOf(row.total_entries).refund
  }
}

/** The seed that the record of a void reveals, which stands in the row once it has ended; null where it reveals none. */
const seedIn = (note: string): string | null => {
  const said = parseRecord(textOrEmpty(note))
  return said?.type === "void" ? said.seed : null
}

const checkWinner = (hash: Sha256, id: DrawId, row: DrawRow, { count }: Tickets, findings: Findings): void => {
  const complain = (detail: string) => findings.add("winner-is-derived", subjectOf(row), detail)
  const found = row.winning_position
  if (row.status !== "drawn") {
    if (found !== null) complain(`expected no winner of a draw that is ${row.status}, found position ${found}`)
    return
  }
  const drawn = entropyOf(hash, id, row)
  if (drawn === undefined) return complain("expected seed and beacon of a drawn draw, found one of them missing")
  const expected = winningPosition(drawn, count) ?? null
  if (found !== expected) complain(`expected position ${expected ?? "none"} to have won, found ${found ?? "none"}`)
}
