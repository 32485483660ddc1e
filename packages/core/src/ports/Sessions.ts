/** Port: sessions, each a family of refresh tokens, and the word that one has ended. */
import { Context, type Effect, type Stream } from "effect"
import type { Refreshed } from "../accounts/Refresh.ts"
import type { RequestOrigin } from "../accounts/SecurityEvent.ts"
import type { EndedSession, Session, SessionEndReason, SessionId } from "../accounts/Session.ts"
import type { UserId } from "../values/Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

export class Sessions extends Context.Service<Sessions, {
  /**
   * Uses a refresh token: stores its successor's hash and answers whose session it is. The same token again within ten
   * seconds, its successor unused, is answered the same. Decided by `refresh`, in one transaction under the session's row.
   */
  readonly refresh: (
    tokenHash: string,
    successorHash: string,
    origin: RequestOrigin
  ) => Effect.Effect<Refreshed, Unavailable>
  /** Ends the session that a refresh token belongs to; nothing where there is none. */
  readonly endByToken: (tokenHash: string, origin: RequestOrigin) => Effect.Effect<void, Unavailable>
  /** Ends one living session of a player; false where it is not theirs or has ended. */
  readonly end: (userId: UserId, sessionId: SessionId, origin: RequestOrigin) => Effect.Effect<boolean, Unavailable>
  /** Ends all living sessions of a player. */
  readonly endAll: (userId: UserId, reason: SessionEndReason, origin: RequestOrigin) => Effect.Effect<void, Unavailable>
  /** A player's living sessions, newest first; `openSessionsMax` at most. */
  readonly list: (userId: UserId) => Effect.Effect<ReadonlyArray<Session>, Unavailable>
  /**
   * Whether a session has ended, as this process knows: told within 200 ms of the commit, without a read of the store while
   * it is listening, with one while it is not.
   */
  readonly hasEnded: (sessionId: SessionId) => Effect.Effect<boolean, Unavailable>
  /** Sessions that end from now on, as this process hears of them. Never ends and never fails. */
  readonly ended: Stream.Stream<EndedSession>
}>()("@ddd/core/ports/Sessions") {}
