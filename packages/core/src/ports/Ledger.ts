/** Port: wallets and their movements, but for the sale and the draw. */
import { Context, Data, type Effect } from "effect"
import type { Prize } from "../draws/PrizeReport.ts"
import type { Barred } from "../money/Barring.ts"
import type { Cents } from "../money/Money.ts"
import type { MoveRefusal } from "../money/MoveFunding.ts"
import type { Period, StatementRecords } from "../money/Statement.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { TransactionType, Wallet, WalletRefusal } from "../money/Wallet.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { Page, PageRequest, Pages } from "../values/Page.ts"
import type { ApprovalRequired } from "./ApprovalRequired.ts"
import type { Unavailable } from "./Unavailable.ts"

/** Purchased credit for one player. */
export interface DepositRequest {
  readonly userId: UserId
  /** Positive. */
  readonly amount: Cents
  /** Credits once, ever: `<store>:<transaction id>` for a store's purchase. 1 … 100 characters. */
  readonly referenceId: string
  readonly metadata: Readonly<Record<string, unknown>> | null
}

/** The reference was used for another player or another amount, or refunded before it was purchased. No wallet was changed. */
export class ReferenceConflict extends Data.TaggedError("ReferenceConflict")<{ readonly referenceId: string }> {}

/** No money comes in under this reference. No wallet was changed. `fault` completes "the reference …". */
export class ReferenceRefused extends Data.TaggedError("ReferenceRefused")<{
  readonly reference: string
  readonly fault: string
}> {}

/** No such player, or one that cannot hold money. Nothing was changed. */
export class UnknownUser extends Data.TaggedError("UnknownUser")<{ readonly userId: UserId }> {}

/** The wallet cannot take it. Nothing was changed. */
export class DepositRefused extends Data.TaggedError("DepositRefused")<{ readonly refusal: WalletRefusal }> {}

/** The player has taken a time-out or excluded themselves, and no store has taken the money. Nothing was changed. */
export class DepositBarred extends Data.TaggedError("DepositBarred")<{ readonly barred: Barred }> {}

/** Why a deposit moves nothing, as this port's error. */
export const moveError = (refusal: MoveRefusal): UnknownUser | DepositBarred | DepositRefused => {
  switch (refusal._tag) {
    case "UnknownUser":
      return new UnknownUser({ userId: refusal.userId })
    case "PlayerBarred":
      return new DepositBarred({ barred: refusal })
    case "DepositRefused":
      return new DepositRefused({ refusal: refusal.refusal })
  }
}

export class Ledger extends Context.Service<Ledger, {
  /**
   * Credits once per reference, which stands in the transaction in its canonical spelling; the same request again gives the first
   * transaction with `created: false`. It is `Fundings` by another door: a store's purchase counts once, whoever tells of it. Above FOUR_EYES_ABOVE it waits for
   * an operator, under one approval however often it is asked for.
   */
  readonly deposit: (
    request: DepositRequest
  ) => Effect.Effect<
    { readonly transaction: Transaction; readonly created: boolean },
    ReferenceConflict | ReferenceRefused | UnknownUser | DepositBarred | DepositRefused | ApprovalRequired | Unavailable
  >
  readonly wallet: (
    userId: UserId
  ) => Effect.Effect<Wallet & { readonly updatedAt: Instant }, UnknownUser | Unavailable>
  /** The wallets of those of the players who have one. */
  readonly wallets: (
    userIds: ReadonlyArray<UserId>
  ) => Effect.Effect<ReadonlyMap<UserId, Wallet & { readonly updatedAt: Instant }>, Unavailable>
  /** The wallet's movements, newest first; the cursor is a movement's number. */
  readonly transactions: (
    userId: UserId,
    type: TransactionType | null,
    page: PageRequest
  ) => Effect.Effect<Page<Transaction>, Unavailable>
  /** The wallet's movements of a period, as `lastBefore` parts them, read while they are taken. */
  readonly statement: (
    userId: UserId,
    period: Period
  ) => Effect.Effect<StatementRecords<Unavailable>, UnknownUser | Unavailable>
  /** Every prize that was paid in a period, oldest first. For operators. */
  readonly prizes: (period: Period) => Pages<Prize, Unavailable>
}>()("@ddd/core/ports/Ledger") {}
