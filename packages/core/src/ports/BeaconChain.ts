/** Port: the public beacon whose rounds draws made from now on wait for. */
import { Context } from "effect"
import type { ChainInfo } from "../proof/Beacon.ts"

/** The chain that new draws name; null where they do without, and the operator alone knows their seeds before they lock. */
export const BeaconChain = Context.Reference<ChainInfo | null>("@ddd/core/ports/BeaconChain", {
  defaultValue: () => null
})
