/**
 * Whether an operator may declare a draw void before the week is over in which its round may come.
 *
 * The operator holds the seed, so a void that they may declare once the round is out would let them call off a draw whose winner they do not
 * like. Therefore: only a locked draw, whose chain nobody here follows, which is none of drand's public ones, whose round is not there a day
 * after it was due and a day after any server followed the chain, and which no relay that is asked at that moment tells (docs/operations/beacon.md; decision 51).
 */
import { drandHashes } from "../proof/Beacon.ts"
import { type Instant, instant } from "../values/Instant.ts"
import type { Draw, DrawStatus } from "./Draw.ts"
import { type FollowedHashes, isFollowed } from "./DrawChain.ts"
import { earlyVoidAfterMillis } from "./DrawSteps.ts"

export type EarlyVoidRefusal =
  | { readonly _tag: "NotLocked"; readonly status: DrawStatus }
  /** It needs no round. */
  | { readonly _tag: "NoBeacon" }
  /** Its round can be had by anyone. */
  | { readonly _tag: "PublicChain"; readonly chainHash: string }
  /** Its round may come still. */
  | { readonly _tag: "Followed"; readonly chainHash: string }
  | { readonly _tag: "TooEarly"; readonly from: Instant }
  /** It was declared void, and its tickets are being paid back. */
  | { readonly _tag: "VoidBegun" }
  /** A server followed its chain until a while ago: its round may have come, or may come still. */
  | { readonly _tag: "FollowedLately"; readonly chainHash: string; readonly until: Instant }
  /** Its round is there: it is drawn. */
  | { readonly _tag: "RoundThere"; readonly round: number }

/** From when on a chain counts as retired: a day after a server followed it last; the beginning of time where none did. */
export const retiredAt = (followedAt: Instant | null): Instant =>
  followedAt === null ? instant(0) : instant(followedAt + earlyVoidAfterMillis)

/** Why not; null where they may, unless a relay tells the round. `isRoundMissing`: it is due, and not stored. `followedAt`: when a server last followed its chain. */
export const refuseEarlyVoid = (
  { beacon, drawAt, status }: Pick<Draw, "beacon" | "drawAt" | "status">,
  isRoundMissing: boolean,
  followed: FollowedHashes,
  followedAt: Instant | null,
  clock: Instant
): EarlyVoidRefusal | null => {
  if (status !== "locked" || drawAt === null) return { _tag: "NotLocked", status }
  if (beacon === null) return { _tag: "NoBeacon" }
  const { chainHash, round } = beacon
  if (drandHashes.includes(chainHash)) return { _tag: "PublicChain", chainHash }
  if (isFollowed(followed, chainHash)) return { _tag: "Followed", chainHash }
  const from = instant(drawAt + earlyVoidAfterMillis)
  if (clock < from) return { _tag: "TooEarly", from }
  if (clock < retiredAt(followedAt)) return { _tag: "FollowedLately", chainHash, until: retiredAt(followedAt) }
  return isRoundMissing ? null : { _tag: "RoundThere", round }
}
