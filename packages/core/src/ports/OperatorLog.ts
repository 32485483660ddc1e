/** Port: what operators did by hand, as it was written down with its effect. */
import { Context, type Effect } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { NewOperatorEntry } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Unavailable } from "./Unavailable.ts"

export interface OperatorEntry extends NewOperatorEntry {
  readonly id: string
  readonly at: Instant
  /** Which role of the database it was done as, by the database's word; null where there are no roles. */
  readonly role: string | null
}

export interface OperatorLogFilter {
  readonly operator?: string
  readonly command?: string
  /** What it was done to: a subject's id. */
  readonly subject?: string
  readonly since?: Instant
}

export class OperatorLog extends Context.Service<OperatorLog, {
  /** Newest first; the cursor is an entry's id. */
  readonly list: (filter: OperatorLogFilter, page: PageRequest) => Effect.Effect<Page<OperatorEntry>, Unavailable>
  readonly find: (id: string) => Effect.Effect<OperatorEntry | null, Unavailable>
}>()("@ddd/core/ports/OperatorLog") {}
