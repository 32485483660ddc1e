/** The rounds of beacons that locked draws wait for. */
import { type ChainInfo, drandHashes } from "../proof/Beacon.ts"
import type { BeaconRef } from "../proof/Record.ts"
import type { DrawId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { DrawStatus } from "./Draw.ts"
import { isUndecided } from "./DrawSteps.ts"

/** Whether a draw names a beacon whose round is not there yet; null says that there is none. */
export const isRoundMissing = (
  { beacon, beaconSignature }: { readonly beacon: unknown; readonly beaconSignature: unknown }
): boolean => beacon !== null && beaconSignature === null

/** A round of a beacon that locked draws wait for, whose outcome is due. */
export interface AwaitedRound {
  /** 64 hex digits. */
  readonly chainHash: string
  readonly round: number
  /** What is known of the chain; null: nothing. */
  readonly chain: ChainInfo | null
  /** When the first of its draws was to be drawn. */
  readonly dueAt: Instant
  /** Those that wait for it, at least one. */
  readonly drawIds: ReadonlyArray<DrawId>
}

/**
 * Whether draws may be given up for a round that was not had. One of drand's public chains anyone can have: a server that has no relay to
 * ask has not asked in vain, and must not call off what is decided.
 */
export const isAskedInVain = ({ chainHash }: Pick<AwaitedRound, "chainHash">, relays: number): boolean =>
  relays > 0 || !drandHashes.includes(chainHash)

/** A draw that may wait for a round. */
export interface WaitingDraw {
  readonly id: DrawId
  readonly status: DrawStatus
  /** When the outcome is due; null before the lock. */
  readonly drawAt: Instant | null
  readonly beacon: BeaconRef | null
  /** What is known of the beacon's chain (`knownChain`). */
  readonly chain: ChainInfo | null
  readonly isRoundMissing: boolean
  readonly voidBegunAt: Instant | null
}

/** The rounds that are to be fetched at `clock`, each with the draws that wait for it, the longest awaited first. */
export const awaitedRounds = (draws: ReadonlyArray<WaitingDraw>, clock: Instant): ReadonlyArray<AwaitedRound> => {
  const rounds = new Map<string, AwaitedRound & { readonly drawIds: Array<DrawId> }>()
  const waiting = draws.flatMap((draw) => {
    const { beacon, chain, drawAt, id, isRoundMissing } = draw
    return isUndecided(draw) && isRoundMissing && beacon !== null && drawAt !== null && drawAt <= clock
      ? [{ beacon, chain, drawAt, id }]
      : []
  })
  for (const { beacon, chain, drawAt, id } of waiting.sort((a, b) => a.drawAt - b.drawAt)) {
    const name = `${beacon.chainHash} ${beacon.round}`
    const round = rounds.get(name)
    if (round === undefined) rounds.set(name, { ...beacon, chain, dueAt: drawAt, drawIds: [id] })
    else round.drawIds.push(id)
  }
  return [...rounds.values()]
}
