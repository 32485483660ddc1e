/** Port: how many mails of a kind a player was sent today. */
import { Context, type Effect } from "effect"
import type { CountedMail } from "../accounts/MailAllowance.ts"
import type { UserId } from "../values/Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

export class MailCounts extends Context.Service<MailCounts, {
  /** How many were counted since this UTC day began; 0 where that was forgotten, as by a crash of the store. */
  readonly sentToday: (userId: UserId, kind: CountedMail) => Effect.Effect<number, Unavailable>
  /** Counts one that was sent. */
  readonly countSent: (userId: UserId, kind: CountedMail) => Effect.Effect<void, Unavailable>
}>()("@ddd/core/ports/MailCounts") {}
