/** Port: money in. Every credit from outside passes here, whoever tells of it. */
import { Context, Data, type Effect } from "effect"
import type { Funding, FundingEvent } from "../money/Funding.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { DepositRefused, UnknownUser } from "./Ledger.ts"
import type { Unavailable } from "./Unavailable.ts"

/** What an event did. */
export interface FundingOutcome {
  /** As it stands now. */
  readonly funding: Funding
  /**
   * The movements of the funding, in their order; none where it was known before, came too early, or its buyer is unknown. What canceled
   * withdrawals brought back is not among them.
   */
  readonly transactions: ReadonlyArray<Transaction>
}

/** The reference was purchased before by another player, or for another amount. Nothing was changed. */
export class FundingConflict extends Data.TaggedError("FundingConflict")<{
  readonly reference: string
  readonly earlier: Funding
}> {}

export class Fundings extends Context.Service<Fundings, {
  /**
   * Records an event and moves what it makes due, in one transaction: however often, in whatever order and on however many
   * nodes the same is told, a reference is credited once, taken back once, given back once. Taking back cancels withdrawals that the
   * provider has not been asked for, newest first, where the balance does not suffice; what is missing then is owed. A credit
   * concludes the events that told of it while its buyer was unknown.
   */
  readonly record: (
    event: FundingEvent
  ) => Effect.Effect<FundingOutcome, FundingConflict | UnknownUser | DepositRefused | Unavailable>
  /** What stands under a reference; null where no event of it was ever recorded. */
  readonly find: (reference: string) => Effect.Effect<Funding | null, Unavailable>
  /**
   * These names are one buyer's: where one of them is a player, what waits under another is theirs. False where none is.
   */
  readonly shareNames: (names: ReadonlyArray<string>) => Effect.Effect<boolean, Unavailable>
  /** Credits what waits for a player who is known by now, at most `limit` of them; gives the references credited. */
  readonly creditWaiting: (limit: number) => Effect.Effect<ReadonlyArray<string>, Unavailable>
}>()("@ddd/core/ports/Fundings") {}
