/** Port: what must happen outside the books, because of what happened in them. */
import { Context, type Effect } from "effect"
import type { Job } from "../values/Job.ts"
import type { Unavailable } from "./Unavailable.ts"

export class Outbox extends Context.Service<Outbox, {
  /** Part of the caller's transaction: it is done at least once if that commits, and never if it does not. The same `id` is taken once, ever. */
  readonly add: (id: string, job: Job) => Effect.Effect<void, Unavailable>
}>()("@ddd/core/ports/Outbox") {}
