/** Port: what players decide about their own play: limits, time-outs, exclusions; and how they play today. */
import { Context, Data, type Effect } from "effect"
import type { RequestOrigin } from "../accounts/SecurityEvent.ts"
import type { Barring } from "../money/Barring.ts"
import type { Counted, DepositExcess } from "../money/Limits.ts"
import type { Cents } from "../money/Money.ts"
import type { ExclusionBy } from "../play/Exclusion.ts"
import type { LimitChange, LimitsView } from "../play/LimitChange.ts"
import type { SayBirthRefusal } from "../play/SayBirth.ts"
import type { UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { TooManyChanges } from "./Accounts.ts"
import type { UnknownUser } from "./Ledger.ts"
import type { Unavailable } from "./Unavailable.ts"

/** A deposit that was more than its player allowed, and was credited since it was paid already. */
export interface ExcessiveDeposit extends DepositExcess {
  /** The deposit's movement. */
  readonly transactionId: string
  readonly at: Instant
}

/** How a player plays (docs/api.md, "Profile"). */
export interface PlayToday {
  /** When the session began; null where it is none of theirs. */
  readonly sessionStartedAt: Instant | null
  /** On tickets since midnight UTC, without what was paid back of them. */
  readonly spent: Cents
  readonly won: Cents
}

/** A player's limits, what is counted against them, and what bars the player. */
export interface PlayState extends LimitsView, Barring {
  /** Null where nothing is limited. */
  readonly counted: Counted | null
}

/** A date of birth is not kept; nothing was changed. */
export class BirthRefused extends Data.TaggedError("BirthRefused")<{ readonly refusal: SayBirthRefusal }> {}

/**
 * Each change is one transaction, with its security event. `TooManyChanges`: the player did it as often today as one may. `UnknownUser` also of who is erased, and of the
 * house.
 */
export class PlayControls extends Context.Service<PlayControls, {
  readonly of: (userId: UserId) => Effect.Effect<PlayState, UnknownUser | Unavailable>
  /** A lower limit is in force at once; a higher one waits to be confirmed. */
  readonly changeLimits: (
    userId: UserId,
    change: LimitChange,
    origin: RequestOrigin
  ) => Effect.Effect<LimitsView, TooManyChanges | UnknownUser | Unavailable>
  /** Puts in force what has waited; nothing where nothing has. */
  readonly confirmLimits: (
    userId: UserId,
    origin: RequestOrigin
  ) => Effect.Effect<LimitsView, UnknownUser | Unavailable>
  /** From 24 to 1,008 hours; gives until when. */
  readonly timeOut: (
    userId: UserId,
    hours: number,
    origin: RequestOrigin
  ) => Effect.Effect<Instant, TooManyChanges | UnknownUser | Unavailable>
  /** From 180 to 1,825 days; gives until when. Rooms that the player hosts are closed. */
  readonly exclude: (
    userId: UserId,
    days: number,
    by: ExclusionBy
  ) => Effect.Effect<Instant, TooManyChanges | UnknownUser | Unavailable>
  /** As a register says; nothing where that is over, or no longer than an earlier exclusion. */
  readonly excludeRegistered: (userId: UserId, until: Instant) => Effect.Effect<void, UnknownUser | Unavailable>
  /** As the player was barred before a backup was put back; nothing where that is over, or they are barred for longer. */
  readonly barAgain: (
    userId: UserId,
    by: "time-out" | "exclusion",
    until: Instant
  ) => Effect.Effect<void, UnknownUser | Unavailable>
  /** Keeps when the player was born, as they say, once. */
  readonly sayBirth: (
    userId: UserId,
    bornOn: Day,
    origin: RequestOrigin
  ) => Effect.Effect<void, BirthRefused | UnknownUser | Unavailable>
  readonly today: (userId: UserId, sessionId: string) => Effect.Effect<PlayToday, UnknownUser | Unavailable>
  /** Newest first; the cursor is a movement's id. */
  readonly excesses: (userId: UserId, page: PageRequest) => Effect.Effect<Page<ExcessiveDeposit>, Unavailable>
}>()("@ddd/core/ports/PlayControls") {}
