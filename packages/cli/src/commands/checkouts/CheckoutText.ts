/** Checkouts as operators see them: which one is meant, as JSON, and in columns. */
import type { Checkout } from "@ddd/core/money/Checkout"
import { formatCents } from "@ddd/core/money/Money"
import { Checkouts } from "@ddd/core/ports/Checkouts"
import { isUuid } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { style } from "../../terminal/Output.ts"
import { fitted } from "../../terminal/Table.ts"

/** There is no such checkout. */
export class NoSuchCheckout extends Data.TaggedError("NoSuchCheckout")<{ readonly message: string }> {}

/** The checkout that an operator names by its id. */
export const findCheckout = Effect.fnUntraced(function*(text: string) {
  const id = text.toLowerCase()
  const checkout = isUuid(id) ? yield* (yield* Checkouts).find(id) : null
  return checkout ?? (yield* new NoSuchCheckout({
    message: `There is no checkout ${visible(text)}: give an id as \`ddd checkouts list\` shows it, or look for what ` +
      "Stripe calls it by `ddd find`."
  }))
})

/** A checkout as JSON, without its page. Scripts read these names: they stay. */
export const checkoutJson = (checkout: Checkout) => ({
  id: checkout.id,
  userId: checkout.userId,
  amount: formatCents(checkout.amount),
  provider: checkout.provider,
  askedAt: formatInstant(checkout.askedAt),
  expiresAt: formatInstant(checkout.expiresAt),
  status: checkout.status,
  sessionId: checkout.sessionId,
  paymentId: checkout.paymentId,
  problem: checkout.problem
})

const statusText = ({ status }: Checkout): string =>
  status === "paid" ? style.green(status) : status === "failed" ? style.red(status) : style.yellow(status)

/** One line a checkout, newest first. */
export const checkoutTable = (checkouts: ReadonlyArray<Checkout>): string =>
  fitted([
    ["ASKED", "AMOUNT", "STATUS", "PAYMENT", "ID", "PLAYER", "PROBLEM"],
    ...visibleData(checkouts).map((checkout) => [
      formatInstant(checkout.askedAt),
      `$${formatCents(checkout.amount)}`,
      statusText(checkout),
      checkout.paymentId ?? "",
      checkout.id,
      style.dim(checkout.userId),
      style.dim(checkout.problem ?? "")
    ])
  ], { right: [1], yields: [6, 5, 3, 0] })
