/** Wallets and their movements, in memory. */
import { houseUserId } from "@ddd/core/Ids"
import { pageOf } from "@ddd/core/Page"
import {
  DepositRefused,
  depositSource,
  Ledger,
  ReferenceConflict,
  type Transaction,
  UnknownUser
} from "@ddd/core/ports/Ledger"
import { deposit, isRefusal } from "@ddd/core/Wallet"
import { Effect, Layer } from "effect"
import type { TransactionRow } from "../Rows.ts"
import { postMovement, Store } from "./Store.ts"

export const layer: Layer.Layer<Ledger, never, Store> = Layer.effect(
  Ledger,
  Effect.gen(function*() {
    const store = yield* Store

    const depositUnder = (referenceId: string): TransactionRow | undefined =>
      [...store.transactions.values()].flat().find((row) => row.type === "deposit" && row.referenceId === referenceId)

    return Ledger.of({
      deposit: ({ amount, referenceId, userId }) =>
        store.exclusive(Effect.gen(function*() {
          const earlier = depositUnder(referenceId)
          if (earlier !== undefined) {
            if (earlier.userId !== userId || earlier.amount !== amount) {
              return yield* new ReferenceConflict({ referenceId })
            }
            return { transaction: asTransaction(earlier), created: false }
          }
          const wallet = store.wallets.get(userId)
          if (wallet === undefined || userId === houseUserId) return yield* new UnknownUser({ userId })
          const moved = deposit(wallet, amount, depositSource(referenceId), referenceId)
          if (isRefusal(moved)) return yield* new DepositRefused({ refusal: moved })
          return { transaction: asTransaction(postMovement(store, userId, moved, store.now())), created: true }
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

const asTransaction = (
  { amount, balanceAfter, createdAt, id, referenceId, status, type }: TransactionRow
): Transaction => ({
  id,
  type,
  amount,
  balanceAfter,
  status,
  referenceId,
  createdAt
})
