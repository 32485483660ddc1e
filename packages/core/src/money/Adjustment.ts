/**
 * Money that an operator moves by hand: a credit from the house's own pocket, or the correction of a movement.
 *
 * Each is one movement of the wallet against an account of its own (docs/design.md, "Money"), once per reference. What a wallet lacks is
 * refused, never owed; a credit obeys the limit of deposits.
 */
import { Result } from "effect"
import { houseUserId, type UserId } from "../values/Ids.ts"
import { logged, type NewOperatorEntry, type OperatorAct } from "../values/OperatorAct.ts"
import { type Cents, formatCents } from "./Money.ts"
import { adjust, type MovedTogether, type Wallet, type WalletRefusal } from "./Wallet.ts"

export interface Adjustment {
  readonly userId: UserId
  /** Not zero; negative where it takes back what a movement got wrong. */
  readonly amount: Cents
  /** Whether it can be withdrawn, as winnings can; of what is taken back it says nothing. */
  readonly isWinnings: boolean
  /** `credit:<text>`, or `correction:<the movement's id>`: moves money once, ever. */
  readonly reference: string
  /** The movement that it corrects; null of a credit. */
  readonly corrects: string | null
}

/** The reference of a credit, as its operator calls it. */
export const creditReference = (text: string): string => `credit:${text}`

/** The reference of the one correction that a movement may have: that one may be corrected in turn. */
export const correctionReference = (transactionId: string): string => `correction:${transactionId}`

/** The most characters of what an operator calls a credit: 100 are stored. */
export const creditReferenceCharactersMax = 80

/** Read under the lock of the player's wallet. */
export interface AdjustmentFacts {
  /** Null where the player has none. */
  readonly wallet: Wallet | null
  readonly isErased: boolean
  /** What was moved under the reference before; null: nothing. */
  readonly earlier: Adjustment | null
  /** Whether the movement that is corrected is one of this wallet's; true of a credit. */
  readonly isCorrectable: boolean
}

export type AdjustmentRefusal =
  | { readonly _tag: "UnknownUser"; readonly userId: UserId }
  /** The reference was used for another player or amount. */
  | { readonly _tag: "ReferenceConflict"; readonly earlier: Adjustment }
  /** The player has no such movement. */
  | { readonly _tag: "NoSuchMovement"; readonly transactionId: string }
  | { readonly _tag: "WalletRefused"; readonly refusal: WalletRefusal }

const isSame = (one: Adjustment, other: Adjustment): boolean =>
  one.userId === other.userId && one.amount === other.amount && one.isWinnings === other.isWinnings

/** What is moved; null where it was before, by the same request. */
export const decideAdjustment = (
  { earlier, isCorrectable, isErased, wallet }: AdjustmentFacts,
  adjustment: Adjustment
): Result.Result<MovedTogether | null, AdjustmentRefusal> => {
  const { amount, corrects, isWinnings, reference, userId } = adjustment
  if (earlier !== null) {
    return isSame(earlier, adjustment) ? Result.succeed(null) : Result.fail({ _tag: "ReferenceConflict", earlier })
  }
  if (wallet === null || isErased || userId === houseUserId) return Result.fail({ _tag: "UnknownUser", userId })
  if (corrects !== null && !isCorrectable) return Result.fail({ _tag: "NoSuchMovement", transactionId: corrects })
  const kind = corrects === null ? "credit" : "correction"
  return Result.mapError(
    adjust(wallet, userId, amount, isWinnings, kind, reference),
    (refusal) => ({ _tag: "WalletRefused", refusal }) as const
  )
}

/** What is written of one that nobody else had to approve. */
export const adjustmentEntry = (
  act: OperatorAct,
  { amount, corrects, isWinnings, reference, userId }: Adjustment
): NewOperatorEntry =>
  logged(act, corrects === null ? "user" : "transaction", corrects ?? userId, {
    user: userId,
    reference,
    amount: formatCents(amount),
    winnings: isWinnings
  })
