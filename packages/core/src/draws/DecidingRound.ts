/**
 * The beacon's round that decides a locked draw with its seed, as whoever computes the winner needs it (docs/fairness.md, "Following a
 * draw").
 */
import { type ChainInfo, roundTime } from "../proof/Beacon.ts"
import { textOf } from "../proof/Note.ts"
import type { BeaconRef } from "../proof/Record.ts"
import type { Instant } from "../values/Instant.ts"
import { lockRecordOf } from "./Locking.ts"

export interface DecidingRound extends BeaconRef {
  /** When the round is due, and what its signature is verified with; null where nothing is known of the chain. */
  readonly known: { readonly chain: ChainInfo; readonly time: Instant } | null
}

/** The round that a draw's lock record names, `lock` being the signed note; null where it names none. `chain`: what is known of its chain. */
export const decidingRound = (lock: string, chain: ChainInfo | null): DecidingRound | null => {
  const { beacon } = lockRecordOf(textOf(lock))
  if (beacon === null) return null
  return { ...beacon, known: chain === null ? null : { chain, time: roundTime(chain, beacon.round) } }
}
