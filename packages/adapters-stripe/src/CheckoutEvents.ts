/**
 * What an event of Stripe's says of money in.
 *
 * Events are acted on by an allow-list. They come in any order, several times, and about whatever else the account is used for: what bears no
 * checkout's name, or is of a payment that does not, is none of ours.
 */
import type { CheckoutNotice } from "@ddd/core/ports/CheckoutProvider"
import {
  checkoutOn,
  type DisputeStep,
  type PaymentWord,
  readDispute,
  readRefund,
  readSession
} from "./CheckoutObjects.ts"
import { eventIn } from "./StripeEvents.ts"
import { propertiesOf, textOf } from "./StripeObjects.ts"

const other: CheckoutNotice = { _tag: "Other" }
const ignored = (why: string): CheckoutNotice => ({ _tag: "Ignored", why })
const unusable = (why: string): CheckoutNotice => ({ _tag: "Unusable", why })

const sessionEvents: ReadonlySet<string> = new Set([
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired"
])
const refundEvents: ReadonlySet<string> = new Set([
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.refund.updated"
])
/** Those that say by themselves what became of the money, and those whose dispute does. */
const disputeEvents: ReadonlyMap<string, DisputeStep> = new Map([
  ["charge.dispute.created", null],
  ["charge.dispute.closed", null],
  ["charge.dispute.funds_withdrawn", "withdrawn"],
  ["charge.dispute.funds_reinstated", "reinstated"]
])

const sessionNotice = (type: string, object: Readonly<Record<string, unknown>>): CheckoutNotice => {
  if (checkoutOn(object) === undefined) return ignored(`${type}: it is no checkout of ours`)
  const seen = readSession(object, type === "checkout.session.async_payment_failed")
  return seen === undefined ? unusable(`${type}: its session cannot be read`) : { _tag: "Session", seen }
}

const paymentNotice = (type: string, word: PaymentWord): CheckoutNotice => {
  switch (word._tag) {
    case "Events":
      return { _tag: "Payment", paymentId: word.paymentId, events: word.events }
    case "Nothing":
      return ignored(`${type}: ${word.why}`)
    case "Unclear":
      return unusable(`${type}: ${word.why}`)
  }
}

const notice = (type: string, object: Readonly<Record<string, unknown>>): CheckoutNotice => {
  if (sessionEvents.has(type)) return sessionNotice(type, object)
  // of a payment without an intent, which no checkout's is
  const payment = textOf(object["payment_intent"])
  if (payment === undefined) return ignored(`${type}: it is of no payment that a checkout can have`)
  const step = disputeEvents.get(type)
  if (step !== undefined) return paymentNotice(type, readDispute(object, step))
  if (refundEvents.has(type)) return paymentNotice(type, readRefund(object))
  return { _tag: "Refunds", paymentId: payment }
}

const isOfMoneyIn = (type: string): boolean =>
  sessionEvents.has(type) || refundEvents.has(type) || disputeEvents.has(type) || type === "charge.refunded"

/** What a genuine event says of money in. `isLive`: our key moves real money; events of the other mode are none of ours. */
export const read = (body: string, isLive: boolean): CheckoutNotice => {
  const event = eventIn(body)
  const type = textOf(event["type"])
  if (type === undefined || !isOfMoneyIn(type)) return other
  if (event["livemode"] !== isLive) return ignored(`${type} is of the other mode than our key`)
  if (event["account"] !== undefined) return ignored(`${type} is of a connected account`)
  return notice(type, propertiesOf(propertiesOf(event["data"])["object"]))
}
