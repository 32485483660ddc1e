/** The proof bundle of a draw, made as it is sent (docs/fairness.md, "The proof bundle"): ten million tickets take no more memory than ten. */
import type { Draw, DrawNotes } from "@ddd/core/draws/Draw"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import type { ProofSource } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { parseNote, parseVerifierKey } from "@ddd/core/proof/Note"
import { encodeHeader } from "@ddd/core/proof/Proof"
import { Effect, Stream } from "effect"
import { type Problem, refuse } from "../problems/Problem.ts"

/** A result is proved with the parameters of the beacon's chain that it names, and nothing is known of them. */
const unknownChain = (chainHash: string) =>
  refuse(
    "unavailable",
    `This draw was decided with the beacon chain ${chainHash}, of which this server does not know the parameters, so that it cannot give ` +
      "the whole proof. The signed records of the draw are there. The operator has to add the chain to DRAND_CHAIN.",
    { retryAfter: unknownChainRetrySeconds }
  )
const unknownChainRetrySeconds = 3_600

/** Makes the bundle's bytes, unless they cannot be told whole. */
export const makeProofBundle = Effect.gen(function*() {
  const { vkeys } = yield* RecordSigner

  return (
    { chain, drawId, lines, notes }: ProofSource,
    { beacon, status }: Pick<Draw, "beacon" | "status">
  ): Effect.Effect<Stream.Stream<Uint8Array, Unavailable>, Problem<"unavailable">> => {
    // until there is a result a bundle may leave it open (docs/fairness-readings.md, 7)
    if (beacon !== null && chain === null && status === "drawn") return unknownChain(beacon.chainHash)
    const vkey = signerOfAll(notes, vkeys)
    const header = encodeHeader({ drawId, vkey, ...notes, chain })
    return Effect.succeed(Stream.encodeText(Stream.concat(Stream.succeed(header), lines)))
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
