/** Port: money on its way out. Each operation is one transaction. */
import { Context, Data, type Effect } from "effect"
import type { Cents } from "../money/Money.ts"
import type { ProviderReport } from "../money/ProviderReport.ts"
import type { WithdrawalRefusal } from "../money/Wallet.ts"
import type { Withdrawal, WithdrawalStatus } from "../money/Withdrawal.ts"
import type { ProviderAction } from "../money/WithdrawalActions.ts"
import type { Resolution } from "../money/WithdrawalResolution.ts"
import type { Idempotency, KeyReused } from "../values/Idempotency.ts"
import type { UserId } from "../values/Ids.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Transaction } from "./Ledger.ts"
import type { Unavailable } from "./Unavailable.ts"

export interface WithdrawalRequest {
  readonly userId: UserId
  /** Positive. */
  readonly amount: Cents
  /** Whether purchased credit may be withdrawn too (WITHDRAW_DEPOSITS). */
  readonly withdrawDeposits: boolean
  /** As of a purchase. */
  readonly idempotency: Idempotency | null
}

export type AskRefusal =
  | WithdrawalRefusal
  /** There is no payout account, or it is not ready. */
  | { readonly _tag: "NoPayoutAccount"; readonly status: "none" | "pending" }
  | { readonly _tag: "AccountFrozen" }
  | { readonly _tag: "UnknownUser" }
  | KeyReused

/** The withdrawal was decided against; nothing was changed. */
export class WithdrawalRefused extends Data.TaggedError("WithdrawalRefused")<{ readonly refusal: AskRefusal }> {}

/** What a turn is about. */
export interface Turn {
  /** As it is stored while the action is run. */
  readonly withdrawal: Withdrawal
  readonly action: ProviderAction
}

export interface WithdrawalFilter {
  readonly status?: WithdrawalStatus
  readonly userId?: UserId
  /** Those that a person has to look at. */
  readonly held?: boolean
  /** Neither final nor held, asked for at least this many milliseconds ago. */
  readonly olderThanMillis?: number
}

export class Withdrawals extends Context.Service<Withdrawals, {
  /**
   * Takes the money out of the balance, writes the pending movement and the withdrawal, and enqueues its payout and its mail. The
   * same key and fingerprint again answers the first transaction as it was, with `isReplayed`. Keys are shared with purchases.
   */
  readonly ask: (
    request: WithdrawalRequest
  ) => Effect.Effect<
    { readonly transaction: Transaction; readonly isReplayed: boolean },
    WithdrawalRefused | Unavailable
  >
  readonly find: (id: string) => Effect.Effect<Withdrawal | null, Unavailable>
  /** Newest first; the cursor is a withdrawal's id. */
  readonly list: (filter: WithdrawalFilter, page: PageRequest) => Effect.Effect<Page<Withdrawal>, Unavailable>

  /**
   * Takes a withdrawal up: its next action, written down as set out on before anybody is asked. Null where it has none now, rests
   * (unless `isUrgent`), or somebody else is at it: a turn is theirs for two minutes.
   */
  readonly claim: (id: string, isUrgent: boolean) => Effect.Effect<Turn | null, Unavailable>
  /**
   * Writes down what became known and what follows from it: the movements of a failure or a return, the mail, when to take it up
   * again. `turn` ends that turn; null: it was learnt from elsewhere. Null for an unknown withdrawal.
   */
  readonly applyReport: (
    id: string,
    report: ProviderReport,
    turn: number | null
  ) => Effect.Effect<Withdrawal | null, Unavailable>
  /** A person's decision about a held one; null where it is not held, or that decision makes no sense of it. */
  readonly resolve: (id: string, resolution: Resolution) => Effect.Effect<Withdrawal | null, Unavailable>
  /**
   * Enqueues, each under a new job id, what is to be taken up by now and nobody is at, at most `limit`; gives how many. A withdrawal
   * never runs out of attempts.
   */
  readonly offerDue: (limit: number) => Effect.Effect<number, Unavailable>
}>()("@ddd/core/ports/Withdrawals") {}
