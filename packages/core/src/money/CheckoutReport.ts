/**
 * What becomes known of a checkout, by a notice of its provider or when it is looked up: its state, and the purchase that it comes to.
 *
 * What was paid is a purchase like a store's (docs/money.md, "Money in").
 */
import type { Instant } from "../values/Instant.ts"
import {
  type Checkout,
  type CheckoutStatus,
  isCheckoutUnderWay,
  nextLookAt,
  type ScheduledCheckout
} from "./Checkout.ts"
import type { FundingEvent } from "./Funding.ts"
import { storeReference } from "./FundingReference.ts"
import { type Cents, formatCents } from "./Money.ts"

/** A page that the provider has opened. */
export interface OpenedSession {
  readonly sessionId: string
  readonly url: string
}

/** What the provider has of a page. */
export interface SessionSeen {
  readonly sessionId: string
  /** The checkout whose name it bears. */
  readonly checkoutId: string
  readonly status: "open" | "complete" | "expired"
  readonly isPaid: boolean
  /** That the money, which takes days, did not come. */
  readonly isFailed: boolean
  /** What is asked for on it, in hundredths of `currency`. */
  readonly amount: Cents
  /** ISO 4217. */
  readonly currency: string
  /** The provider's name for the payment; null while there is none. */
  readonly paymentId: string | null
}

/** What became known of a checkout. */
export type CheckoutReport =
  | { readonly _tag: "Opened"; readonly session: OpenedSession }
  /** The provider will not open it, ever. */
  | { readonly _tag: "Refused"; readonly reason: string }
  /** The provider never said that it was opened, and it cannot be paid any more: nobody has its page. */
  | { readonly _tag: "NeverOpened" }
  | { readonly _tag: "Seen"; readonly seen: SessionSeen }

/** Whether a page is another than the one that was opened for a checkout. */
const isOtherSession = (checkout: Checkout, { sessionId }: Pick<SessionSeen, "sessionId">): boolean =>
  checkout.sessionId !== null && checkout.sessionId !== sessionId

const statusSeen = ({ isFailed, isPaid, status }: SessionSeen): CheckoutStatus =>
  isPaid ? "paid" : isFailed ? "failed" : status === "complete" ? "processing" : status

const learnt = (checkout: Checkout, report: CheckoutReport): Checkout => {
  switch (report._tag) {
    case "Opened":
      // a repeat of the request was answered first
      return checkout.sessionId === null || checkout.sessionId === report.session.sessionId
        ? { ...checkout, ...report.session, status: checkout.status === "asked" ? "open" : checkout.status }
        : checkout
    case "Refused":
      return checkout.status === "asked" ? { ...checkout, status: "failed", problem: report.reason } : checkout
    case "NeverOpened":
      return checkout.status === "asked"
        ? { ...checkout, status: "failed", problem: "the provider did not say that its page was opened" }
        : checkout
    case "Seen": {
      const { seen } = report
      if (isOtherSession(checkout, seen)) return checkout
      const known = { ...checkout, sessionId: seen.sessionId, paymentId: checkout.paymentId ?? seen.paymentId }
      const status = statusSeen(seen)
      // what is over stays so, unless it was paid after all; what was paid never is otherwise
      if (checkout.status === "paid" || (!isCheckoutUnderWay(checkout) && status !== "paid")) return known
      // told late, and looked at before
      if (checkout.status === "processing" && status === "open") return known
      return {
        ...known,
        status,
        problem: status === "failed" ? "the money did not come" : null
      }
    }
  }
}

/** A checkout after what became known of it, in any order and however often. */
export const learnOfCheckout = (checkout: Checkout, report: CheckoutReport, now: Instant): ScheduledCheckout => {
  const after = learnt(checkout, report)
  return { checkout: after, dueAt: nextLookAt(after, now) }
}

/** The reference of a payment: that of a purchase in the store `STRIPE`, whoever tells of it. */
export const paymentReference = (paymentId: string): string => storeReference("stripe", paymentId)

const dollars = "USD"

/** Why what was paid on a page is not what was asked for; null where it is. */
const flawOf = (checkout: Checkout | null, seen: SessionSeen): string | null => {
  const { amount, checkoutId, currency, sessionId } = seen
  if (checkout === null) return `it bears the name of checkout ${checkoutId}, which the books do not know`
  if (isOtherSession(checkout, seen)) {
    return `it was paid on the page ${sessionId}, and checkout ${checkoutId} has the page ${checkout.sessionId}`
  }
  if (currency !== dollars) return `it was paid in ${currency}, not in US dollars`
  return amount === checkout.amount
    ? null
    : `${formatCents(amount)} was paid, and checkout ${checkoutId} is of ${formatCents(checkout.amount)}`
}

/**
 * What was paid on a page, as a purchase; null where nothing was. It is its player's who asked for it, by our own row alone: what was paid on
 * a page that the books do not know, or is another sum or currency than was asked for, is held for a person.
 */
export const purchaseIn = (checkout: Checkout | null, seen: SessionSeen): FundingEvent | null => {
  const { amount, currency, isPaid, paymentId } = seen
  if (!isPaid || paymentId === null) return null
  const doubt = flawOf(checkout, seen)
  return {
    _tag: "Purchased",
    reference: paymentReference(paymentId),
    amount: doubt === null || checkout === null || currency === dollars ? amount : checkout.amount,
    price: amount,
    currency,
    buyer: checkout === null
      ? { _tag: "Named", names: [] }
      : { _tag: "Named", appUserId: checkout.userId, names: [checkout.userId] },
    ...doubt === null ? {} : { doubt }
  }
}
