/** Whether this process should be sent requests. */
import { Context, type Effect } from "effect"

export class Readiness extends Context.Service<Readiness, {
  /** `ok` while the store answers, its tables are of this version, and the process is not about to stop. `detail` is public. */
  readonly ready: Effect.Effect<{ readonly ok: boolean; readonly detail: string }>
}>()("@ddd/http/operator/Readiness") {}
