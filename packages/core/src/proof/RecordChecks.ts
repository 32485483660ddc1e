/**
 * The checks of a proof bundle that need its records alone (docs/fairness.md, "What a verifier checks"): 2, 3, 4, 7, 8, 10, 12, and
 * what checks 6 and 9 say of the records.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { fromHex, toHex } from "../values/Bytes.ts"
import { dayMillis, dayStart, formatInstant, type Instant } from "../values/Instant.ts"
import {
  beaconDelayMillis,
  chainHash,
  drandHashes,
  isBeforeRound,
  quicknetHash,
  quicknetScheme,
  roundFor,
  verifyBeacon
} from "./Beacon.ts"
import { opens } from "./Commitment.ts"
import { checkNote, parseNote, type VerifierKey } from "./Note.ts"
import { entropy, takings, type Terms, winningPosition } from "./Outcome.ts"
import type { BundleRecords } from "./Proof.ts"
import type { BeaconRef } from "./Record.ts"
import type { CheckId, Finding } from "./Verdict.ts"

/** A lock record that the reader kept, and when it was fetched. */
export interface SeenLock {
  /** The record's text, or the whole note. */
  readonly lock: string
  readonly at: Instant
}

/** What the records are held against. */
export interface RecordPolicy {
  /** The operator's keys that the reader knows from elsewhere; none: the bundle's own, which raises no level. */
  readonly keys: ReadonlyArray<VerifierKey>
  /** The hash of the beacon chain that the reader accepts: 64 hex digits. */
  readonly chainHash: string
  readonly terms: Terms
  readonly seen: SeenLock | undefined
}

const found = (id: CheckId, ok: boolean | null, detail: string): Finding => ({ id, ok, detail })

/** `good` where nothing is wrong, else all that is. */
const verdictOn = (id: CheckId, wrongs: ReadonlyArray<string | false>, good: string): Finding => {
  const wrong = wrongs.filter((sentence) => sentence !== false)
  return wrong.length > 0 ? found(id, false, wrong.join(" ")) : found(id, true, good)
}

/** Reads hex of a length that the record's spelling has already made sure of. */
const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex, hex.length / 2)
  if (bytes === undefined) throw new TypeError(`${JSON.stringify(hex)} is not hex`)
  return bytes
}

const namedBeacon = ({ lock, open }: BundleRecords): BeaconRef | null =>
  lock === null ? open.record.beacon : lock.record.beacon

const signatures = ({ end, lock, open, vkey }: BundleRecords, { keys }: RecordPolicy): Finding => {
  const pinned = keys.length > 0
  const notes = Object.entries({ open, lock, result: end })
  const wrongs = notes.flatMap(([name, signed]) => {
    if (signed === null) return []
    const { failed, verified } = checkNote(signed.note, pinned ? keys : [vkey])
    if (failed.length > 0) return [`The ${name} note has a false signature of ${failed[0]?.name}.`]
    if (verified.length > 0) return []
    return [`The ${name} note is not signed by ${pinned ? "a key that you know" : "the key that the bundle names"}.`]
  })
  return verdictOn(
    2,
    wrongs,
    pinned ? "Signed by a key that you know." : "Signed by the bundle's own key: this shows nothing by itself."
  )
}

const links = (records: BundleRecords): Finding => {
  const { end, header, lock, open } = records
  const draws = [open, lock, end].flatMap((signed) => signed === null ? [] : [signed.record.draw])
  const result = end?.record.type === "result" ? end.record : null
  const voided = end?.record.type === "void" ? end.record : null
  const room = open.record.kind === "room"
  const first = open.record.beacon
  const locked = lock?.record.beacon
  return verdictOn(3, [
    draws.some((draw) => draw !== header.drawId) && "The records are of different draws.",
    lock !== null && lock.record.open !== open.hashHex && "The lock record names another open record.",
    result !== null && result.lock !== lock?.hashHex && "The result record names another lock record.",
    voided !== null && voided.open !== open.hashHex && "The void record names another open record.",
    voided !== null && voided.lock !== (lock?.hashHex ?? null) && "The void record names another lock record.",
    first !== null && (first.round === 0) !== room &&
    "A room's open record says round 0, a daily draw's names the round.",
    locked !== undefined && (locked?.chainHash !== first?.chainHash) && "Open and lock record name different beacons.",
    locked !== undefined && locked !== null && first !== null &&
    (room ? locked.round === 0 : locked.round !== first.round) &&
    "The lock record names another round than the open record.",
    result !== null && result.beacon?.round !== locked?.round &&
    "The result record is of another round than the lock record."
  ], "One draw, one chain of records, one beacon.")
}

