/**
 * What follows from an event of a funding: who its buyer is, which marks stand, and what is moved in their wallet.
 *
 * Two decisions, since which wallet is locked follows from the first: under the lock of the reference, `recordFunding` or
 * `creditWaiting`; then, where a step is due, `moveFunding` under the locks of the wallet and the withdrawals too.
 */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { isPlayer } from "../values/Player.ts"
import { type Cancellation, cancelUnsent, type StoredWithdrawal } from "./ConcludeWithdrawal.ts"
import {
  applyEvent,
  contradicts,
  creditStatusAfter,
  emptyFunding,
  type Funding,
  type FundingEvent,
  type FundingStep,
  stepDue
} from "./Funding.ts"
import { canonicalReference, depositSource, reversalReference } from "./FundingReference.ts"
import type { Cents } from "./Money.ts"
import { chargeBack, deposit, type MovedTogether, type Wallet, type WalletRefusal } from "./Wallet.ts"
import { type ConcludedWaiting, concludeWaiting } from "./WebhookEvent.ts"

/** A user for whom a name stands. */
export interface NameMatch {
  readonly name: string
  readonly userId: UserId
  /** Whether the name is the user's id; false: a store knew them by it before. */
  readonly isId: boolean
  readonly isErased: boolean
}

/** The player of the first name that stands for one: by its being their id, else as a store knows them; null where none does. */
export const playerByName = (names: ReadonlyArray<string>, matches: ReadonlyArray<NameMatch>): UserId | null => {
  for (const name of names) {
    const players = matches.filter((match) => match.name === name && isPlayer(match))
    const [player] = [...players.filter(({ isId }) => isId), ...players]
    if (player !== undefined) return player.userId
  }
  return null
}

/** Names that a store has for a player. */
export interface SharedNames {
  readonly userId: UserId
  /** Those to keep: a name that stood for somebody before stays theirs. */
  readonly names: ReadonlyArray<string>
}

/** What is kept where these names are one buyer's; null where none of them stands for a player. `matches`: of all of them. */
export const shareNames = (names: ReadonlyArray<string>, matches: ReadonlyArray<NameMatch>): SharedNames | null => {
  const userId = playerByName(names, matches)
  if (userId === null) return null
  const known = new Set(matches.map(({ name }) => name))
  return { userId, names: [...new Set(names)].filter((name) => !known.has(name)) }
}

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
}

/** A step that is due, of a funding whose buyer and amount are known. */
export interface DueFundingStep {
  readonly step: FundingStep
  readonly userId: UserId
  readonly amount: Cents
}

export interface FundingDecision {
  /** With its marks and its buyer. Written where no step is due; else as `moveFunding` says. */
  readonly funding: Funding
  /** What is kept of the buyer's names; null where nothing is. */
  readonly shared: SharedNames | null
  readonly due: DueFundingStep | null
}

/** Why an event is not recorded. Nothing is changed. */
export type FundingRefusal =
  /** The reference was purchased before by another player, or for another amount. */
  | { readonly _tag: "FundingConflict"; readonly reference: string; readonly earlier: Funding }
  | { readonly _tag: "UnknownUser"; readonly userId: UserId }

/** The step that is due; null where none is, or its buyer is unknown. */
const dueStep = (funding: Funding): DueFundingStep | null => {
  const { amount, userId } = funding
  const step = stepDue(funding)
  return step === null || userId === null || amount === null ? null : { step, userId, amount }
}

/** A funding with its buyer, where one of its names stands for a player by now. */
const withBuyer = (funding: Funding, matches: ReadonlyArray<NameMatch>): FundingDecision => {
  const shared = funding.userId === null ? shareNames(funding.names, matches) : null
  const known = shared === null ? funding : { ...funding, userId: shared.userId }
  return { funding: known, shared, due: dueStep(known) }
}

