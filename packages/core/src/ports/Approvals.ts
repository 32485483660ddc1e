/** Port: money that is moved by hand, and waits for another operator. */
import { Context, Data, type Effect } from "effect"
import type { AdjustmentRefusal } from "../money/Adjustment.ts"
import type { Approval, ApprovalRefusal, ApprovalState } from "../money/FourEyes.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { PurchaseNotOpen } from "./Fundings.ts"
import type { DepositBarred, DepositRefused, ReferenceConflict, ReferenceRefused, UnknownUser } from "./Ledger.ts"
import type { Unavailable } from "./Unavailable.ts"

/** It was not approved or refused; null: there is no such approval. Nothing was changed. */
export class ApprovalRefused
  extends Data.TaggedError("ApprovalRefused")<{ readonly refusal: ApprovalRefusal | null }>
{}

/** A wallet was not adjusted. Nothing was changed. */
export class AdjustmentRefused extends Data.TaggedError("AdjustmentRefused")<{ readonly refusal: AdjustmentRefusal }> {}

/** The withdrawal is not held any more, or cannot be given back. Nothing was changed. */
export class NotGivenBack extends Data.TaggedError("NotGivenBack")<{ readonly withdrawalId: string }> {}

export class Approvals extends Context.Service<Approvals, {
  /** Newest first; the cursor is an approval's id. */
  readonly list: (state: ApprovalState | null, page: PageRequest) => Effect.Effect<Page<Approval>, Unavailable>
  readonly find: (id: string) => Effect.Effect<Approval | null, Unavailable>
  /**
   * Does what waits, by the facts of now and in the transaction that says so: once, however many approve it at the same time. Where it
   * cannot be done any more it goes on waiting.
   */
  readonly approve: (
    id: string,
    act: OperatorAct
  ) => Effect.Effect<
    Approval,
    | ApprovalRefused
    | AdjustmentRefused
    | PurchaseNotOpen
    | NotGivenBack
    | UnknownUser
    | DepositBarred
    | DepositRefused
    | ReferenceConflict
    | ReferenceRefused
    | Unavailable
  >
  /** Nothing comes of it. Who asked may do so too. */
  readonly refuse: (id: string, act: OperatorAct) => Effect.Effect<Approval, ApprovalRefused | Unavailable>
}>()("@ddd/core/ports/Approvals") {}
