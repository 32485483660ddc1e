/**
 * Money that comes in under one reference, and what becomes of it.
 *
 * A store says that something was bought, that it was refunded, that the refund was reversed: each perhaps several times, and in
 * any order. What was said is therefore kept as three marks that are only ever set, and what the wallet should have had from it
 * follows from them: credited, taken back, given back, each at most once. A refund that comes before its purchase is a mark of its
 * own, and the purchase then credits nothing, or what of it was not refunded (docs/design.md, "Money").
 */
import { houseUserId, type UserId } from "../values/Ids.ts"
import { type Cents, cents, zero } from "./Money.ts"

/** What the wallet had from a funding so far. */
export type CreditStatus = "nothing" | "credited" | "taken back" | "given back"

export interface Funding {
  /** `<store>:<transaction id>` in lower case before the colon, or any other reference of our own machines. */
  readonly reference: string
  readonly purchased: boolean
  readonly refunded: boolean
  readonly refundReversed: boolean
  readonly creditStatus: CreditStatus
  /** Whom it was credited to, or is to be; null while that is not certain; the house's id where a person dismissed it. */
  readonly userId: UserId | null
  /** What it is worth, as first told; null until it is purchased. */
  readonly amount: Cents | null
  /** What the store says was paid, in hundredths of `currency`; null where it does not say. */
  readonly price: Cents | null
  /** That of the price (ISO 4217); null where it is not told. */
  readonly currency: string | null
  /** What of the price the store says was refunded, in hundredths of `refundCurrency`; null: all of it. */
  readonly refundPrice: Cents | null
  readonly refundCurrency: string | null
  /** What of the amount was taken back; null: all of it, or nothing yet. */
  readonly refundAmount: Cents | null
  /** Which refund, or dispute, its marks are of, as the store calls it; null where the store names none, or there are no marks. */
  readonly refundId: string | null
  /** Why a person has to decide whether it is credited, a whole clause; null where nobody has to. */
  readonly heldReason: string | null
  /** The names by which the store knows the buyer, most telling first. */
  readonly names: ReadonlyArray<string>
}

/** Whom a purchase is for: a player, or names of a store's that may mean one. */
export type Buyer =
  | { readonly _tag: "Player"; readonly userId: UserId }
  | {
    readonly _tag: "Named"
    /** The name that the store's app used last; absent where it has none. It is one of `names`. */
    readonly appUserId?: string
    readonly names: ReadonlyArray<string>
  }

/** What happened to a funding, as a store or one of our own machines tells it. */
export type FundingEvent =
  | {
    readonly _tag: "Purchased"
    readonly reference: string
    /** Positive; our own catalogue's, never the store's. */
    readonly amount: Cents
    readonly buyer: Buyer
    /** Positive: what the store says was paid, in hundredths of `currency`; absent where it does not say. */
    readonly price?: Cents
    /** ISO 4217. */
    readonly currency?: string
    /** Why it is not to be credited before a person has decided, a whole clause; absent where nothing speaks against it. */
    readonly doubt?: string
  }
  | {
    readonly _tag: "Refunded"
    readonly reference: string
    /** Positive: what of the price is refunded, in hundredths of `currency`; absent: all of it. */
    readonly price?: Cents
    /** ISO 4217. */
    readonly currency?: string
    /** Which refund, or dispute, it is; 1 … 255 characters. Absent where the store names none. */
    readonly refundId?: string
    /** That it will not be reversed any more. */
    readonly isFinal?: boolean
  }
  | {
    readonly _tag: "RefundReversed"
    readonly reference: string
    /** Which refund, or dispute, it is that is reversed; as above. */
    readonly refundId?: string
  }

/** A reference of which no event was recorded yet. */
export const emptyFunding = (reference: string): Funding => ({
  reference,
  purchased: false,
  refunded: false,
  refundReversed: false,
  creditStatus: "nothing",
  userId: null,
  amount: null,
  price: null,
  currency: null,
  refundPrice: null,
  refundCurrency: null,
  refundAmount: null,
  refundId: null,
  heldReason: null,
  names: []
})

/** Whether a person decided that it credits nobody: what was paid is the house's. */
export const isDismissed = ({ userId }: Funding): boolean => userId === houseUserId

/** Whether a purchase waits: for its buyer to be known, or for a person. */
export const isOpen = (funding: Funding): boolean =>
  funding.creditStatus === "nothing" && funding.userId === null && worthOf(funding) > 0n

/** Whether its refund was acted on: what it took is not decided anew. */
const isTaken = ({ creditStatus }: Funding): boolean => creditStatus === "taken back" || creditStatus === "given back"

