/**
 * What follows from an event of a funding: who its buyer is, and which marks stand.
 *
 * Decided under the lock of the reference. Where a step is due, what it moves is decided by `moveFunding`, under the lock of the wallet too.
 */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import {
  buyerByNames,
  type ExcludedName,
  type NameMatch,
  playerById,
  type SharedNames,
  shareNames
} from "./BuyerNames.ts"
import {
  applyEvent,
  contradicts,
  emptyFunding,
  type Funding,
  type FundingEvent,
  type FundingStep,
  isDismissed,
  isOpen,
  stepDue
} from "./Funding.ts"
import { canonicalReference, referenceFault } from "./FundingReference.ts"
import type { Cents } from "./Money.ts"
import { type ConcludedWaiting, concludeWaiting } from "./WebhookEvent.ts"

/** The names whose matches `recordFunding` is to be told. */
export const namesToMatch = (earlier: Funding | null, event: FundingEvent | null): ReadonlyArray<string> => {
  const told = event?._tag !== "Purchased"
    ? []
    : event.buyer._tag === "Player"
    ? [event.buyer.userId]
    : event.buyer.names
  return [...new Set([...earlier?.names ?? [], ...told])]
}

/** Read under the lock of the reference. */
export interface FundingFacts {
  /** What stands under the reference; null where nothing was ever told of it. */
  readonly earlier: Funding | null
  /** Of `namesToMatch`. */
  readonly matches: ReadonlyArray<NameMatch>
  /** Those of `namesToMatch` by which a store knows, or knew, who has excluded themselves. */
  readonly excludedNames: ReadonlyArray<ExcludedName>
}

/** A step that is due, of a funding whose buyer and amount are known. */
export interface DueFundingStep {
  readonly step: FundingStep
  readonly userId: UserId
  readonly amount: Cents
  /** What becomes of a purchase that the wallet cannot hold: it is refused, as whoever told of it learns at once; or held for a person. */
  readonly unfit: "refuse" | "hold"
}

export interface FundingDecision {
  /** With its marks and its buyer. Written where no step is due; else as `moveFunding` says. */
  readonly funding: Funding
  /** What is kept of the buyer's names; null where nothing is. */
  readonly shared: SharedNames | null
  readonly due: DueFundingStep | null
  /** What becomes of the events of the reference that wait, where no step is due; null: they wait on. */
  readonly waitingEvents: ConcludedWaiting | null
}

/** Why an event is not recorded. Nothing is changed. */
export type FundingRefusal =
  /** No money comes in under this reference. `fault` completes "the reference …". */
  | { readonly _tag: "ReferenceRefused"; readonly reference: string; readonly fault: string }
  /** The reference was purchased before by another player, or for another amount; or a person dismissed it. */
  | { readonly _tag: "FundingConflict"; readonly reference: string; readonly earlier: Funding }
  | { readonly _tag: "UnknownUser"; readonly userId: UserId }

/** The step that is due; null where none is, its buyer is unknown, or a person has to decide. */
const dueStep = (funding: Funding, unfit: DueFundingStep["unfit"]): DueFundingStep | null => {
  const { amount, heldReason, userId } = funding
  const step = stepDue(funding)
  return step === null || userId === null || amount === null || heldReason !== null || isDismissed(funding)
    ? null
    : { step, userId, amount, unfit }
}

/** What is said of the events that waited, once nothing of the funding is left to wait for; null until then. */
export const settledWaiting = (funding: Funding): ConcludedWaiting | null => {
  const { creditStatus, purchased, reference, refundReversed, refunded, userId } = funding
  if (!purchased || (refundReversed && !refunded) || isOpen(funding)) return null
  const became = isDismissed(funding)
    ? "dismissed by an operator"
    : creditStatus === "nothing"
    ? "refunded: nothing is credited"
    : `credited to player ${userId} since`
  return concludeWaiting(`${reference}: ${became}`)
}

/** What is decided of a funding whose marks and buyer stand. */
export const decisionOn = (
  funding: Funding,
  unfit: DueFundingStep["unfit"],
  shared: SharedNames | null = null
): FundingDecision => {
  const due = dueStep(funding, unfit)
  return { funding, shared, due, waitingEvents: due === null ? settledWaiting(funding) : null }
}

