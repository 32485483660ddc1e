/**
 * What is written of a shop's event, once it was recorded.
 *
 * An event that speaks of money and changes nothing is said to have failed, or waits, unless what it says is done already: somebody has to
 * look at it (docs/money.md, "Setting up RevenueCat").
 */
import { type Funding, type FundingEvent, isOfOtherRefund } from "./Funding.ts"
import { formatCents } from "./Money.ts"
import type { Transaction } from "./Transaction.ts"
import type { WebhookConclusion } from "./WebhookEvent.ts"

/** What an event did. */
export interface RecordedEvent {
  /** As it stood before; null where nothing was ever told of it. */
  readonly earlier: Funding | null
  /** As it stands now. */
  readonly funding: Funding
  /** Why it is a purchase that is not credited yet, a whole clause; null where it is none. */
  readonly openReason: string | null
  /**
   * The movements of the funding, in their order; none where it was known before, came too early, or its buyer is unknown. What canceled
   * withdrawals brought back is not among them.
   */
  readonly transactions: ReadonlyArray<Transaction>
}

type Conclusion = Pick<WebhookConclusion, "state" | "outcome">

const done = (outcome: string): Conclusion => ({ state: "done", outcome })
const waiting = (outcome: string): Conclusion => ({ state: "waiting", outcome })
const failed = (outcome: string): Conclusion => ({ state: "failed", outcome })

/** Of a purchase that moved nothing. */
const ofPurchase = ({ funding, openReason }: RecordedEvent): Conclusion => {
  const { creditStatus, reference } = funding
  if (openReason !== null) return waiting(`${reference}: ${openReason}`)
  if (creditStatus !== "nothing") return done(`${reference} was ${creditStatus} before`)
  return funding.refunded && !funding.refundReversed
    ? done(`${reference} was refunded before it came: nothing is credited`)
    : done(`${reference} was dismissed by an operator: nothing is credited`)
}

type Refunded = Extract<FundingEvent, { readonly _tag: "Refunded" }>
type RefundReversed = Extract<FundingEvent, { readonly _tag: "RefundReversed" }>

/** Of a refund that was told of before by its name. What is final after it was reversed is another loss than the one that was made good. */
const ofSameRefund = (
  { creditStatus, reference, refundReversed }: Funding,
  { isFinal, refundId }: Refunded
): Conclusion =>
  refundReversed
    ? isFinal === true
      ? failed(`${reference}: ${refundId} is lost after it was reversed: nothing more is taken back`)
      : done(`${reference}: ${refundId} was reversed already`)
    : done(
      `${reference}: ${refundId} was ${creditStatus === "taken back" ? "taken back" : "marked as refunded"} before`
    )

/** Of a refund that moved nothing. */
const ofRefund = ({ earlier, funding }: RecordedEvent, event: Refunded): Conclusion => {
  const { creditStatus, reference } = funding
  const { refundId } = event
  if (isOfOtherRefund(funding, event)) {
    return failed(
      `${reference} is refunded once more (${refundId}), beside ${funding.refundId ?? "a refund before"}: ` +
        "nothing more is taken back"
    )
  }
  if (!funding.purchased) return waiting(`${reference} is marked as refunded: no purchase of it was told of yet`)
  if (earlier?.refunded !== true) {
    return funding.refundReversed
      ? done(`${reference}: its refund was reversed already`)
      : done(`${reference} is marked as refunded: nothing had been credited`)
  }
  if (refundId !== undefined) return ofSameRefund(funding, event)
  if (funding.refundReversed) {
    return failed(`${reference} is refunded once more, after its refund was reversed: nothing more is taken back`)
  }
  return funding.refundAmount === null
    ? done(creditStatus === "taken back" ? `${reference} was taken back before` : `${reference} was refunded before`)
    : failed(
      `${reference} is refunded once more, after ${
        formatCents(funding.refundAmount)
      } of it was taken back: nothing more is`
    )
}

/** Of a reversal that moved nothing. */
const ofReversal = ({ earlier, funding }: RecordedEvent, event: RefundReversed): Conclusion => {
  const { reference } = funding
  const { refundId } = event
  if (isOfOtherRefund(funding, event)) {
    return failed(`${reference}: ${refundId} is reversed, of which nothing was taken back: nothing is given back`)
  }
  if (!funding.refunded) return waiting(`${reference} is marked: a refund of it is reversed that was not told of yet`)
  if (earlier?.refundReversed !== true) return done(`${reference} is marked: its refund is reversed`)
  if (refundId !== undefined) return done(`${reference}: ${refundId} was reversed before`)
  return failed(`${reference}: a refund of it is reversed once more: nothing more is given back`)
}

/** How the event is concluded. */
export const concludeFundingEvent = (event: FundingEvent, recorded: RecordedEvent): Conclusion => {
  const { funding, openReason, transactions } = recorded
  if (transactions.length > 0) {
    return done(
      `${funding.reference}: ${transactions.map(({ amount, type }) => `${type} ${formatCents(amount)}`).join(", ")} ` +
        `for player ${funding.userId}`
    )
  }
  switch (event._tag) {
    case "Purchased":
      return ofPurchase(recorded)
    case "Refunded":
      return ofRefund(recorded, event)
    case "RefundReversed":
      return openReason === null ? ofReversal(recorded, event) : waiting(`${funding.reference}: ${openReason}`)
  }
}
