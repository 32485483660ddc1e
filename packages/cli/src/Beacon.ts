/** The public beacon, by the settings: which chain new draws name, and which relays are asked for the rounds that draws wait for. */
import { leagueRelays, make } from "@ddd/adapters-drand/RelayDrand"
import { BeaconChain } from "@ddd/core/ports/BeaconChain"
import { BeaconRelays } from "@ddd/core/ports/BeaconRelays"
import { Now } from "@ddd/core/ports/Now"
import { type ChainInfo, quicknet } from "@ddd/core/proof/Beacon"
import { Effect, Layer } from "effect"
import type { Settings } from "./config/Variables.ts"

export type BeaconSettings = Pick<Settings, "BEACON" | "DRAND_CHAIN" | "DRAND_URLS">

const beacon = (chain: ChainInfo, relays: ReadonlyArray<URL>) =>
  Layer.merge(Layer.succeed(BeaconChain, chain), Layer.succeed(BeaconRelays, relays.map(make)))

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
    return beacon(chain, relays ?? (yield* own))
  }))

export const layer = ({ BEACON, DRAND_CHAIN, DRAND_URLS }: BeaconSettings): Layer.Layer<never, never, Now> => {
  switch (BEACON) {
    case "none":
      return Layer.empty
    case "drand":
      return beacon(DRAND_CHAIN ?? quicknet, DRAND_URLS ?? leagueRelays)
    case "dev":
      return development(DRAND_URLS)
  }
}
