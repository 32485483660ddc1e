/** Port: money that an operator moves by hand. */
import { Context, type Effect } from "effect"
import type { Adjustment } from "../money/Adjustment.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { ApprovalRequired } from "./ApprovalRequired.ts"
import type { AdjustmentRefused } from "./Approvals.ts"
import type { Unavailable } from "./Unavailable.ts"

export class Adjustments extends Context.Service<Adjustments, {
  /** Moves once per reference; the same request again gives the first transaction with `created: false`. */
  readonly adjust: (
    adjustment: Adjustment,
    act: OperatorAct
  ) => Effect.Effect<
    { readonly transaction: Transaction; readonly created: boolean },
    AdjustmentRefused | ApprovalRequired | Unavailable
  >
}>()("@ddd/core/ports/Adjustments") {}
