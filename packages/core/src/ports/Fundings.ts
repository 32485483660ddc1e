/** Port: money in. Every credit from outside passes here, whoever tells of it. */
import { Context, Data, type Effect } from "effect"
import type { RecordedEvent } from "../money/ConcludeFundingEvent.ts"
import type { PurchaseDecision } from "../money/DecidePurchase.ts"
import type { Funding, FundingEvent } from "../money/Funding.ts"
import type { Instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { ApprovalRequired } from "./ApprovalRequired.ts"
import type { DepositBarred, DepositRefused, ReferenceRefused, UnknownUser } from "./Ledger.ts"
import type { Unavailable } from "./Unavailable.ts"

/** The reference was purchased before by another player, or for another amount. Nothing was changed. */
export class FundingConflict extends Data.TaggedError("FundingConflict")<{
  readonly reference: string
  readonly earlier: Funding
}> {}

/** No purchase waits under the reference. Nothing was changed. `funding`: what stands under it; null: nothing. */
export class PurchaseNotOpen extends Data.TaggedError("PurchaseNotOpen")<{ readonly funding: Funding | null }> {}

/** A purchase that waits for its buyer to be known, or for a person. */
export interface OpenPurchase {
  readonly funding: Funding
  /** Why it is not credited, a whole clause. */
  readonly reason: string
  /** When it was first told of. */
  readonly since: Instant
}

export class Fundings extends Context.Service<Fundings, {
  /**
   * Records an event and moves what it makes due, in one transaction: however often, in whatever order and on however many
   * nodes the same is told, a reference is credited once, taken back once, given back once. Taking back cancels withdrawals that the
   * provider has not been asked for, newest first, where the balance does not suffice; what is missing then is owed. Once nothing of
   * it is left to wait for, the events of it that waited are concluded.
   */
  readonly record: (
    event: FundingEvent
  ) => Effect.Effect<
    RecordedEvent,
    FundingConflict | ReferenceRefused | UnknownUser | DepositBarred | DepositRefused | Unavailable
  >
  /** What stands under a reference; null where no event of it was ever recorded. */
  readonly find: (reference: string) => Effect.Effect<Funding | null, Unavailable>
  /**
   * These names are one buyer's: where they mean one player and nobody else, what waits under another is theirs. False where they do not.
   */
  readonly shareNames: (names: ReadonlyArray<string>) => Effect.Effect<boolean, Unavailable>
  /**
   * Looks at purchases that wait, at most `limit` of them, and credits those of players who are known by now; gives the references credited.
   * Only at those of which a name has become known since it was looked at, in that order, older purchases first. One that cannot be
   * credited though its buyer is known is looked at again after all others.
   */
  readonly creditWaiting: (limit: number) => Effect.Effect<ReadonlyArray<string>, Unavailable>
  /** Purchases that are open, oldest first; the cursor is a reference. */
  readonly listOpen: (page: PageRequest) => Effect.Effect<Page<OpenPurchase>, Unavailable>
  /** Carries a person's decision about an open purchase out; gives what stands then, and the movements. */
  readonly decide: (
    reference: string,
    decision: PurchaseDecision,
    act: OperatorAct
  ) => Effect.Effect<
    Pick<RecordedEvent, "funding" | "transactions">,
    PurchaseNotOpen | UnknownUser | DepositBarred | DepositRefused | ApprovalRequired | Unavailable
  >
}>()("@ddd/core/ports/Fundings") {}
