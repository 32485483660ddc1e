/** Port: removes what was kept for long enough. */
import { Context, type Effect } from "effect"
import type { RetainedKind } from "../values/Retention.ts"
import type { Unavailable } from "./Unavailable.ts"

/** What a step of pruning did. */
export interface Pruned {
  readonly rows: number
  /** Whether another step may find more. */
  readonly isMore: boolean
}

export class Retention extends Context.Service<Retention, {
  /**
   * Removes up to `limit` rows of a kind that are old enough (`oldAt`), the oldest first, and what hangs on them. None where another
   * node is at it.
   */
  readonly prune: (kind: RetainedKind, limit: number) => Effect.Effect<Pruned, Unavailable>
}>()("@ddd/core/ports/Retention") {}
