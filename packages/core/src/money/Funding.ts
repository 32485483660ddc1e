/**
 * Money that comes in under one reference, and what becomes of it.
 *
 * A store says that something was bought, that it was refunded, that the refund was reversed: each perhaps several times, and in
 * any order. What was said is therefore kept as three marks that are only ever set, and what the wallet should have had from it
 * follows from them: credited, taken back, given back, each at most once. A refund that comes before its purchase is a mark of its
 * own, and the purchase then credits nothing (docs/design.md, "Money").
 */
import type { UserId } from "../values/Ids.ts"
import type { Cents } from "./Money.ts"

/** What the wallet had from a funding so far. */
export type CreditStatus = "nothing" | "credited" | "taken back" | "given back"

export interface Funding {
  /** `<store>:<transaction id>` in lower case before the colon, or any other reference of our own machines. */
  readonly reference: string
  readonly purchased: boolean
  readonly refunded: boolean
  readonly refundReversed: boolean
  readonly creditStatus: CreditStatus
  /** Whom it was credited to, or is to be; null while nobody of its names is known. */
  readonly userId: UserId | null
  /** What it is worth; null until it is purchased. */
  readonly amount: Cents | null
  /** The names by which the store knows the buyer, most telling first. */
  readonly names: ReadonlyArray<string>
}

/** What happened to a funding, as a store or one of our own machines tells it. */
export type FundingEvent =
  | {
    readonly _tag: "Purchased"
    readonly reference: string
    /** Positive; our own catalogue's, never the store's. */
    readonly amount: Cents
    /** Whom it is for: a player, or names of which one may be a player's id. */
    readonly buyer:
      | { readonly _tag: "Player"; readonly userId: UserId }
      | { readonly _tag: "Named"; readonly names: ReadonlyArray<string> }
  }
  | { readonly _tag: "Refunded"; readonly reference: string }
  | { readonly _tag: "RefundReversed"; readonly reference: string }

/** A reference of which no event was recorded yet. */
export const emptyFunding = (reference: string): Funding => ({
  reference,
  purchased: false,
  refunded: false,
  refundReversed: false,
  creditStatus: "nothing",
  userId: null,
  amount: null,
  names: []
})

/**
 * The funding after an event. What earlier events said stays: the first purchase decides the amount, and the buyer unless it
 * named nobody who is known.
 */
export const applyEvent = (funding: Funding, event: FundingEvent): Funding => {
  switch (event._tag) {
    case "Purchased": {
      const { amount, buyer } = event
      const named = funding.purchased ? funding : { ...funding, purchased: true, amount }
      if (buyer._tag === "Player") return { ...named, userId: named.userId ?? buyer.userId }
      // whoever any of the names is: what waits must not miss the one that tells
      return named.userId === null ? { ...named, names: [...new Set([...named.names, ...buyer.names])] } : named
    }
    case "Refunded":
      return { ...funding, refunded: true }
    case "RefundReversed":
      return { ...funding, refundReversed: true }
  }
}

/** Whether a purchase of `amount`, by `userId` where that is known, is another than the one that was recorded before. */
export const contradicts = (funding: Funding, amount: Cents, userId: UserId | null): boolean =>
  funding.purchased &&
  (funding.amount !== amount || (funding.userId !== null && userId !== null && funding.userId !== userId))

/** What is to be done to the wallet. */
export type FundingStep = "credit" | "take back" | "give back"

/** The step that a funding's marks ask for; null where the wallet had what it should. */
export const stepDue = ({ creditStatus, purchased, refundReversed, refunded }: Funding): FundingStep | null => {
  const isDeserved = purchased && (!refunded || refundReversed)
  switch (creditStatus) {
    case "nothing":
      return isDeserved ? "credit" : null
    case "credited":
      return isDeserved ? null : "take back"
    case "taken back":
      return isDeserved ? "give back" : null
    case "given back":
      return null
  }
}

/** What a wallet has had once the step is taken. */
export const creditStatusAfter = (step: FundingStep): CreditStatus =>
  step === "credit" ? "credited" : step === "take back" ? "taken back" : "given back"
