/** The ways in which a page of Stripe Checkout may end. */
import type { StripeStandIn } from "@ddd/sim/providers/StripeStandIn"

/** What becomes of a page, and what its player has of 20 parts of it in the end. */
export interface Fate {
  readonly name: string
  readonly play: (stripe: StripeStandIn, session: string) => void
  /** Of 20 parts. */
  readonly worth: bigint
  /** Whether notices of it are left for a person. */
  readonly forPerson?: boolean
}

/** Pays by card, and goes on with the payment. */
const paid = (then: (stripe: StripeStandIn, payment: string) => void): Fate["play"] => (stripe, session) => {
  const payment = stripe.pay(session)
  if (payment !== undefined) then(stripe, payment)
}

const amountOf = (stripe: StripeStandIn, payment: string): number => stripe.payments.get(payment)?.amount ?? 0

/** Each in turn. */
export const fates: ReadonlyArray<Fate> = [
  { name: "paid", play: paid(() => {}), worth: 20n },
  { name: "left unpaid", play: () => {}, worth: 0n },
  {
    name: "paid from a bank, in days",
    play: (stripe, session) => void stripe.arrive(stripe.pay(session, "bank") ?? "", true),
    worth: 20n
  },
  {
    name: "paid from a bank that had nothing",
    play: (stripe, session) => void stripe.arrive(stripe.pay(session, "bank") ?? "", false),
    worth: 0n
  },
  { name: "refunded", play: paid((stripe, payment) => void stripe.refund(payment)), worth: 0n },
  {
    name: "refunded in part",
    play: paid((stripe, payment) => void stripe.refund(payment, amountOf(stripe, payment) / 4)),
    worth: 15n
  },
  {
    name: "refunded, which its bank did not take",
    play: paid((stripe, payment) => void stripe.failRefund(stripe.refund(payment) ?? "")),
    worth: 20n
  },
  {
    name: "disputed and lost",
    play: paid((stripe, payment) => void stripe.closeDispute(stripe.dispute(payment) ?? "", "lost")),
    worth: 0n
  },
  {
    name: "disputed and won",
    play: paid((stripe, payment) => void stripe.closeDispute(stripe.dispute(payment) ?? "", "won")),
    worth: 20n
  },
  { name: "disputed", play: paid((stripe, payment) => void stripe.dispute(payment)), worth: 0n },
  {
    name: "inquired about",
    play: paid((stripe, payment) => void stripe.closeDispute(stripe.dispute(payment, "inquiry") ?? "", "lost")),
    worth: 20n
  },
  {
    name: "paid another amount than was asked for",
    play: (stripe, session) => void stripe.pay(session, "card", 99_900),
    worth: 0n,
    forPerson: true
  }
]
