/** A draw as the decisions about it see it. */
import type { Frontier } from "../proof/Merkle.ts"
import type { DrawId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { StepFacts } from "./DrawSteps.ts"

/** A draw's row, and the clock. Read under the row's lock, unless whoever reads it says why it need not be. */
export interface DrawState extends StepFacts {
  readonly id: DrawId
  /** The database's clock, read once the row was locked. */
  readonly clock: Instant
  /** The open record's text. */
  readonly openText: string
  /** The lock record's text; null before the lock. */
  readonly lockText: string | null
  readonly totalEntries: number
  /** The right edge of the tree of its tickets; null where what is stored of it cannot be read, which keeps a draw from its lock alone. */
  readonly frontier: Frontier | null
  /** When its newest ticket was bought; null before the first. */
  readonly lastPurchasedAt: Instant | null
  /** The hash of the beacon's chain that it names, in hex; null without a beacon. */
  readonly chainHash: string | null
  /** When a server last followed that chain (`FollowedChains`); null where none said so, and without a beacon. */
  readonly chainFollowedAt: Instant | null
  /** The signature of the beacon's round, 48 bytes; null without a beacon, and before it is there. */
  readonly beaconSignature: Uint8Array | null
  /** The void record's text, of a draw whose void began at `voidBegunAt`; null where none has. */
  readonly voidText: string | null
  /** How many tickets of such a draw are paid back: those at the positions 1 to this one. */
  readonly refundedEntries: number
}
