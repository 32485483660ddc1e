/** Money that an operator moves by hand, in memory. */
import { type Adjustment, adjustmentEntry, decideAdjustment } from "@ddd/core/money/Adjustment"
import { adjustmentMoney } from "@ddd/core/money/FourEyes"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import type { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import { AdjustmentRefused } from "@ddd/core/ports/Approvals"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import { Effect, Layer, Result } from "effect"
import type { TransactionRow } from "../../audit/Rows.ts"
import { type Gate, makeGate } from "../operators/ApprovalSteps.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import { Store } from "../Store.ts"
import { asTransaction } from "./TransactionView.ts"
import { postMovements } from "./WalletMoves.ts"

interface Adjusted {
  readonly row: TransactionRow
  readonly created: boolean
}

/** Moves the money, once per reference. Whoever calls this writes alone. */
export const adjustWallet = (
  store: Store["Service"],
  adjustment: Adjustment,
  entry: NewOperatorEntry,
  approvalId: string | null,
  gate: Gate
): Effect.Effect<Adjusted, AdjustmentRefused | ApprovalRequired> =>
  Effect.suspend((): Effect.Effect<Adjusted, AdjustmentRefused | ApprovalRequired> => {
    const { corrects, reference, userId } = adjustment
    const earlier = store.adjustments.get(reference) ?? null
    const movements = store.transactions.get(userId) ?? []
    const decided = decideAdjustment({
      wallet: store.wallets.get(userId) ?? null,
      isErased: (store.users.get(userId)?.erasedAt ?? null) !== null,
      earlier,
      isCorrectable: corrects === null || movements.some(({ id }) => id === corrects)
    }, adjustment)
    if (Result.isFailure(decided)) return Effect.fail(new AdjustmentRefused({ refusal: decided.failure }))
    if (decided.success === null) {
      const first = movements.find(({ id }) => id === earlier?.transactionId)
      if (first === undefined) throw new Error(`the movement of ${reference} is gone`)
      return Effect.succeed({ row: first, created: false })
    }
    const waits = gate(adjustmentMoney(adjustment))
    if (waits !== null) return Effect.fail(waits)
    const logId = writeEntry(store, entry)
    const [row] = postMovements(store, userId, decided.success, store.now())
    if (row === undefined) throw new Error("an adjustment moves something")
    store.adjustments.set(reference, { ...adjustment, transactionId: row.id, logId, approvalId })
    return Effect.succeed({ row, created: true })
  })

export const layer: Layer.Layer<Adjustments, never, Store> = Layer.effect(
  Adjustments,
  Effect.gen(function*() {
    const store = yield* Store
    const above = yield* FourEyesAbove
    return Adjustments.of({
      adjust: (adjustment, act) =>
        store.exclusive(
          adjustWallet(store, adjustment, adjustmentEntry(act, adjustment), null, makeGate(store, above, act))
        ).pipe(Effect.map(({ created, row }) => ({ transaction: asTransaction(row), created })))
    })
  })
)
