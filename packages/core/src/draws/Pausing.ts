/**
 * An operator stops the sales of a daily draw for a while (`sell` refuses then). Nothing else of the draw stops: it locks at its midnight,
 * is drawn and pays out with the tickets that were sold.
 */
import { Result } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { Draw } from "./Draw.ts"

/** Read under the lock of the draw's row, the clock last. */
export interface PauseFacts {
  readonly draw: Pick<Draw, "kind" | "status" | "closesAt">
  /** Since when its sales are paused; null where they are not. */
  readonly pausedAt: Instant | null
  readonly clock: Instant
}

export type PauseRefusal =
  /** It is a room's, which its host closes. */
  | { readonly _tag: "RoomsAreNotPaused" }
  /** Its sales have ended. */
  | { readonly _tag: "SalesOver" }

/** Whether anything changes: sales are paused, or resumed. */
export const decidePause = (
  { clock, draw, pausedAt }: PauseFacts,
  paused: boolean
): Result.Result<boolean, PauseRefusal> => {
  if (draw.kind === "room") return Result.fail({ _tag: "RoomsAreNotPaused" })
  const isSold = draw.status === "open" || draw.status === "scheduled"
  if (!isSold || (draw.closesAt !== null && draw.closesAt <= clock)) return Result.fail({ _tag: "SalesOver" })
  return Result.succeed((pausedAt !== null) !== paused)
}
