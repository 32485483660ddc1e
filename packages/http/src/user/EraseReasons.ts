/** Why a player cannot be erased now, as the API tells them (docs/api.md, "User"). */
import type { EraseReason } from "@ddd/core/accounts/Refusals"
import { formatCents } from "@ddd/core/money/Money"
import { formatInstant } from "@ddd/core/values/Instant"
import type { ProblemReason } from "../problems/Problem.ts"

/** What keeps a player from being erased, in a sentence, and in another what they can do. */
export const reasonOf = (reason: EraseReason): ProblemReason => {
  switch (reason._tag) {
    case "Balance":
      return {
        reason: "balance",
        detail: `There is $${formatCents(reason.amount)} in the wallet.`,
        remedy: (reason.awaitingIdentity === 0n ? "" : (
          `$${formatCents(reason.awaitingIdentity)} of it can be withdrawn once your identity is verified. `
        )) +
          "Withdraw what can be withdrawn; ask support to have the store refund what you bought, or spend it on tickets, where you may play; support also makes what is then left, under $1.00, up to a ticket."
      }
    case "PayoutUnderWay":
      return {
        reason: "payout_under_way",
        detail: `A payout of $${formatCents(reason.amount)} is on its way to you, or back from your bank.`,
        remedy: "Wait until it is paid, or in the wallet again."
      }
    case "PayoutReturnable":
      return {
        reason: "payout_returnable",
        detail: `Your bank may still send the newest payout back, until ${formatInstant(reason.until)}.`,
        remedy: "Ask again after that."
      }
    case "Debt":
      return {
        reason: "debt",
        detail: `You owe $${formatCents(reason.amount)}, of purchases that were refunded after they had been spent.`,
        remedy: "Buy credit: it pays the debt first."
      }
    case "UndrawnTickets":
      return {
        reason: "undrawn_tickets",
        detail: `You have tickets that are not drawn yet: ${reason.tickets}.`,
        remedy: "Wait for their draws."
      }
    case "HostsOthers":
      return {
        reason: "hosts_others",
        detail: `You host rooms in which others have tickets: ${reason.rooms}.`,
        remedy: "Close those rooms, or start their draws."
      }
  }
}