const commitment = (hash: Sha256, { end, header, open }: BundleRecords): Finding => {
  const seed = end?.record.seed ?? null
  if (seed === null) return found(4, null, "The seed is not revealed.")
  return verdictOn(4, [
    !opens(hash, header.drawId, bytesOf(seed), bytesOf(open.record.commitment)) &&
    "The seed is not the one that was committed to."
  ], "The seed is the one that was committed to.")
}

const times = ({ lock, open }: BundleRecords): Finding => {
  const { beacon, closes, date, kind, opens, previous } = open.record
  const delay = beacon === null ? 0 : beaconDelayMillis
  const locked = lock?.record.locked
  const draws = lock?.record.draws
  if (kind === "room") {
    return verdictOn(6, [
      locked !== undefined && draws !== undefined && draws < locked + delay &&
      "The outcome is due too soon after the lock."
    ], "The room's times fit together.")
  }
  const midnight = dayStart(date)
  return verdictOn(6, [
    // The first draw of a log, and it alone, may open in the course of its day
    (previous === null ? opens < midnight || opens >= closes : opens !== midnight) &&
    "The draw does not open at its day's midnight.",
    closes !== midnight + dayMillis && "The draw does not close at the next midnight.",
    locked !== undefined && locked < closes && "The draw was locked before it closed.",
    draws !== undefined && draws !== closes + delay && "The outcome is not due when it must be after the close."
  ], "The draw's times are those of its day.")
}

const round = (hash: Sha256, records: BundleRecords, policy: RecordPolicy): Finding => {
  const { end, header, lock, open } = records
  const named = namedBeacon(records)
  if (named === null) return found(7, null, "The draw has no beacon.")
  if (named.chainHash !== policy.chainHash) {
    const accepted = policy.chainHash === quicknetHash ? "drand's quicknet" : `the chain ${policy.chainHash}`
    return found(
      7,
      false,
      `The beacon is of the chain ${named.chainHash}. Accepted is ${accepted} alone, unless you name another that you trust.`
    )
  }
  const { chain } = header
  if (chain === null) {
    return found(7, end?.record.type === "result" ? false : null, "The bundle does not say what the beacon's chain is.")
  }
  const chainDigest = chainHash(hash, chain)
  if (chainDigest === undefined || toHex(chainDigest) !== named.chainHash) {
    return found(7, false, "The chain in the bundle is not the one that the records name.")
  }
  if (chain.schemeID !== quicknetScheme) return found(7, false, `The chain's scheme is not ${quicknetScheme}.`)
  const { beacon, closes } = open.record
  const wrongs = [
    closes !== null && beacon !== null && beacon.round !== roundFor(chain, closes + beaconDelayMillis) &&
    "The open record names another round than the first one after the close.",
    lock !== null && named.round !== roundFor(chain, lock.record.draws) &&
    "The lock record names another round than the first one when the outcome is due."
  ]
  if (
    lock !== null && wrongs.every((wrong) => wrong === false) && !isBeforeRound(chain, named.round, lock.record.locked)
  ) {
    return found(7, null, `Locked late: round ${named.round} was due before ${formatInstant(lock.record.locked)}.`)
  }
  const whose = drandHashes.includes(named.chainHash) ? "" : " The chain is the one that you named, not one of drand's."
  return verdictOn(
    7,
    wrongs,
    `${named.round === 0 ? "The lock will name the round." : `Round ${named.round}, after the lock.`}${whose}`
  )
}

