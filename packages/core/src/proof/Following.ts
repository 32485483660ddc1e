/**
 * Follows a draw while it is decided, without its bundle: by the lock record that was kept, the beacon's round and the seed, as they are
 * told (docs/fairness.md, "Following a draw"). The checks are those of a bundle, but for the tickets' (5, 11).
 */
import type { Sha256 } from "../hash/Hash.ts"
import { fromHex } from "../values/Bytes.ts"
import type { DrawId, Position } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type ChainInfo, chainNamed, quicknet, roundTime, verifyBeacon } from "./Beacon.ts"
import { opens } from "./Commitment.ts"
import type { VerifierKey } from "./Note.ts"
import { entropy, winningPosition } from "./Outcome.ts"
import { readSigned, type SignedRecord } from "./Proof.ts"
import type { LockRecord, OpenRecord } from "./Record.ts"
import { checkRecords, type RecordPolicy } from "./RecordChecks.ts"
import type { CheckId } from "./Verdict.ts"

/** What a check rules out is the case. */
export interface Refutation {
  readonly check: CheckId
  readonly detail: string
}

export type Followed<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly refuted: Refutation }

/** A draw that is locked, its records checked as far as they go. */
export interface FollowedLock {
  readonly open: SignedRecord<OpenRecord>
  readonly lock: SignedRecord<LockRecord>
  /** What the round is verified with; null: it names none, or nothing was told of the chain. */
  readonly chain: ChainInfo | null
  /** When the round is due; null with `chain`. */
  readonly roundAt: Instant | null
}

/** What is told of a locked draw. */
export interface ToldLock {
  readonly drawId: DrawId
  /** The signed notes. The lock is the one that was kept: it is what all else is held against. */
  readonly open: string
  readonly lock: string
  /** The parameters of the beacon's chain, as anybody told them: they count where they have the hash that the records name. */
  readonly chain: ChainInfo | null
}

const refuted = (check: CheckId, detail: string): { readonly ok: false; readonly refuted: Refutation } => ({
  ok: false,
  refuted: { check, detail }
})

/** No key: nothing is verified by it. */
const noKey: VerifierKey = { name: "", id: 0, publicKey: new Uint8Array() }

/** Reads and checks what a locked draw is followed by. Without keys nobody's signatures are looked at. */
export const followLock = (hash: Sha256, told: ToldLock, policy: RecordPolicy): Followed<FollowedLock> => {
  const [open, lock] = [readSigned(hash, told.open, "open"), readSigned(hash, told.lock, "lock")]
  if (open === undefined || lock === undefined) return refuted(1, "The open or the lock record cannot be read.")
  const named = lock.record.beacon
  const chain = named === null
    ? null
    : chainNamed(hash, named.chainHash, [quicknet, ...told.chain === null ? [] : [told.chain]]) ?? null
  const header = { drawId: told.drawId, vkey: "", open: told.open, lock: told.lock, result: null, chain }
  const wrong = checkRecords(hash, { header, vkey: noKey, open, lock, end: null }, policy)
    .find(({ id, ok }) => ok === false && !(id === 2 && policy.keys.length === 0))
  if (wrong !== undefined) return refuted(wrong.id, wrong.detail)
  const roundAt = named === null || chain === null ? null : roundTime(chain, named.round)
  return { ok: true, value: { open, lock, chain, roundAt } }
}

/** Check 8 of the round that a lock names: why `signature` (hex) is not its, or null where it is. Takes tens of milliseconds. */
export const refuteRound = (hash: Sha256, { chain, lock }: FollowedLock, signature: string): Refutation | null => {
  const named = lock.record.beacon
  const bytes = fromHex(signature, 48)
  const isGenuine = named !== null && chain !== null && bytes !== undefined &&
    verifyBeacon(hash, chain, { round: named.round, signature: bytes })
  return isGenuine ? null : { check: 8, detail: `That is not the signature of round ${named?.round ?? "none"}.` }
}

/**
 * The position that wins a followed draw, by its seed (hex) and the signature (hex) that `refuteRound` has found genuine, null of a draw
 * without a beacon. Null where nobody entered.
 */
export const computeWinner = (
  hash: Sha256,
  followed: FollowedLock,
  { seed, signature }: { readonly seed: string; readonly signature: string | null }
): Followed<Position | null> => {
  const { lock: { record: lock }, open } = followed
  const [seedBytes, signatureBytes] = [fromHex(seed, 32), fromHex(signature ?? "", signature === null ? 0 : 48)]
  if (seedBytes === undefined) return refuted(4, "The seed is not 32 bytes in hex.")
  if (signatureBytes === undefined || (lock.beacon === null) !== (signature === null)) {
    return refuted(8, "The round's signature is missing, or not asked for.")
  }
  const committed = fromHex(open.record.commitment, 32)
  if (committed === undefined || !opens(hash, lock.draw, seedBytes, committed)) {
    return refuted(4, "The seed is not the one that was committed to.")
  }
  const drawn = entropy(hash, {
    drawId: lock.draw,
    openHash: open.hash,
    seed: seedBytes,
    beaconSignature: signatureBytes
  })
  return { ok: true, value: winningPosition(drawn, lock.entries) ?? null }
}