/** Decides about an event. */
export const recordFunding = (
  { earlier, matches }: FundingFacts,
  event: FundingEvent
): Result.Result<FundingDecision, FundingRefusal> => {
  const reference = canonicalReference(event.reference)
  const before = earlier ?? emptyFunding(reference)
  if (event._tag === "Purchased") {
    const { amount, buyer } = event
    const player = buyer._tag === "Named"
      ? playerByName(buyer.names, matches)
      : matches.find((match) => match.isId && match.userId === buyer.userId && isPlayer(match))?.userId ?? null
    if (buyer._tag === "Player" && player === null) return Result.fail({ _tag: "UnknownUser", userId: buyer.userId })
    if (contradicts(before, amount, player)) return Result.fail({ _tag: "FundingConflict", reference, earlier: before })
  }
  return Result.succeed(withBuyer(applyEvent(before, event), matches))
}

/**
 * Decides about a purchase whose buyer was unknown; null where nothing is to be credited: none waits, none of its names stands for a
 * player, or it was refunded meanwhile.
 */
export const creditWaiting = ({ earlier, matches }: FundingFacts): FundingDecision | null => {
  if (earlier === null || earlier.userId !== null) return null
  const decision = withBuyer(earlier, matches)
  return decision.due?.step === "credit" ? decision : null
}

/** Read under the locks of the reference, then the wallet, then the withdrawals, the clock last. */
export interface MoveFacts {
  /** Null where the player has none. */
  readonly wallet: Wallet | null
  /** Whether the player was erased, be it since they were found to be the buyer. */
  readonly isErased: boolean
  /** All withdrawals of the player that the provider has not been asked for, newest first; none where the wallet has enough. */
  readonly unsent: ReadonlyArray<StoredWithdrawal>
  /** The id of the movement that took the deposit back; null where none did. */
  readonly chargebackId: string | null
  readonly now: Instant
}

export interface FundingMove {
  readonly funding: Funding
  /** Written before the movements: what it brings back is taken by them. */
  readonly cancellation: Cancellation
  readonly moved: MovedTogether
  /** What becomes of the events that told of the purchase while its buyer was unknown; null where none is concluded. */
  readonly waitingEvents: ConcludedWaiting | null
}

export type MoveRefusal =
  | { readonly _tag: "UnknownUser"; readonly userId: UserId }
  | { readonly _tag: "DepositRefused"; readonly refusal: WalletRefusal }

const nothingCanceled = (wallet: Wallet): Cancellation => ({ wallet, canceled: [] })

/** Decides what a due step moves. Refused where the wallet cannot take it: nothing is changed, not even the marks. */
export const moveFunding = (
  { chargebackId, isErased, now, unsent, wallet }: MoveFacts,
  funding: Funding,
  { amount, step, userId }: DueFundingStep
): Result.Result<FundingMove, MoveRefusal> => {
  // nothing is credited to who is gone; what they had is still taken back, and given back once that was in error
  if (wallet === null || (isErased && step === "credit")) return Result.fail({ _tag: "UnknownUser", userId })
  const { reference } = funding
  const source = depositSource(reference)
  const after = { ...funding, creditStatus: creditStatusAfter(step) }
  if (step === "take back") {
    const cancellation = cancelUnsent(wallet, unsent, amount, now)
    const moved = chargeBack(cancellation.wallet, userId, amount, source, reference)
    return Result.succeed({ funding: after, cancellation, moved, waitingEvents: null })
  }
  if (step === "give back" && chargebackId === null) throw new Error(`what was taken back of ${reference} is missing`)
  const movedAs = step === "give back" && chargebackId !== null ? reversalReference(chargebackId) : reference
  return Result.mapBoth(deposit(wallet, userId, amount, source, movedAs), {
    onFailure: (refusal): MoveRefusal => ({ _tag: "DepositRefused", refusal }),
    onSuccess: (moved): FundingMove => ({
      funding: after,
      cancellation: nothingCanceled(wallet),
      moved,
      waitingEvents: step === "credit"
        ? concludeWaiting(`${reference}: credited to player ${userId}, who was unknown when it came`)
        : null
    })
  })
}
