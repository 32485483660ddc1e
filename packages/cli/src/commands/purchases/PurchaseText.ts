/** Purchases that are open, as operators see them. */
import { type Funding, refundedOf, takenOf } from "@ddd/core/money/Funding"
import { type Cents, formatCents } from "@ddd/core/money/Money"
import type { OpenPurchase } from "@ddd/core/ports/Fundings"
import type { moveError } from "@ddd/core/ports/Ledger"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { style } from "../../terminal/Output.ts"
import { fitted } from "../../terminal/Table.ts"

const amountText = (amount: Cents | null): string | null => amount === null ? null : formatCents(amount)

const refundedText = (funding: Funding): string => {
  const refunded = refundedOf(funding)
  return refunded === 0n ? "" : formatCents(refunded)
}

export const openPurchaseJson = ({ funding, reason, since }: OpenPurchase) => ({
  reference: funding.reference,
  amount: amountText(funding.amount),
  price: amountText(funding.price),
  currency: funding.currency,
  refunded: formatCents(refundedOf(funding)),
  names: funding.names,
  reason,
  since: formatInstant(since)
})

/** One line a purchase, oldest first. */
export const openPurchaseTable = (open: ReadonlyArray<OpenPurchase>): string =>
  fitted([
    ["SINCE", "REFERENCE", "WORTH", "PAID", "REFUNDED", "WHY", "NAMES"],
    ...open.map((purchase) => {
      const { funding, reason } = visibleData(purchase)
      return [
        formatInstant(purchase.since),
        style.bold(funding.reference),
        amountText(purchase.funding.amount) ?? "",
        [amountText(purchase.funding.price), funding.currency].filter((part) => part !== null).join(" "),
        refundedText(purchase.funding),
        reason,
        style.dim(funding.names.join(" "))
      ]
    })
  ], { yields: [6, 5, 0, 4] })

/** Why there is nothing to decide about what stands under a reference. */
export const notOpenText = (reference: string, funding: Funding | null): string => {
  const name = visible(reference)
  if (funding === null) return `There is no purchase ${name}: give a reference as \`ddd purchases list\` shows it.`
  const taken = takenOf(funding)
  const became = !funding.purchased
    ? "was not purchased yet, as far as was told"
    : funding.creditStatus === "taken back" && taken !== null && taken !== funding.amount
    ? `was credited to player ${funding.userId}, and $${formatCents(taken)} of it taken back`
    : funding.creditStatus !== "nothing"
    ? `is ${funding.creditStatus}, of player ${funding.userId}`
    : funding.userId !== null
    ? "was dismissed"
    : "was refunded"
  return `Purchase ${name} ${became}: there is nothing to decide.`
}

/** Why a purchase could not be credited. */
export const notCreditedText = (error: ReturnType<typeof moveError>): string => {
  switch (error._tag) {
    case "UnknownUser":
      return `User ${error.userId} is no player. Nothing was credited.`
    case "DepositBarred":
      return `The player does not play until ${formatInstant(error.barred.until)}, and no store has taken the money. ` +
        "Nothing was credited."
    case "DepositRefused":
      return "The wallet cannot hold that much more. Nothing was credited: try again once there is room."
  }
}
