/** Port: money on its way out. Each operation is one transaction. */
import { Context, Data, type Effect } from "effect"
import type { AskRefusal, WithdrawalRequest } from "../money/AskWithdrawal.ts"
import type { OwnProvider, StoredProvider } from "../money/ProviderId.ts"
import type { ProviderReport } from "../money/ProviderReport.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { Withdrawal, WithdrawalStatus } from "../money/Withdrawal.ts"
import type { ProviderAction } from "../money/WithdrawalActions.ts"
import type { Resolution } from "../money/WithdrawalResolution.ts"
import type { UserId } from "../values/Ids.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { ApprovalRequired } from "./ApprovalRequired.ts"
import type { Unavailable } from "./Unavailable.ts"

/** The withdrawal was decided against; nothing was changed. */
export class WithdrawalRefused extends Data.TaggedError("WithdrawalRefused")<{ readonly refusal: AskRefusal }> {}

/** What a turn is about. */
export interface Turn {
  /** As it is stored while the action is run. */
  readonly withdrawal: Withdrawal
  readonly action: ProviderAction
}

/** A withdrawal as it was stored before something became known of it, and after. */
export interface Reported {
  readonly before: Withdrawal
  readonly after: Withdrawal
}

export interface WithdrawalFilter {
  readonly status?: WithdrawalStatus
  readonly userId?: UserId
  /** Those that a person has to look at. */
  readonly held?: boolean
  /** Not over (`isUnderWay`) and not held, asked for at least this many milliseconds ago. */
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
   * Claims a withdrawal's turn: its next action, which is written down before the provider is asked. Null where it has none now, is not
   * due (unless `isUrgent`), its turn is somebody else's (a claim lasts two minutes, `turnMillis`), or it is with another provider than
   * `own`.
   */
  readonly claim: (
    id: string,
    isUrgent: boolean,
    own: OwnProvider | null
  ) => Effect.Effect<Turn | null, Unavailable>
  /**
   * Applies a report and writes what follows from it: the movements of a failure or a return, the mail, when its
   * next turn is due. `turn` ends that turn; null: the report came otherwise. `act`: an operator asked, who is written down where it
   * changes anything. Null for an unknown withdrawal.
   */
  readonly applyReport: (
    id: string,
    report: ProviderReport,
    turn: number | null,
    act?: OperatorAct
  ) => Effect.Effect<Reported | null, Unavailable>
  /** A person's decision about a held one; null where it is not held, or the decision does not apply to it. */
  readonly resolve: (
    id: string,
    resolution: Resolution,
    act: OperatorAct
  ) => Effect.Effect<Withdrawal | null, ApprovalRequired | Unavailable>
  /** Whether the withdrawal's player is frozen now; false for an unknown one. */
  readonly isFrozen: (id: string) => Effect.Effect<boolean, Unavailable>
  /** The providers that withdrawals are with which are not over: pending, held, or sent back by a bank. Each once. */
  readonly openProviders: Effect.Effect<ReadonlyArray<StoredProvider>, Unavailable>
  /**
   * Enqueues, each under a new job id, what has a turn due by now that nobody has claimed, at most `limit`; gives how many. A withdrawal
   * never runs out of attempts.
   */
  readonly offerDue: (limit: number) => Effect.Effect<number, Unavailable>
}>()("@ddd/core/ports/Withdrawals") {}
