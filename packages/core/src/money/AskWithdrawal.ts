/** Whether a player's money may be paid out, and what is written where it may. */
import { Result } from "effect"
import { answerToRepeat, type Idempotency, type KeptAnswer, type KeyReused } from "../values/Idempotency.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import { isPlayer } from "../values/Player.ts"
import type { Cents } from "./Money.ts"
import type { PayoutAccount } from "./PayoutAccount.ts"
import { isServedBy, type OwnProvider, recorded, type StoredProvider } from "./ProviderId.ts"
import { askWithdrawal, type Moved, type Wallet, type WithdrawalRefusal } from "./Wallet.ts"
import { newWithdrawal } from "./Withdrawal.ts"
import { firstTurnJob, type ScheduledWithdrawal, withdrawalMailJob } from "./WithdrawalActions.ts"

export interface WithdrawalRequest {
  readonly userId: UserId
  /** Positive. */
  readonly amount: Cents
  /** Whether purchased credit may be withdrawn too (WITHDRAW_DEPOSITS). */
  readonly withdrawDeposits: boolean
  /** What is paid out by. */
  readonly provider: OwnProvider
  /** As of a purchase. */
  readonly idempotency: Idempotency | null
}

/** Why a withdrawal was refused. Nothing is changed. */
export type AskRefusal =
  | WithdrawalRefusal
  /** There is no payout account, or it is not ready. */
  | { readonly _tag: "NoPayoutAccount"; readonly status: "none" | "pending" }
  /** The payout account is with another provider than pays out now. */
  | {
    readonly _tag: "OtherProvider"
    readonly provider: StoredProvider
    readonly own: OwnProvider
    readonly account: string
  }
  | { readonly _tag: "AccountFrozen" }
  /** Nobody has shown that the address is theirs: it may be another's, who will want this account. */
  | { readonly _tag: "EmailUnverified" }
  /** All withdrawals together would be above KYC_ABOVE, and the player's identity is not verified. */
  | { readonly _tag: "IdentityUnverified"; readonly above: Cents; readonly withdrawn: bigint; readonly asked: Cents }
  | { readonly _tag: "UnknownUser" }
  | KeyReused

/** What is kept of the answer: the movement's id, which is the withdrawal's. */
export interface KeptWithdrawal {
  readonly _tag: "Withdrawal"
  readonly withdrawalId: string
}

/** Read under the lock of the player's wallet, the clock too. */
export interface AskFacts {
  /** Null where there is none of that id. */
  readonly player: {
    readonly isErased: boolean
    readonly isFrozen: boolean
    readonly isEmailVerified: boolean
    readonly isIdentityVerified: boolean
    readonly payoutAccount: Pick<PayoutAccount, "account" | "provider" | "status"> | null
  } | null
  /** Null where there is none. */
  readonly wallet: Wallet | null
  /** Under the request's key. */
  readonly kept: KeptAnswer<Pick<KeptWithdrawal, "withdrawalId">> | null
  readonly now: Instant
  /** Above which total of withdrawals the player's identity is verified first (KYC_ABOVE); null: above none. */
  readonly kycAbove: Cents | null
  /** Of the withdrawal and its movement, if it comes to that. */
  readonly newId: string
}

export type AskDecision =
  /** Nothing is written. The answer is the movement of that withdrawal, with the status that it had when it was answered first. */
  | { readonly _tag: "Repeat"; readonly withdrawalId: string; readonly status: "pending" }
  | {
    readonly _tag: "Ask"
    /** The movement has the withdrawal's id. */
    readonly moved: Moved
    readonly asked: ScheduledWithdrawal
    /** What is kept for a repeat, where the request has a key. */
    readonly answer: KeptWithdrawal
    readonly jobs: ReadonlyArray<NewJob>
  }

/** Decides a request. A repeat is answered before anything that may have changed since. Order of checks: docs/api.md, POST `/wallet/withdraw`. */
export const decideWithdrawal = (
  { kept, kycAbove, newId, now, player, wallet }: AskFacts,
  { amount, idempotency, provider: own, userId, withdrawDeposits }: WithdrawalRequest
): Result.Result<AskDecision, AskRefusal> => {
  if (player === null || wallet === null || !isPlayer({ userId, isErased: player.isErased })) {
    return Result.fail({ _tag: "UnknownUser" })
  }
  const earlier = answerToRepeat(idempotency, kept)
  if (Result.isFailure(earlier)) return Result.fail(earlier.failure)
  if (earlier.success !== null) {
    return Result.succeed({ _tag: "Repeat", withdrawalId: earlier.success.withdrawalId, status: "pending" })
  }
  if (player.isFrozen) return Result.fail({ _tag: "AccountFrozen" })
  if (!player.isEmailVerified) return Result.fail({ _tag: "EmailUnverified" })
  const { payoutAccount } = player
  if (payoutAccount === null) return Result.fail({ _tag: "NoPayoutAccount", status: "none" })
  const { account, provider, status } = payoutAccount
  if (!isServedBy(provider, own)) return Result.fail({ _tag: "OtherProvider", provider, own, account })
  if (status !== "ready") return Result.fail({ _tag: "NoPayoutAccount", status })
  const moved = askWithdrawal(wallet, amount, newId, { withdrawDeposits }, now)
  if (Result.isFailure(moved)) return Result.fail(moved.failure)
  if (kycAbove !== null && !player.isIdentityVerified && moved.success.wallet.withdrawn > kycAbove) {
    return Result.fail({ _tag: "IdentityUnverified", above: kycAbove, withdrawn: wallet.withdrawn, asked: amount })
  }
  const withdrawal = newWithdrawal({
    id: newId,
    userId,
    amount,
    account,
    provider: recorded(provider, own),
    askedAt: now
  })
  return Result.succeed({
    _tag: "Ask",
    moved: moved.success,
    asked: { withdrawal, schedule: { dueAt: now, claimedUntil: null } },
    answer: { _tag: "Withdrawal", withdrawalId: newId },
    jobs: [firstTurnJob(withdrawal), withdrawalMailJob(withdrawal, "started")]
  })
}
