/** Money that waits for another operator, in memory. */
import { type Approval, approvalAt, approvalEntry, decideApproval } from "@ddd/core/money/FourEyes"
import { AdjustmentRefused, ApprovalRefused, Approvals, NotGivenBack } from "@ddd/core/ports/Approvals"
import { ReferenceConflict } from "@ddd/core/ports/Ledger"
import type { NewOperatorEntry, OperatorAct } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { adjustWallet } from "../money/AdjustmentsMemory.ts"
import { decide as decidePurchase, record } from "../money/FundingsMemory.ts"
import { resolveHeld } from "../money/WithdrawalSteps.ts"
import { Store } from "../Store.ts"
import { openGate } from "./ApprovalSteps.ts"
import { writeEntry } from "./OperatorLogMemory.ts"

export const layer: Layer.Layer<Approvals, never, Store> = Layer.effect(
  Approvals,
  Effect.gen(function*() {
    const store = yield* Store
    const now = (approval: Approval): Approval => approvalAt(approval, store.now())

    const decide = (id: string, decision: "approve" | "refuse", act: OperatorAct) =>
      Effect.suspend(() => {
        const approval = store.approvals.get(id)
        if (approval === undefined) return Effect.fail(new ApprovalRefused({ refusal: null }))
        const decided = decideApproval({ approval, now: store.now() }, decision, act)
        return Result.isFailure(decided)
          ? Effect.fail(new ApprovalRefused({ refusal: decided.failure }))
          : Effect.succeed(decided.success)
      })

    const carryOut = Effect.fnUntraced(function*({ id, money }: Approval, entry: NewOperatorEntry) {
      const { amount, corrects, isWinnings, reference, userId } = money
      switch (money.kind) {
        case "adjustment": {
          const adjustment = { userId, amount, isWinnings, reference, corrects }
          const moved = yield* Effect.catchTag(
            adjustWallet(store, adjustment, entry, id, openGate),
            "ApprovalRequired",
            Effect.die
          )
          if (moved.created) return
          return yield* new AdjustmentRefused({ refusal: { _tag: "ReferenceConflict", earlier: adjustment } })
        }
        case "purchase":
          yield* Effect.catchTag(
            decidePurchase(store, reference, { _tag: "Credit", userId, amount }, () => entry, openGate),
            "ApprovalRequired",
            Effect.die
          )
          return
        case "withdrawal": {
          const resolved = resolveHeld(store, reference, "absent", () => entry, openGate)
          if (resolved === null) return yield* new NotGivenBack({ withdrawalId: reference })
          return
        }
        case "deposit": {
          const event = { _tag: "Purchased", reference, amount, buyer: { _tag: "Player", userId } } as const
          const { rows } = yield* Effect.catchTag(
            record(store, event),
            "FundingConflict",
            () => Effect.fail(new ReferenceConflict({ referenceId: reference }))
          )
          if (rows.length === 0) return yield* new ReferenceConflict({ referenceId: reference })
          writeEntry(store, entry)
        }
      }
    })

    return Approvals.of({
      list: (state, { cursor, limit }) =>
        Effect.sync(() => {
          const approvals = [...store.approvals.values()].map(now).toReversed().filter((approval) =>
            (cursor === null || approval.id < cursor) && (state === null || approval.state === state)
          )
          return pageOf(approvals, limit, ({ id }) => id)
        }),
      find: (id) =>
        Effect.sync(() => {
          const approval = store.approvals.get(id)
          return approval === undefined ? null : now(approval)
        }),
      approve: (id, act) =>
        store.exclusive(Effect.gen(function*() {
          const approval = yield* decide(id, "approve", act)
          yield* carryOut(approval, approvalEntry(act, approval))
          store.approvals.set(id, approval)
          return approval
        })),
      refuse: (id, act) =>
        store.exclusive(Effect.map(decide(id, "refuse", act), (approval) => {
          store.approvals.set(id, approval)
          writeEntry(store, approvalEntry(act, approval))
          return approval
        }))
    })
  })
)
