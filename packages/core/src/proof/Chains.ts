/** What is known of the public beacon's chains, without what verifies their signatures. */

/** A chain's parameters, with drand's own names for them. */
export interface ChainInfo {
  /** Hex. */
  readonly publicKey: string
  /** Seconds from one round to the next. */
  readonly period: number
  /** When round 1 is due: seconds since the Unix epoch. */
  readonly genesisTime: number
  /** Hex, 32 bytes. */
  readonly genesisSeed: string
  readonly schemeID: string
  readonly beaconID: string
}

/** The scheme of bundles: the message is the round alone, signatures on G1 (48 bytes), the key on G2 (96 bytes). */
export const quicknetScheme = "bls-unchained-g1-rfc9380"

/** drand's quicknet, of the League of Entropy. */
export const quicknet: ChainInfo = {
  publicKey:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  period: 3,
  genesisTime: 1_692_803_367,
  genesisSeed: "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
  schemeID: quicknetScheme,
  beaconID: "quicknet"
}

/** The hash of `quicknet`, in hex. */
export const quicknetHash = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"

/** The hashes of the chains that drand's League of Entropy runs: quicknet, and its first, the default one. */
export const drandHashes: ReadonlyArray<string> = [
  quicknetHash,
  "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"
]

/** How long after its close (a daily draw's) or lock (at least, a room's) the outcome of a draw with a beacon is due. */
export const beaconDelayMillis = 30_000
