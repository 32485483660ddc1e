/** Wallets and their movements, in memory. */
import { internalAct, needsApproval } from "@ddd/core/money/FourEyes"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Ledger, ReferenceConflict, UnknownUser } from "@ddd/core/ports/Ledger"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer } from "effect"
import { makeGate } from "../operators/ApprovalSteps.ts"
import { Store } from "../Store.ts"
import { record } from "./FundingsMemory.ts"
import { holdDeposit } from "./FundingSteps.ts"
import { asTransaction } from "./TransactionView.ts"

export const layer: Layer.Layer<Ledger, never, Store> = Layer.effect(
  Ledger,
  Effect.gen(function*() {
    const store = yield* Store
    const above = yield* FourEyesAbove
    const gate = makeGate(store, above, internalAct)

    return Ledger.of({
      deposit: ({ amount, referenceId, userId }) =>
        store.exclusive(Effect.gen(function*() {
          const buyer = { _tag: "Player", userId } as const
          const event = { _tag: "Purchased", reference: referenceId, amount, buyer } as const
          const waits = needsApproval(above, amount) ? holdDeposit(store, event, gate) : null
          if (waits?.isSame === false) return yield* new ReferenceConflict({ referenceId })
          if (waits !== null) return yield* waits
          const { funding, rows: [credited] } = yield* Effect.catchTag(
            record(store, event),
            "FundingConflict",
            () => Effect.fail(new ReferenceConflict({ referenceId }))
          )
          if (credited !== undefined) return { transaction: asTransaction(credited), created: true }
          const earlier = store.transactions.get(userId)?.find((row) =>
            row.type === "deposit" && row.referenceId === funding.reference
          )
          // refunded before it came: the wallet had nothing
          if (earlier === undefined) return yield* new ReferenceConflict({ referenceId })
          return { transaction: asTransaction(earlier), created: false }
        })),

      wallet: (userId) =>
        Effect.suspend(() => {
          const row = store.wallets.get(userId)
          if (row === undefined) return Effect.fail(new UnknownUser({ userId }))
          const { userId: _, ...wallet } = row
          return Effect.succeed(wallet)
        }),

      transactions: (userId, type, { cursor, limit }) =>
        Effect.sync(() => {
          const rows = (store.transactions.get(userId) ?? []).toReversed().filter((row) =>
            (type === null || row.type === type) && (cursor === null || row.seq < Number(cursor))
          )
          const page = pageOf(rows, limit, (row) => `${row.seq}`)
          return { ...page, items: page.items.map(asTransaction) }
        })
    })
  })
)
