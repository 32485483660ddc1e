/** Port: the relays of public beacons. None of them is trusted: what one answers is verified before it is used. */
import { Context, Data, type Effect } from "effect"

/** A relay did not tell the round: it is not there yet, or the relay is out of reach, or what it says is no answer. */
export class RelayFailed extends Data.TaggedError("RelayFailed")<{
  readonly relay: string
  readonly message: string
  readonly cause?: unknown
}> {}

export interface BeaconRelay {
  /** What it is called in logs. */
  readonly name: string
  /**
   * The signature that the relay tells of a round of the chain of that hash (64 hex digits), of any length and unverified. Ends within
   * seconds.
   */
  readonly signatureOf: (chainHash: string, round: number) => Effect.Effect<Uint8Array, RelayFailed>
}

/** In the order in which they are asked; none where this program runs without a beacon. */
export const BeaconRelays = Context.Reference<ReadonlyArray<BeaconRelay>>("@ddd/core/ports/BeaconRelays", {
  defaultValue: () => []
})
