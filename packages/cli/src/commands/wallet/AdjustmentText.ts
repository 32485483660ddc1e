/** Why a wallet is not adjusted, as operators read it. */
import type { AdjustmentRefusal } from "@ddd/core/money/Adjustment"
import { formatCents } from "@ddd/core/money/Money"
import { visible } from "@ddd/core/values/Visible"

export const adjustmentRefusalText = (refusal: AdjustmentRefusal): string => {
  switch (refusal._tag) {
    case "UnknownUser":
      return `User ${refusal.userId} is no player. Nothing moved.`
    case "ReferenceConflict":
      return `${visible(refusal.earlier.reference)} moved $${
        formatCents(refusal.earlier.amount)
      } of player ${refusal.earlier.userId} before. Nothing moved: use another reference; to put a correction right, correct its movement.`
    case "NoSuchMovement":
      return `The player has no movement ${visible(refusal.transactionId)}. Nothing moved.`
    case "WalletRefused":
      switch (refusal.refusal._tag) {
        case "InsufficientFunds":
          return `The wallet holds $${formatCents(refusal.refusal.balance)}, and $${
            formatCents(refusal.refusal.needed)
          } cannot be taken from it. Nothing moved.`
        case "BalanceTooLarge":
          return "The wallet cannot hold that much more. Nothing moved."
        case "DebtTooLarge":
          return "The player would owe more than the books can hold. Nothing moved."
      }
  }
}
