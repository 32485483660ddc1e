/**
 * A beacon of our own, in the place of drand's quicknet: the same scheme, under a key that is secret to nobody, so that any round can be
 * signed at any time.
 */
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { beaconMessage, chainHash, type ChainInfo, quicknetScheme } from "@ddd/core/proof/Beacon"
import { toHex } from "@ddd/core/values/Bytes"
import { bls12_381 } from "@noble/curves/bls12-381.js"

const bls = bls12_381.shortSignatures
const secret = new Uint8Array(32).fill(5)

/** Its first round was in November 2023; a round every three seconds. */
export const chain: ChainInfo = {
  publicKey: bls.getPublicKey(secret).toHex(),
  period: 3,
  genesisTime: 1_700_000_000,
  genesisSeed: "ab".repeat(32),
  schemeID: quicknetScheme,
  beaconID: "stand-in"
}

const name = chainHash(nobleSha256, chain)
if (name === undefined) throw new TypeError("the stand-in's chain is malformed")

/** The chain's hash, in hex. */
export const hash = toHex(name)

/** A round's signature, 48 bytes. */
export const signRound = (round: number): Uint8Array =>
  bls.Signature.toBytes(
    bls.sign(bls.hash(beaconMessage(nobleSha256, round), "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"), secret)
  )
