/** What the live hub needs to know from the rest of the program: the draw on sale, rooms, what happens to both, who a token names. */
import type { SessionId } from "@ddd/core/accounts/Session"
import { Context, Data, type Effect, type Redacted, type Stream } from "effect"
import type { ProblemCode } from "../problems/Problem.ts"
import type { DrawStatusUpdate, DrawUpdate, RoomUpdate, WalletUpdate } from "./Events.ts"

/** Something that was committed. */
export type LiveChange =
  /** Tickets were sold, in the draw on sale or in a room: the hub reads what it shows of it, at most 20 times a second. */
  | { readonly _tag: "DrawSold"; readonly drawId: string }
  /** A room's members or its status changed; nobody but its members is told. */
  | { readonly _tag: "RoomChanged"; readonly roomId: string }
  | { readonly _tag: "DrawStatus" } & DrawStatusUpdate

/** The source cannot answer now; the hub tries again. */
export class LiveSourceUnavailable extends Data.TaggedError("LiveSourceUnavailable")<{
  readonly message: string
  readonly cause?: unknown
}> {}

export const isSourceUnavailable = (error: unknown): boolean => error instanceof LiveSourceUnavailable

/** Why a token is refused: a code such as `unauthenticated` or `token_expired`, and a sentence. */
export class TokenRefused
  extends Data.TaggedError("TokenRefused")<{ readonly code: ProblemCode; readonly detail: string }>
{}

/** Whose token it was, of which session, and until when (Unix milliseconds, by the port `Now`). */
export interface Authenticated {
  readonly userId: string
  readonly sessionId: SessionId
  readonly expiresAt: number
}

export class LiveSource extends Context.Service<LiveSource, {
  /** The draw on sale now, or null. Read after `DrawSold`, when the first subscriber comes, and within 3 s of any other change. */
  readonly drawUpdate: Effect.Effect<DrawUpdate | null, LiveSourceUnavailable>
  /** A room by its id, whoever asks; null where there is none. Read and told as `drawUpdate` is. */
  readonly roomUpdate: (roomId: string) => Effect.Effect<RoomUpdate | null, LiveSourceUnavailable>
  /** For each of these rooms that there is a text, another one whenever `roomUpdate` gives something else. */
  readonly roomMarks: (
    roomIds: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyMap<string, string>, LiveSourceUnavailable>
  /** The wallets of those of the players who have one. */
  readonly walletUpdates: (
    userIds: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyMap<string, WalletUpdate>, LiveSourceUnavailable>
  /** Whether a player may be told of a room. */
  readonly isMember: (roomId: string, userId: string) => Effect.Effect<boolean, LiveSourceUnavailable>
  /**
   * What happens from now on. Where it fails or ends, the hub runs it again a second later.
   *
   * Each run may begin with the present `DrawStatus` of the last few draws, so that one which was missed between two runs
   * comes late instead of never: a status that was already told is not told again. Of one draw nothing older comes after what is newer.
   */
  readonly changes: Stream.Stream<LiveChange, LiveSourceUnavailable>
  /** Sessions that end from now on, before their tokens do: their sockets are closed. Never ends and never fails. */
  readonly endedSessions: Stream.Stream<SessionId>
  /** Refuses the tokens of sessions that have ended. */
  readonly authenticate: (token: Redacted.Redacted) => Effect.Effect<Authenticated, TokenRefused>
}>()("@ddd/http/live/LiveSource") {}