const roundSignature = (hash: Sha256, records: BundleRecords): Finding => {
  const { end, header: { chain } } = records
  if (end?.record.type !== "result") return found(8, null, "There is no result yet that a round decides.")
  const { beacon } = end.record
  if (namedBeacon(records) === null && beacon === null) return found(8, null, "The draw has no beacon.")
  if (chain === null || beacon === null) {
    return found(8, false, "The bundle lacks the round's signature or the chain's key.")
  }
  return verifyBeacon(hash, chain, { round: beacon.round, signature: bytesOf(beacon.signature) })
    ? found(8, true, `The chain signed round ${beacon.round}.`)
    : found(8, false, `The chain did not sign round ${beacon.round} so.`)
}

const outcome = (hash: Sha256, { end, header, lock, open }: BundleRecords): Finding => {
  if (end?.record.type !== "result" || lock === null) return found(9, null, "The draw is not decided.")
  const { beacon, entropy: claimed, seed, winner } = end.record
  const computed = entropy(hash, {
    drawId: header.drawId,
    openHash: open.hash,
    seed: bytesOf(seed),
    beaconSignature: bytesOf(beacon?.signature ?? "")
  })
  const position = winningPosition(computed, lock.record.entries)
  return verdictOn(9, [
    toHex(computed) !== claimed && `The entropy is ${toHex(computed)}, not what the result record says.`,
    winner?.position !== position &&
    (position === undefined ? "There were no entries, so nobody can win." : `The winning position is ${position}.`)
  ], position === undefined ? "No entries, no winner." : `The winning position is ${position}.`)
}

const money = ({ end, lock, open }: BundleRecords, { terms }: RecordPolicy): Finding => {
  const { pot, price } = open.record
  const wrongTerms = (price !== terms.price || pot !== terms.pot) &&
    `A ticket costs ${price} with ${pot} for the pot, not ${terms.price} and ${terms.pot} (cents).`
  const voided = end?.record.type === "void" ? end.record : null
  if (lock === null) {
    return verdictOn(10, [
      wrongTerms,
      voided !== null && (terms.price <= 0n || voided.refund % terms.price !== 0n) &&
      "The refund is not a number of whole tickets."
    ], "The terms are the agreed ones.")
  }
  const { entries, pool } = lock.record
  const due = takings(entries, terms)
  if (due === undefined) return found(10, false, `${entries} entries are more than the books can hold.`)
  const result = end?.record.type === "result" ? end.record : null
  return verdictOn(10, [
    wrongTerms,
    pool !== due.pool && `The pool must be ${due.pool} cents.`,
    result !== null && result.prize !== due.pool && `The prize must be ${due.pool} cents.`,
    result !== null && result.fee !== due.fee && `The fee must be ${due.fee} cents.`,
    voided !== null && voided.refund !== due.refund && `The refund must be ${due.refund} cents.`
  ], `${entries} entries make a pool of ${due.pool} cents and a fee of ${due.fee}.`)
}

const seenLock = (records: BundleRecords, { seen }: RecordPolicy): Finding => {
  const { end, header: { chain }, lock } = records
  if (seen === undefined) return found(12, null, "You gave no lock record that you kept.")
  if (lock === null && end === null) return found(12, null, "The bundle is from before the lock.")
  const kept = parseNote(seen.lock)?.text ?? seen.lock
  if (kept !== lock?.note.text) return found(12, false, "The lock record is not the one that you kept.")
  const named = namedBeacon(records)
  if (named === null || chain === null) {
    return found(12, null, "It is the one that you kept, but there is no round to be before.")
  }
  return isBeforeRound(chain, named.round, seen.at)
    ? found(12, true, "It is the one that you kept, from before the round.")
    : found(12, false, "It is the one that you kept, but you fetched it when the round was already due.")
}

/** What the records alone show. */
export const checkRecords = (hash: Sha256, records: BundleRecords, policy: RecordPolicy): ReadonlyArray<Finding> => [
  signatures(records, policy),
  links(records),
  commitment(hash, records),
  times(records),
  round(hash, records, policy),
  roundSignature(hash, records),
  outcome(hash, records),
  money(records, policy),
  seenLock(records, policy)
]
