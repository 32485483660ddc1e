/** The proof bundle of a draw, made as it is sent (FAIRNESS.md, "The proof bundle"): ten million tickets take no more memory than ten. */
import { type ChainInfo, quicknet, quicknetHash } from "@ddd/core/Beacon"
import type { Draw, DrawNotes } from "@ddd/core/Draw"
import { nobleSha256 } from "@ddd/core/Hash"
import { parseNote, parseVerifierKey } from "@ddd/core/Note"
import type { ProofSource } from "@ddd/core/ports/Draws"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { encodeHeader, encodeTicket } from "@ddd/core/Proof"
import { Stream } from "effect"

/** The bundle's bytes. `vkeys` are the log's living keys, oldest first. Throws where the draw names a beacon that is not known. */
export const proofBundle = (
  { drawId, notes, tickets }: ProofSource,
  beacon: Draw["beacon"],
  vkeys: ReadonlyArray<string>
): Stream.Stream<Uint8Array, Unavailable> => {
  const header = encodeHeader({ drawId, vkey: signerOfAll(notes, vkeys), ...notes, chain: chainOf(beacon) })
  return Stream.encodeText(
    Stream.concat(Stream.succeed(header), Stream.map(tickets, (chunk) => chunk.map(encodeTicket).join("")))
  )
}

/** The oldest key that signed all the notes. Where a rotation left none, the newest: a verifier says what it did not sign. */
const signerOfAll = ({ lock, open, result }: DrawNotes, vkeys: ReadonlyArray<string>): string => {
  const signers = [open, lock, result].filter((note) => note !== null).map(signersOf)
  const oldest = vkeys.find((vkey) => {
    const key = parseVerifierKey(nobleSha256, vkey)
    return key !== undefined && signers.every((keys) => keys.has(`${key.name} ${key.id}`))
  }) ?? vkeys.at(-1)
  if (oldest === undefined) throw new Error("the log has no keys")
  return oldest
}

const signersOf = (note: string): ReadonlySet<string> =>
  new Set(parseNote(note)?.signatures.map(({ id, name }) => `${name} ${id}`))

/** What a verifier needs to know of the beacon. */
const chainOf = (beacon: Draw["beacon"]): ChainInfo | null => {
  if (beacon === null) return null
  if (beacon.chainHash !== quicknetHash) throw new Error(`nothing is known of the beacon ${beacon.chainHash}`)
  return quicknet
}
