/**
 * Port: the public beacons whose rounds this program fetches.
 *
 * It says what the settings say, not whether a relay answers just now: a relay's bad minute stops no sale.
 */
import { Context } from "effect"
import type { ChainInfo } from "../proof/Beacon.ts"

export interface FollowedChains {
  /** The chain that new draws name, one of `followed`; null where they do without, and the operator alone knows their seeds. */
  readonly forNewDraws: ChainInfo | null
  /** The chains whose rounds the relays are asked for. */
  readonly followed: ReadonlyArray<ChainInfo>
}

/** One chain, which new draws name. */
export const onlyChain = (chain: ChainInfo): FollowedChains => ({ forNewDraws: chain, followed: [chain] })

export const BeaconChains = Context.Reference<FollowedChains>("@ddd/core/ports/BeaconChains", {
  defaultValue: () => ({ forNewDraws: null, followed: [] })
})
