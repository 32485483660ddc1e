/**
 * The beacon's chain that a draw names: what is known of it, and whether the draw's round can come.
 *
 * A draw names its chain for good, by the hash of its parameters; they are kept with the draws, so that a chain which no setting names any
 * more still proves and decides them (docs/operations/beacon.md).
 */
import type { Sha256 } from "../hash/Hash.ts"
import { chainHash, type ChainInfo, chainNamed, quicknet } from "../proof/Beacon.ts"
import { toHex } from "../values/Bytes.ts"

/**
 * The parameters of the chain that a draw names; null where it names none, or nothing is known of it. `kept` are those that are stored
 * under that name, believed only where they have its hash.
 */
export const knownChain = (
  hash: Sha256,
  name: string | null,
  followed: ReadonlyArray<ChainInfo>,
  kept: ChainInfo | null
): ChainInfo | null =>
  name === null ? null : chainNamed(hash, name, [...followed, quicknet, ...kept === null ? [] : [kept]]) ?? null

/** A chain as it is kept. `hash` is hex. */
export interface KeptChain {
  readonly hash: string
  readonly chain: ChainInfo
}

/** Chains, each under its hash. Throws `TypeError` of one that is malformed. */
export const chainsToKeep = (hash: Sha256, chains: ReadonlyArray<ChainInfo>): ReadonlyArray<KeptChain> =>
  chains.map((chain) => {
    const name = chainHash(hash, chain)
    if (name === undefined) throw new TypeError("the beacon's chain is malformed")
    return { hash: toHex(name), chain }
  })

/** The hashes of the chains whose rounds this program fetches. */
export type FollowedHashes = ReadonlySet<string>

export const followedHashes = (hash: Sha256, followed: ReadonlyArray<ChainInfo>): FollowedHashes =>
  new Set(chainsToKeep(hash, followed).map((kept) => kept.hash))

/** Whether the round of a draw that names this chain (null: none) can come, so that its tickets may be sold and its room be locked. */
export const isFollowed = (followed: FollowedHashes, chainHash: string | null): boolean =>
  chainHash === null || followed.has(chainHash)
