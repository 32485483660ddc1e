/** Money that waits for another operator, in memory. Each of these is part of an exclusive write. */
import { approvalAt, approvalEntry, askApproval, type HandMoney, needsApproval } from "@ddd/core/money/FourEyes"
import type { Cents } from "@ddd/core/money/Money"
import { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import type { Store } from "../Store.ts"
import { writeEntry } from "./OperatorLogMemory.ts"

/** Asked before money is moved by hand: null where it may be, else that it waits. */
export type Gate = (money: HandMoney) => ApprovalRequired | null

/** For what was approved. */
export const openGate: Gate = () => null

/** Has what is above the limit wait. `above`: FOUR_EYES_ABOVE. */
export const makeGate = (store: Store["Service"], above: Cents | null, act: OperatorAct): Gate => (money) => {
  if (!needsApproval(above, money.amount)) return null
  const now = store.now()
  const waiting = [...store.approvals.values()].map((approval) => approvalAt(approval, now)).find((approval) =>
    approval.state === "waiting" && approval.money.kind === money.kind && approval.money.reference === money.reference
  )
  const asked = askApproval({ waiting: waiting ?? null, now, newId: store.newId() }, money, act)
  const { approval } = asked
  if (asked._tag === "Waits") return new ApprovalRequired({ approvalId: approval.id, isSame: asked.isSame })
  store.approvals.set(approval.id, approval)
  writeEntry(store, approvalEntry(act, approval))
  return new ApprovalRequired({ approvalId: approval.id, isSame: true })
}
