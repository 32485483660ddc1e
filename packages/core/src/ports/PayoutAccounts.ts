/** Port: the players' accounts with the payout provider. */
import { Context, Data, type Effect } from "effect"
import type { SessionId } from "../accounts/Session.ts"
import type { PayoutAccount, PayoutAccountFault, PayoutAccountStatus, UnlinkedBy } from "../money/PayoutAccount.ts"
import type { OwnProvider, StoredProvider } from "../money/ProviderId.ts"
import type { UserId } from "../values/Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

/** The player has an account of another name already. Nothing was changed. */
export class PayoutAccountTaken extends Data.TaggedError("PayoutAccountTaken")<{ readonly account: string }> {}

/** The session in which the account was opened has ended. Nothing was changed. */
export class PayoutSessionEnded extends Data.TaggedError("PayoutSessionEnded")<{ readonly sessionId: SessionId }> {}

/** The error that a fault is, of an account that was opened in a session. */
export const payoutAccountError = (
  fault: PayoutAccountFault,
  sessionId: SessionId
): PayoutAccountTaken | PayoutSessionEnded =>
  fault._tag === "Taken" ? new PayoutAccountTaken(fault) : new PayoutSessionEnded({ sessionId })

/** The player may have no account now (`mayOpenPayoutAccount`). Nobody was asked. */
export class PayoutAccountRefused extends Data.TaggedError("PayoutAccountRefused")<{
  readonly refusal: { readonly _tag: "EmailUnverified" }
}> {}

/** The player's withdrawals are not over yet. Nothing was changed. */
export class WithdrawalUnderWay extends Data.TaggedError("WithdrawalUnderWay")<{ readonly userId: UserId }> {}

export class PayoutAccounts extends Context.Service<PayoutAccounts, {
  readonly of: (userId: UserId) => Effect.Effect<PayoutAccount | null, Unavailable>
  /** By the provider's name for it. */
  readonly named: (account: string) => Effect.Effect<PayoutAccount | null, Unavailable>
  /** Keeps a new, pending account that was opened in a session of the player's; the same again is the same. */
  readonly add: (
    userId: UserId,
    account: string,
    provider: StoredProvider,
    sessionId: SessionId
  ) => Effect.Effect<PayoutAccount, PayoutAccountTaken | PayoutSessionEnded | Unavailable>
  /** What the provider `provider` said of an account when it was asked. */
  readonly setStatus: (
    account: string,
    status: PayoutAccountStatus,
    provider: Exclude<OwnProvider, "off">
  ) => Effect.Effect<void, Unavailable>
  /** Removes the link between a player and their account (`decideUnlink`); whether there was one. */
  readonly unlink: (
    userId: UserId,
    account: string | null,
    by: UnlinkedBy
  ) => Effect.Effect<boolean, WithdrawalUnderWay | Unavailable>
  /** Whether the provider is to be asked for an account now, which puts the next time off: ten minutes for one that is ready. */
  readonly claimCheck: (account: string) => Effect.Effect<boolean, Unavailable>
  /**
   * Pending accounts that are due to be asked for, at most `limit`; giving them puts each off, for longer the longer it has been
   * pending: a minute at first, a day at most.
   */
  readonly claimDue: (limit: number) => Effect.Effect<ReadonlyArray<PayoutAccount>, Unavailable>
}>()("@ddd/core/ports/PayoutAccounts") {}
