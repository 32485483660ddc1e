/** What a step of a funding moves in its buyer's wallet. */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type PlayerBarred, refusalOfBarred } from "./Barring.ts"
import { type Cancellation, cancelUnsent, type StoredWithdrawal } from "./ConcludeWithdrawal.ts"
import { afterStep, type Funding, type FundingStep, refundOf, stepDue, takenOf } from "./Funding.ts"
import { depositSource, isPaidInStore, reversalReference } from "./FundingReference.ts"
import { depositCounted, type DepositExcess } from "./Limits.ts"
import { cents, formatCents } from "./Money.ts"
import { type DueFundingStep, settledWaiting } from "./RecordFunding.ts"
import {
  type Chargeback,
  chargeBack,
  deposit,
  type MovedTogether,
  type Movement,
  reverseChargeback,
  type Wallet,
  type WalletRefusal
} from "./Wallet.ts"
import type { ConcludedWaiting } from "./WebhookEvent.ts"

/** Read under the locks of the reference, then the wallet, then the withdrawals, the clock last. */
export interface MoveFacts {
  /** Null where the player has none. */
  readonly wallet: Wallet | null
  /** Whether the player was erased, be it since they were found to be the buyer. */
  readonly isErased: boolean
  /** All withdrawals of the player that the provider has not been asked for, newest first; none where the wallet has enough. */
  readonly unsent: ReadonlyArray<StoredWithdrawal>
  /** What took the deposit back; null where nothing did. */
  readonly chargeback: Chargeback | null
  readonly now: Instant
}

export interface FundingMove {
  readonly funding: Funding
  /** Written before the movements: what it brings back is taken by them. */
  readonly cancellation: Cancellation
  /** No movements where the purchase is held. */
  readonly moved: MovedTogether
  /** What of a deposit is more than its player allowed: kept with the first of the movements. Null where nothing is. */
  readonly excess: DepositExcess | null
  /** What becomes of the events of the reference that wait; null: they wait on. */
  readonly waitingEvents: ConcludedWaiting | null
}

export type MoveRefusal =
  | { readonly _tag: "UnknownUser"; readonly userId: UserId }
  | { readonly _tag: "DepositRefused"; readonly refusal: WalletRefusal }
  /** The player does not play now, and nothing was paid yet: money that no store has taken. */
  | PlayerBarred

/** What one step moves. */
const moveStep = (
  step: FundingStep,
  wallet: Wallet,
  funding: Funding,
  { amount, userId }: DueFundingStep,
  chargeback: Chargeback | null
): Result.Result<MovedTogether, WalletRefusal> => {
  const { reference } = funding
  const source = depositSource(reference)
  switch (step) {
    case "credit":
      return deposit(wallet, userId, amount, source, reference)
    case "take back":
      return chargeBack(wallet, userId, cents(refundOf(funding)), source, reference)
    case "give back":
      if (chargeback === null) throw new Error(`what was taken back of ${reference} is missing`)
      return reverseChargeback(
        wallet,
        userId,
        takenOf(funding) ?? amount,
        source,
        chargeback,
        reversalReference(chargeback.id)
      )
  }
}

/**
 * Decides what a due step moves, and those that are due after it. Refused where the wallet cannot take it: nothing is changed, not even the
 * marks. What a store has taken is credited whatever its player limited, and also while they do not play: it is their money.
 */
export const moveFunding = (
  { chargeback, isErased, now, unsent, wallet: found }: MoveFacts,
  funding: Funding,
  due: DueFundingStep
): Result.Result<FundingMove, MoveRefusal> => {
  const { amount, unfit, userId } = due
  // nothing is credited to who is gone; what they had is still taken back, and given back once that was in error
  if (found === null || (isErased && due.step === "credit")) return Result.fail({ _tag: "UnknownUser", userId })
  const barred = due.step === "credit" && !isPaidInStore(funding.reference) ? refusalOfBarred(found, now) : null
  if (barred !== null) return Result.fail(barred)
  const cancellation = due.step === "take back"
    ? cancelUnsent(found, unsent, cents(refundOf(funding)), now)
    : { wallet: found, canceled: [] }
  const movements: Array<Movement> = []
  let excess: DepositExcess | null = null
  let { wallet } = cancellation
  let after = funding
  for (let step: FundingStep | null = due.step; step !== null; step = stepDue(after)) {
    const moved = moveStep(step, wallet, after, due, chargeback)
    if (Result.isFailure(moved)) {
      return step === "credit" && unfit === "hold"
        ? Result.succeed({
          funding: {
            ...funding,
            userId: null,
            heldReason: `the wallet of player ${userId} cannot hold ${formatCents(amount)} more`
          },
          cancellation,
          moved: { wallet: found, movements: [] },
          excess: null,
          waitingEvents: null
        })
        : Result.fail({ _tag: "DepositRefused", refusal: moved.failure })
    }
    movements.push(...moved.success.movements)
    wallet = moved.success.wallet
    if (step === "credit" && wallet.limits !== null) {
      const counted = depositCounted(wallet.limits, amount, now)
      excess = counted.excess
      wallet = { ...wallet, limits: counted.book }
    }
    after = afterStep(after, step)
  }
  return Result.succeed({
    funding: after,
    cancellation,
    moved: { wallet, movements },
    excess,
    waitingEvents: settledWaiting(after)
  })
}
