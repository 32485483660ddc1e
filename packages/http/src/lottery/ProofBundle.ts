/** The proof bundle of a draw, made as it is sent (docs/fairness.md, "The proof bundle"): ten million tickets take no more memory than ten. */
import type { Draw, DrawNotes } from "@ddd/core/draws/Draw"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { BeaconChain } from "@ddd/core/ports/BeaconChain"
import type { ProofSource } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { type ChainInfo, chainNamed } from "@ddd/core/proof/Beacon"
import { parseNote, parseVerifierKey } from "@ddd/core/proof/Note"
import { encodeHeader } from "@ddd/core/proof/Proof"
import { Effect, Stream } from "effect"

/** Makes the bundle's bytes. Throws where the draw names a beacon that is not known. */
export const makeProofBundle = Effect.gen(function*() {
  const { vkeys } = yield* RecordSigner
  const configured = yield* BeaconChain

  return (
    { drawId, lines, notes }: ProofSource,
    beacon: Draw["beacon"]
  ): Stream.Stream<Uint8Array, Unavailable> => {
    const vkey = signerOfAll(notes, vkeys)
    const header = encodeHeader({ drawId, vkey, ...notes, chain: chainOf(beacon, configured) })
    return Stream.encodeText(Stream.concat(Stream.succeed(header), lines))
  }
})

/** Makes the bundle of a draw as far as it is public. */
export type ProofBundle = Effect.Success<typeof makeProofBundle>

/**
 * Of the log's living keys, oldest first, the oldest one that signed all the notes. Where a rotation left none, the newest: a verifier
 * says what it did not sign.
 */
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
const chainOf = (beacon: Draw["beacon"], configured: ChainInfo | null): ChainInfo | null => {
  if (beacon === null) return null
  const chain = chainNamed(nobleSha256, beacon.chainHash, configured)
  if (chain === undefined) throw new Error(`nothing is known of the beacon ${beacon.chainHash}`)
  return chain
}
