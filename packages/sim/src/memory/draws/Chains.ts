/** The parameters of the beacons' chains that draws name, in memory: a draw outlives the setting that named its chain. */
import { chainsToKeep, knownChain } from "@ddd/core/draws/DrawChain"
import type { Sha256 } from "@ddd/core/hash/Hash"
import type { FollowedChains } from "@ddd/core/ports/BeaconChains"
import type { ChainInfo } from "@ddd/core/proof/Beacon"
import type { Store } from "../Store.ts"

export const makeChains = (store: Store["Service"], sha256: Sha256, { followed, forNewDraws }: FollowedChains) => ({
  forNewDraws,
  /** What is known of the chain of that hash (null: none); null: nothing. */
  named: (name: string | null): ChainInfo | null =>
    knownChain(sha256, name, followed, name === null ? null : store.chains.get(name) ?? null),
  /** Keeps a chain that a draw names. */
  keep: (chain: ChainInfo | null): void => {
    for (const kept of chainsToKeep(sha256, chain === null ? [] : [chain])) store.chains.set(kept.hash, kept.chain)
  },
  /** Keeps every chain that the settings name, with the time. */
  keepFollowed: (): void => {
    for (const kept of chainsToKeep(sha256, followed)) {
      store.chains.set(kept.hash, kept.chain)
      store.followedChains.set(kept.hash, store.now())
    }
  }
})
