/**
 * What Stripe has of money in: the sessions of Checkout, refunds and disputes, as core understands them.
 *
 * A session, and the payment made on it, bear the checkout's id in their metadata; refunds and disputes name the payment. As elsewhere, what
 * is not the whole of an object is nothing.
 */
import { type OpenedSession, paymentReference, type SessionSeen } from "@ddd/core/money/CheckoutReport"
import { transactionIdForm } from "@ddd/core/money/FundingReference"
import type { Cents } from "@ddd/core/money/Money"
import type { PaymentEvent } from "@ddd/core/ports/CheckoutProvider"
import { centsOf, propertiesOf, textOf, uuidOf } from "./StripeObjects.ts"

/** The checkout whose name an object bears; undefined: none. */
export const checkoutOn = (object: Readonly<Record<string, unknown>>): string | undefined =>
  uuidOf(propertiesOf(object["metadata"])["checkout"])

/** No reference is longer than what is stored of it. */
const referenceCharactersMax = 100

/** The id of a payment, which may be given whole; undefined where there is none that a reference can be made of. */
const paymentOf = (value: unknown): string | undefined => {
  const id = textOf(value) ?? textOf(propertiesOf(value)["id"])
  return id !== undefined && transactionIdForm.test(id) && paymentReference(id).length <= referenceCharactersMax
    ? id
    : undefined
}

const currencyOf = (value: unknown): string | undefined =>
  typeof value === "string" && /^[a-z]{3}$/.test(value) ? value.toUpperCase() : undefined

const sessionStatuses = ["open", "complete", "expired"] as const
const sessionStatusOf = (value: unknown) => sessionStatuses.find((status) => status === value)

/** States of a payment of which no money will come. */
const endedPayments: ReadonlySet<unknown> = new Set(["requires_payment_method", "canceled"])

/** Reads a session that bears the name of a checkout; undefined where it is none. `isFailed`: what is known of that otherwise. */
export const readSession = (value: unknown, isFailed = false): SessionSeen | undefined => {
  const session = propertiesOf(value)
  const { payment_intent: payment, payment_status: paymentStatus } = session
  const sessionId = textOf(session["id"])
  const checkoutId = checkoutOn(session)
  const amount = centsOf(session["amount_total"])
  const currency = currencyOf(session["currency"])
  const status = sessionStatusOf(session["status"])
  const isPaid = paymentStatus === "paid"
  const paymentId = paymentOf(payment)
  if (
    session["object"] !== "checkout.session" || sessionId === undefined || checkoutId === undefined ||
    amount === undefined || amount === 0n || currency === undefined || status === undefined ||
    (isPaid && paymentId === undefined)
  ) return undefined
  const isEnded = status === "complete" && !isPaid && endedPayments.has(propertiesOf(payment)["status"])
  return {
    sessionId,
    checkoutId,
    status,
    isPaid,
    isFailed: !isPaid && (isFailed || isEnded),
    amount,
    currency,
    paymentId: paymentId ?? null
  }
}

/** Reads the session that was opened for a checkout; undefined where the answer is none. */
export const readOpened = (value: unknown, checkoutId: string): OpenedSession | undefined => {
  const { url } = propertiesOf(value)
  const seen = readSession(value)
  return seen?.checkoutId === checkoutId && typeof url === "string" && url.length <= 4_096 && URL.canParse(url)
    ? { sessionId: seen.sessionId, url }
    : undefined
}

/** What an object says of a payment: events in the order in which they are to be recorded, or why there are none. */
export type PaymentWord =
  | { readonly _tag: "Events"; readonly paymentId: string; readonly events: ReadonlyArray<PaymentEvent> }
  | { readonly _tag: "Nothing"; readonly why: string }
  | { readonly _tag: "Unclear"; readonly why: string }

/** A refund or a dispute: so much of a payment that is taken from us. */
interface Taken {
  readonly id: string
  readonly paymentId: string
  readonly amount: Cents
  readonly currency: string
}

const takenIn = (object: Readonly<Record<string, unknown>>): Taken | undefined => {
  const [id, paymentId] = [textOf(object["id"]), paymentOf(object["payment_intent"])]
  const [amount, currency] = [centsOf(object["amount"]), currencyOf(object["currency"])]
  return id === undefined || paymentId === undefined || amount === undefined || amount === 0n || currency === undefined
    ? undefined
    : { id, paymentId, amount, currency }
}

const refunded = ({ amount, currency, id, paymentId }: Taken, isFinal: boolean): PaymentEvent => ({
  _tag: "Refunded",
  reference: paymentReference(paymentId),
  price: amount,
  currency,
  refundId: id,
  ...isFinal ? { isFinal } : {}
})

const taken = (what: Taken, isFinal = false): PaymentWord => ({
  _tag: "Events",
  paymentId: what.paymentId,
  events: [refunded(what, isFinal)]
})

/** That it was taken is said too: who missed that has both, and nothing moves. */
const givenBack = (what: Taken): PaymentWord => ({
  _tag: "Events",
  paymentId: what.paymentId,
  events: [
    { _tag: "RefundReversed", reference: paymentReference(what.paymentId), refundId: what.id },
    refunded(what, false)
  ]
})

const nothing = (why: string): PaymentWord => ({ _tag: "Nothing", why })
const unclear = (why: string): PaymentWord => ({ _tag: "Unclear", why })

/** What a refund comes to. One that is pending has left; one that failed or was canceled is back. */
export const readRefund = (value: unknown): PaymentWord => {
  const refund = propertiesOf(value)
  const what = refund["object"] === "refund" ? takenIn(refund) : undefined
  if (what === undefined) return unclear("a refund cannot be read, or names no payment")
  const status = textOf(refund["status"])
  switch (status) {
    case "pending":
    case "succeeded":
      return taken(what)
    case "failed":
    case "canceled":
      return givenBack(what)
    case "requires_action":
      return nothing(`refund ${what.id} waits for its customer: nothing has left`)
    default:
      return unclear(`refund ${what.id} is ${status ?? "in no state"}`)
  }
}

/** What became of a dispute, as its event says; null: as its state says. */
export type DisputeStep = "withdrawn" | "reinstated" | null

/**
 * What a dispute comes to. An inquiry (`warning_…`) takes no money; a dispute does from when it is opened, and gives it back where it is won.
 */
export const readDispute = (value: unknown, step: DisputeStep): PaymentWord => {
  const dispute = propertiesOf(value)
  const what = dispute["object"] === "dispute" ? takenIn(dispute) : undefined
  if (what === undefined) return unclear("a dispute cannot be read, or names no payment")
  if (step !== null) return step === "withdrawn" ? taken(what) : givenBack(what)
  const status = textOf(dispute["status"])
  switch (status) {
    case "needs_response":
    case "under_review":
    case "appeal_needs_response":
    case "appeal_under_review":
      return taken(what)
    case "lost":
      return taken(what, true)
    case "won":
      return givenBack(what)
    case "warning_needs_response":
    case "warning_under_review":
    case "warning_closed":
      return nothing(`dispute ${what.id} is an inquiry: no money was withdrawn`)
    default:
      return unclear(`dispute ${what.id} is ${status ?? "in no state"}: look at it with Stripe`)
  }
}