const purchasedBy = (
  funding: Funding,
  { amount, buyer, currency, doubt, price }: Extract<FundingEvent, { _tag: "Purchased" }>
): Funding => {
  const priced: Funding = funding.price !== null || isTaken(funding)
    ? funding
    : { ...funding, price: price ?? null, currency: currency ?? null }
  const named: Funding = funding.purchased ? priced : { ...priced, purchased: true, amount }
  if (named.userId !== null) return named
  // who says whose it is has decided
  if (buyer._tag === "Player") return { ...named, userId: buyer.userId, heldReason: null }
  // whoever any of the names is: what waits must not miss the one that tells
  return {
    ...named,
    heldReason: named.heldReason ?? doubt ?? null,
    names: [...new Set([...named.names, ...buyer.names])]
  }
}

/**
 * Whether an event is of another refund than the one that the marks are of. A reference has one refund: what a store says of another is for
 * a person. A store that names none is taken to speak of that one.
 */
export const isOfOtherRefund = (
  { refundId, refundReversed, refunded }: Pick<Funding, "refundId" | "refundReversed" | "refunded">,
  event: FundingEvent
): boolean =>
  event._tag !== "Purchased" && event.refundId !== undefined && (refunded || refundReversed) &&
  event.refundId !== refundId

/**
 * The funding after an event. What earlier events said stays: the first purchase decides the amount, and the buyer unless it
 * named nobody who is known; the first that tells a price decides that (our own machines tell none); the first refund what is refunded.
 */
export const applyEvent = (funding: Funding, event: FundingEvent): Funding => {
  if (isOfOtherRefund(funding, event)) return funding
  switch (event._tag) {
    case "Purchased":
      return purchasedBy(funding, event)
    case "Refunded":
      return funding.refunded
        ? funding
        : {
          ...funding,
          refunded: true,
          refundPrice: event.price ?? null,
          refundCurrency: event.currency ?? null,
          refundId: funding.refundId ?? event.refundId ?? null
        }
    case "RefundReversed":
      return { ...funding, refundReversed: true, refundId: funding.refundId ?? event.refundId ?? null }
  }
}

/** Whether a purchase of `amount`, by `userId` where that is known, is another than the one that was recorded before. */
export const contradicts = (funding: Funding, amount: Cents, userId: UserId | null): boolean =>
  funding.purchased &&
  (funding.amount !== amount || (funding.userId !== null && userId !== null && funding.userId !== userId))

/**
 * What a refund takes of the amount: all of it, or the part of it that was refunded of the price, rounded, one cent at least. How much of
 * a price in one currency is refunded in another nobody can say here: all of it, then.
 */
export const refundOf = ({ amount, currency, price, refundCurrency, refundPrice }: Funding): bigint => {
  if (amount === null) return 0n
  if (currency !== null && refundCurrency !== null && currency !== refundCurrency) return amount
  if (price === null || refundPrice === null || refundPrice >= price) return amount
  const part = (2n * amount * refundPrice + price) / (2n * price)
  return part > 0n ? part : 1n
}

/** What of the amount is refunded, as far as was told: 0 where nothing is, or the refund was reversed. */
export const refundedOf = (funding: Funding): Cents =>
  funding.refunded && !funding.refundReversed ? cents(refundOf(funding)) : zero

/** What a wallet should have of a funding, by its marks. */
const worthOf = (funding: Funding): bigint => {
  const { amount, purchased } = funding
  return purchased && amount !== null ? amount - refundedOf(funding) : 0n
}

/** What is to be done to the wallet. */
export type FundingStep = "credit" | "take back" | "give back"

/** The step that a funding's marks ask for first; null where the wallet had what it should. */
export const stepDue = (funding: Funding): FundingStep | null => {
  const isWhole = worthOf(funding) === funding.amount
  switch (funding.creditStatus) {
    case "nothing":
      return worthOf(funding) > 0n ? "credit" : null
    case "credited":
      return isWhole ? null : "take back"
    case "taken back":
      return isWhole ? "give back" : null
    case "given back":
      return null
  }
}

/** The funding once a step is taken. */
export const afterStep = (funding: Funding, step: FundingStep): Funding => {
  switch (step) {
    case "credit":
      return { ...funding, creditStatus: "credited" }
    case "take back": {
      const taken = refundOf(funding)
      return { ...funding, creditStatus: "taken back", refundAmount: taken === funding.amount ? null : cents(taken) }
    }
    case "give back":
      return { ...funding, creditStatus: "given back" }
  }
}

/** What the refund of a funding took, once it did. */
export const takenOf = ({ amount, refundAmount }: Pick<Funding, "amount" | "refundAmount">): Cents | null =>
  refundAmount ?? amount
