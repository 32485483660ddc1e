/** Port: counts requests in windows of time, for all processes together. */
import { Context, type Effect } from "effect"
import type { PolicyName, Quota, RequestCount } from "../accounts/RequestLimits.ts"
import type { Unavailable } from "./Unavailable.ts"

/** Counts one more request under a key, such as a network. Each key has windows of its own. */
export type CountShared = (key: string) => Effect.Effect<RequestCount, Unavailable>

export class SharedCounts extends Context.Service<SharedCounts, {
  /**
   * What counts by a policy. A key over its quota is refused without asking the store again until its window ends, so that who goes on
   * costs nothing there.
   */
  readonly counter: (policy: PolicyName, quota: Quota) => CountShared
}>()("@ddd/core/ports/SharedCounts") {}
