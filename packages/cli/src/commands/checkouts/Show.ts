/** `ddd checkouts show`: one checkout, and what was credited, refunded or disputed of its payment. */
import { type Checkout } from "@ddd/core/money/Checkout"
import { paymentReference } from "@ddd/core/money/CheckoutReport"
import { type Funding, refundedOf } from "@ddd/core/money/Funding"
import { formatCents } from "@ddd/core/money/Money"
import { Accounts, type UserSummary } from "@ddd/core/ports/Accounts"
import { Fundings } from "@ddd/core/ports/Fundings"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { aligned } from "../../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { nameOf } from "../user/UserText.ts"
import { checkoutJson, findCheckout } from "./CheckoutText.ts"

interface Shown {
  readonly checkout: Checkout
  readonly user: UserSummary | null
  /** What stands under its payment; null where nothing was told of it. */
  readonly funding: Funding | null
}

const fundingJson = (funding: Funding) => ({
  reference: funding.reference,
  state: funding.creditStatus,
  refunded: formatCents(refundedOf(funding)),
  refund: funding.refundId,
  refundReversed: funding.refundReversed,
  held: funding.heldReason
})

const moneyText = (funding: Funding | null): string => {
  if (funding === null) return "nothing was told of a payment"
  const { creditStatus, heldReason, refundId, refundReversed } = funding
  return [
    creditStatus,
    ...heldReason === null ? [] : [`held: ${heldReason}`],
    ...refundId === null
      ? []
      : [`${refundId}${refundReversed ? ", reversed" : `: $${formatCents(refundedOf(funding))}`}`]
  ].join("; ")
}

const text = ({ checkout, funding, user }: Shown): string => {
  const { amount, askedAt, expiresAt, id, paymentId, problem, sessionId, status } = visibleData(checkout)
  return [
    style.bold(`Checkout ${id}: $${formatCents(amount)}, ${status}`),
    aligned([
      ["player", user === null ? checkout.userId : nameOf(user)],
      ["asked", formatInstant(askedAt)],
      ["can be paid until", formatInstant(expiresAt)],
      ["session", sessionId ?? "not known"],
      ["payment", paymentId ?? "none"],
      ["money", visible(moneyText(funding))],
      ...problem === null ? [] : [["problem", problem]]
    ])
  ].join("\n")
}

const run = Effect.fn("ddd checkouts show")(function*(id: string, { json }: JsonFlag) {
  const shown = yield* onMoney(Effect.gen(function*() {
    const checkout = yield* findCheckout(id)
    const { paymentId, userId } = checkout
    return {
      checkout,
      user: yield* (yield* Accounts).find(userId),
      funding: paymentId === null ? null : yield* (yield* Fundings).find(paymentReference(paymentId))
    }
  }))
  const { checkout, funding, user } = shown
  yield* json === true
    ? printJson({
      ...checkoutJson(checkout),
      username: user?.username ?? null,
      funding: funding === null ? null : fundingJson(funding)
    })
    : print(text(shown))
  return done
})

export const showCheckout: Declare = (perform) =>
  command(
    "show",
    "one checkout, and what became of its payment",
    "ddd checkouts show 019a2b3c-0000-7000-8000-000000000001"
  )
    .argument("<id>", "a checkout's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
