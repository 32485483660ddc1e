/** Another operator approves what waits: a withdrawal is given back only where the provider, looked at once more, has nothing of it. */
import { Effect } from "effect"
import { Approvals } from "../ports/Approvals.ts"
import { Withdrawals } from "../ports/Withdrawals.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import { lookFirst } from "./Payouts.ts"

/** Nothing is approved where the provider had to be looked at, and said otherwise: `Kept` carries what it said. */
export const approve = Effect.fn("Approvals.approve")(function*(id: string, act: OperatorAct) {
  const approvals = yield* Approvals
  const approval = yield* approvals.find(id)
  if (approval?.state === "waiting" && approval.money.kind === "withdrawal") {
    const withdrawal = yield* (yield* Withdrawals).find(approval.money.reference)
    const kept = withdrawal === null ? null : yield* lookFirst(withdrawal, "absent", act)
    if (kept !== null) return { _tag: "Kept", kept } as const
  }
  return { _tag: "Approved", approval: yield* approvals.approve(id, act) } as const
})
