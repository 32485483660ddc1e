/**
 * Purchases that are open: whose buyer is not certain, or that are held. Why each is, and what a person decides about it.
 *
 * Decided under the lock of the reference; where it is credited, `moveFunding` follows.
 */
import { Result } from "effect"
import { houseUserId, type UserId } from "../values/Ids.ts"
import { logged, type NewOperatorEntry, type OperatorAct } from "../values/OperatorAct.ts"
import { buyerByNames, type NameMatch, playerById } from "./BuyerNames.ts"
import { type Funding, isOpen } from "./Funding.ts"
import { type Cents, formatCents } from "./Money.ts"
import { decisionOn, type FundingDecision, type FundingFacts } from "./RecordFunding.ts"

/** Why a purchase that is open is not credited, a whole clause; null where it is not open. `matches`: of its names. */
export const whyOpen = (funding: Funding, matches: ReadonlyArray<NameMatch>): string | null => {
  if (!isOpen(funding)) return null
  if (funding.heldReason !== null) return funding.heldReason
  const buyer = buyerByNames(funding.names, matches)
  switch (buyer._tag) {
    case "Nobody":
      return "none of its names is a player yet"
    case "Several":
      return `its names mean ${buyer.userIds.length} users: ${buyer.userIds.join(", ")}`
    case "Player":
      return `its names mean player ${buyer.userId} by now: it is credited within seconds`
  }
}

/** What a person decides about an open purchase. */
export type PurchaseDecision =
  /** It is credited to the player. `amount`: positive; null: what it was told with. */
  | { readonly _tag: "Credit"; readonly userId: UserId; readonly amount: Cents | null }
  /** It credits nobody, ever. */
  | { readonly _tag: "Dismiss" }

/** Why a person's decision is not carried out. Nothing is changed. */
export type DecisionRefusal =
  /** No purchase waits under the reference. `funding`: what stands under it; null: nothing. */
  | { readonly _tag: "PurchaseNotOpen"; readonly funding: Funding | null }
  | { readonly _tag: "UnknownUser"; readonly userId: UserId }

/** Carries a person's decision out. `matches`: those of the player's id. */
export const decidePurchase = (
  { earlier, matches }: Omit<FundingFacts, "excludedNames">,
  decided: PurchaseDecision
): Result.Result<FundingDecision, DecisionRefusal> => {
  if (earlier === null || !isOpen(earlier)) return Result.fail({ _tag: "PurchaseNotOpen", funding: earlier })
  if (decided._tag === "Dismiss") {
    return Result.succeed(decisionOn({ ...earlier, userId: houseUserId, heldReason: null, names: [] }, "refuse"))
  }
  const { amount, userId } = decided
  if (playerById(userId, matches) === null) return Result.fail({ _tag: "UnknownUser", userId })
  const credited = { ...earlier, userId, heldReason: null, amount: amount ?? earlier.amount }
  return Result.succeed(decisionOn(credited, "refuse"))
}

/** What is written of a decision that is carried out. */
export const decidedEntry = (
  act: OperatorAct,
  { amount, reference }: Funding,
  decided: PurchaseDecision
): NewOperatorEntry =>
  logged(
    act,
    "purchase",
    reference,
    decided._tag === "Dismiss"
      ? { decided: "dismissed" }
      : { decided: "credited", user: decided.userId, amount: amount === null ? null : formatCents(amount) }
  )
