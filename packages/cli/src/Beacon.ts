/** The public beacons, by the settings: which chain new draws name, whose rounds are fetched, and which relays are asked for them. */
import { leagueRelays, make } from "@ddd/adapters-drand/RelayDrand"
import { BeaconChains, type FollowedChains, onlyChain } from "@ddd/core/ports/BeaconChains"
import { BeaconRelays } from "@ddd/core/ports/BeaconRelays"
import { Now } from "@ddd/core/ports/Now"
import { quicknet } from "@ddd/core/proof/Beacon"
import { Effect, Layer } from "effect"
import type { Settings } from "./config/Variables.ts"

export type BeaconSettings = Pick<Settings, "BEACON" | "DRAND_CHAIN" | "DRAND_URLS">

const beacon = (chains: FollowedChains, relays: ReadonlyArray<URL>) =>
  Layer.merge(Layer.succeed(BeaconChains, chains), Layer.succeed(BeaconRelays, relays.map(make)))

/**
 * The beacon of development, whose key is secret to nobody, asked as drand is: at these relays, or at one of its own on this machine,
 * which tells rounds by the database's clock.
 */
const development = (relays: ReadonlyArray<URL> | undefined) =>
  Layer.unwrap(Effect.gen(function*() {
    // production never reads it
    const [{ chain }, { start }] = yield* Effect.promise(() =>
      Promise.all([import("@ddd/sim/providers/BeaconStandIn"), import("@ddd/sim/providers/BeaconRelayStandIn")])
    )
    const { now } = yield* Now
    const context = yield* Effect.context()
    const own = Effect.map(start({ now: () => Effect.runPromiseWith(context)(now) }), ({ url }) => [url])
    return beacon(onlyChain(chain), relays ?? (yield* own))
  }))

export const layer = ({ BEACON, DRAND_CHAIN, DRAND_URLS }: BeaconSettings): Layer.Layer<never, never, Now> => {
  switch (BEACON) {
    case "none":
      // draws of before may name chains still
      return DRAND_CHAIN === undefined
        ? Layer.empty
        : beacon({ forNewDraws: null, followed: DRAND_CHAIN }, DRAND_URLS ?? leagueRelays)
    case "drand": {
      const followed = DRAND_CHAIN ?? [quicknet]
      return beacon({ forNewDraws: followed[0] ?? quicknet, followed }, DRAND_URLS ?? leagueRelays)
    }
    case "dev":
      return development(DRAND_URLS)
  }
}