/** The buyer where that is certain: the app's name for them is a player's id, or all names mean one player; else null. */
const certainBuyer = (
  names: ReadonlyArray<string>,
  appUserId: string | undefined,
  matches: ReadonlyArray<NameMatch>
): UserId | null => {
  const byId = appUserId === undefined ? null : playerById(appUserId, matches)
  const byNames = buyerByNames(names, matches)
  return byId ?? (byNames._tag === "Player" ? byNames.userId : null)
}

/** Why a purchase is held that names somebody who has excluded themselves, and is another's. */
const heldOfExcluded = "a store knows its buyer by a name of a player who has excluded themselves"

/**
 * A purchase with its buyer, where that is certain by now. One that is held has none: a person says who it is. Whose buyer stood before is
 * not held any more: what its wallet cannot hold is refused, and may be told again.
 */
const withBuyer = (
  funding: Funding,
  { excludedNames, matches }: Pick<FundingFacts, "excludedNames" | "matches">,
  appUserId?: string
): FundingDecision => {
  const { heldReason, names, purchased } = funding
  if (!purchased || funding.userId !== null || heldReason !== null) return decisionOn(funding, "refuse")
  const userId = certainBuyer(names, appUserId, matches)
  if (userId !== null && excludedNames.some((excluded) => excluded.userId !== userId)) {
    return decisionOn({ ...funding, heldReason: heldOfExcluded }, "hold")
  }
  return decisionOn({ ...funding, userId }, "hold", userId === null ? null : shareNames(names, matches))
}

type Purchased = Extract<FundingEvent, { readonly _tag: "Purchased" }>

/** Decides about a purchase. `before`: what stands under its reference. */
const recordPurchase = (
  before: Funding,
  event: Purchased,
  facts: Pick<FundingFacts, "excludedNames" | "matches">
): Result.Result<FundingDecision, FundingRefusal> => {
  const { amount, buyer } = event
  const { matches } = facts
  const conflict = Result.fail({ _tag: "FundingConflict", reference: before.reference, earlier: before } as const)
  if (buyer._tag === "Player") {
    const player = playerById(buyer.userId, matches)
    if (player === null) return Result.fail({ _tag: "UnknownUser", userId: buyer.userId })
    return contradicts(before, amount, player)
      ? conflict
      : Result.succeed(decisionOn(applyEvent(before, event), "refuse"))
  }
  // what a person decided stands
  if (isDismissed(before)) return Result.succeed(decisionOn(before, "hold"))
  // what waits is worth what it was first told with, though the catalogue says otherwise by now
  const told = isOpen(before) ? { ...event, amount: before.amount ?? amount } : event
  return contradicts(before, told.amount, certainBuyer(buyer.names, buyer.appUserId, matches))
    ? conflict
    : Result.succeed(withBuyer(applyEvent(before, told), facts, buyer.appUserId))
}

/** Decides about an event. */
export const recordFunding = (
  facts: FundingFacts,
  event: FundingEvent
): Result.Result<FundingDecision, FundingRefusal> => {
  const { earlier } = facts
  const reference = canonicalReference(event.reference)
  // what stands under it was taken before: it is answered as it was
  const fault = earlier === null ? referenceFault(reference) : null
  if (fault !== null) return Result.fail({ _tag: "ReferenceRefused", reference, fault })
  const before = earlier ?? emptyFunding(reference)
  return event._tag === "Purchased"
    ? recordPurchase(before, event, facts)
    : Result.succeed(withBuyer(applyEvent(before, event), facts))
}

/**
 * Decides about a purchase whose buyer was unknown; null where nothing changes: none waits, its names do not mean one player, a person has
 * to decide, or it was refunded meanwhile. It may be held from here on.
 */
export const creditWaiting = (facts: FundingFacts): FundingDecision | null => {
  const { earlier } = facts
  if (earlier === null || !isOpen(earlier)) return null
  const decided = withBuyer(earlier, facts)
  const isHeldNow = decided.funding.heldReason !== earlier.heldReason
  return isHeldNow || decided.due?.step === "credit" ? decided : null
}
