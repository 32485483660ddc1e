/**
 * The public beacon: drand (docs/fairness.md, "Records").
 *
 * A round's signature cannot exist before its time and cannot be chosen by anyone. A chain is named by the hash of its
 * parameters, so that a verifier pins 32 bytes.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js"
import type { Sha256 } from "../hash/Hash.ts"
import { concat, fromHex, toHex, u32, u64, utf8Bytes } from "../values/Bytes.ts"
import { type Instant, instant } from "../values/Instant.ts"
import { type ChainInfo, quicknetScheme } from "./Chains.ts"

export { beaconDelayMillis, type ChainInfo, drandHashes, quicknet, quicknetHash, quicknetScheme } from "./Chains.ts"

/** drand's first scheme: the message holds the previous signature too, signatures on G2, the key on G1. Never in a bundle. */
const chainedScheme = "pedersen-bls-chained"

/**
 * A chain's hash: H(u32 period ‖ i64 genesis ‖ public key ‖ genesis seed ‖ beacon id unless "default").
 *
 * `undefined` where the parameters are none: a period that is not 1 to 2^32 − 1 seconds, a genesis before 1970, a key that
 * is not of 48 or 96 bytes, a seed that is not of 32. The lengths matter: the parts are joined without a mark between them.
 */
export const chainHash = (hash: Sha256, chain: ChainInfo): Uint8Array | undefined => {
  const publicKey = fromHex(chain.publicKey, 48) ?? fromHex(chain.publicKey, 96)
  const genesisSeed = fromHex(chain.genesisSeed, 32)
  if (publicKey === undefined || genesisSeed === undefined) return undefined
  if (!Number.isInteger(chain.period) || chain.period < 1 || chain.period >= 2 ** 32) return undefined
  if (!Number.isSafeInteger(chain.genesisTime) || chain.genesisTime < 0) return undefined
  const beaconId = chain.beaconID === "default" ? "" : chain.beaconID
  return hash(concat(u32(chain.period), u64(chain.genesisTime), publicKey, genesisSeed, utf8Bytes(beaconId)))
}

/** The one of `chains` that has this hash, in hex. */
export const chainNamed = (hash: Sha256, name: string, chains: ReadonlyArray<ChainInfo>): ChainInfo | undefined =>
  chains.find((chain) => {
    const own = chainHash(hash, chain)
    return own !== undefined && toHex(own) === name
  })

/** The first round whose time is not before `draws` (milliseconds since the Unix epoch). */
export const roundFor = (chain: ChainInfo, draws: number): number =>
  Math.max(1, Math.ceil((draws - chain.genesisTime * 1000) / (chain.period * 1000)) + 1)

const roundMillis = (chain: ChainInfo, round: number): number => (chain.genesisTime + (round - 1) * chain.period) * 1000

/** When a round is due. Throws `RangeError` past the year 9999. */
export const roundTime = (chain: ChainInfo, round: number): Instant => instant(roundMillis(chain, round))

/** Whether `at` is before a round is due, whatever the round. */
export const isBeforeRound = (chain: ChainInfo, round: number, at: Instant): boolean => at < roundMillis(chain, round)

/** What a round's signature covers: H(u64(round)); in a chained scheme H(previous signature ‖ u64(round)). */
export const beaconMessage = (
  hash: Sha256,
  round: number,
  previousSignature: Uint8Array = new Uint8Array(0)
): Uint8Array => hash(concat(previousSignature, u64(round)))

/** One of drand's BLS schemes: where its keys and signatures live, and how a signature is checked. */
interface BlsScheme {
  readonly keyLength: number
  readonly signatureLength: number
  readonly verify: (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => boolean
}

const schemes: Readonly<Record<string, BlsScheme>> = {
  [quicknetScheme]: {
    keyLength: 96,
    signatureLength: 48,
    verify: (signature, message, key) => {
      const bls = bls12_381.shortSignatures
      return bls.verify(signature, bls.hash(message, "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"), key)
    }
  },
  [chainedScheme]: {
    keyLength: 48,
    signatureLength: 96,
    verify: (signature, message, key) => {
      const bls = bls12_381.longSignatures
      return bls.verify(signature, bls.hash(message, "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"), key)
    }
  }
}

/** A round as a relay tells it. */
export interface BeaconRound {
  readonly round: number
  readonly signature: Uint8Array
  /** In a chained scheme only. */
  readonly previousSignature?: Uint8Array
}

/**
 * Whether a round's signature is the chain's.
 *
 * Key and signature must be canonical compressed points of the right subgroup, and not infinity. Takes tens of milliseconds.
 */
export const verifyBeacon = (hash: Sha256, chain: ChainInfo, beacon: BeaconRound): boolean => {
  const scheme = Object.hasOwn(schemes, chain.schemeID) ? schemes[chain.schemeID] : undefined
  const { previousSignature, round, signature } = beacon
  if (scheme === undefined || !Number.isSafeInteger(round) || round < 1) return false
  if (signature.length !== scheme.signatureLength) return false
  if ((chain.schemeID === chainedScheme) !== (previousSignature !== undefined)) return false
  const key = fromHex(chain.publicKey, scheme.keyLength)
  if (key === undefined) return false
  try {
    return scheme.verify(signature, beaconMessage(hash, round, previousSignature), key)
  } catch {
    // The library throws where bytes are not a point of the subgroup
    return false
  }
}
