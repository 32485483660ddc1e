/** Port: what is known of players' identity checks. Each change is one transaction, with its security event and its mail. */
import { Context, Data, type Effect } from "effect"
import type { Identity, IdentityMessage, IdentityRefusal, IdentityWord } from "../accounts/IdentityCheck.ts"
import type { Cents } from "../money/Money.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { UserSummary } from "./Accounts.ts"
import type { UnknownUser } from "./Ledger.ts"
import type { Unavailable } from "./Unavailable.ts"

/** Nothing is made of what was told, or said; nothing was changed. */
export class IdentityRefused extends Data.TaggedError("IdentityRefused")<{ readonly refusal: IdentityRefusal }> {}

/** A player's identity check, and what hangs on it. */
export interface IdentityState extends Identity {
  /** Whether the date of birth is checked. */
  readonly isAgeVerified: boolean
  /** What of the wallet waits for the check. */
  readonly awaitingIdentity: Cents
  /** What was paid out or is under way, in cents: what KYC_ABOVE is compared with. */
  readonly withdrawn: bigint
}

/** Who waits: for who checks, or with prizes that wait. */
export interface WaitingPlayer extends IdentityState {
  readonly user: UserSummary
  /** Since when, without a break. */
  readonly since: Instant
}

/** `UnknownUser` also of who is erased, and of the house. */
export class IdentityChecks extends Context.Service<IdentityChecks, {
  /**
   * Takes what who checks identities tells, which was received at `receivedAt`. Null: it is older than what is known, or known already;
   * nothing was changed.
   */
  readonly record: (
    message: IdentityMessage,
    receivedAt: Instant
  ) => Effect.Effect<Identity | null, IdentityRefused | UnknownUser | Unavailable>
  /** Does as an operator says. Null: it is so already; nothing was changed, and nothing is written in the operators' log. */
  readonly set: (
    userId: UserId,
    word: IdentityWord,
    act: OperatorAct
  ) => Effect.Effect<Identity | null, IdentityRefused | UnknownUser | Unavailable>
  readonly of: (userId: UserId) => Effect.Effect<IdentityState, UnknownUser | Unavailable>
  /** Players whose check is pending, and others whose prizes wait, oldest accounts first; the cursor is a player's id. */
  readonly waiting: (page: PageRequest) => Effect.Effect<Page<WaitingPlayer>, Unavailable>
}>()("@ddd/core/ports/IdentityChecks") {}
