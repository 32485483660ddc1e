/** Port: what happened to identities, append-only. */
import { Context, type Effect } from "effect"
import type { RequestOrigin, SecurityEvent, SecurityEventType } from "../accounts/SecurityEvent.ts"
import type { UserId } from "../values/Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

export class SecurityLog extends Context.Service<SecurityLog, {
  /**
   * Appends an event that has no transaction of its own to stand in (a failed sign-in). Without a user nothing personal is
   * kept: `subject` is hashed under a secret. What changes an identity writes its event in its own transaction.
   */
  readonly append: (
    type: SecurityEventType,
    who: { readonly userId: UserId } | { readonly subject: string },
    origin: RequestOrigin
  ) => Effect.Effect<void, Unavailable>
  /** A player's events, newest first, at most `limit`. */
  readonly of: (userId: UserId, limit: number) => Effect.Effect<ReadonlyArray<SecurityEvent>, Unavailable>
}>()("@ddd/core/ports/SecurityLog") {}
