/** Movements of money and the wallets after them, written in memory. */
import { initialStatus } from "@ddd/core/money/Transaction"
import type { Moved, MovedTogether } from "@ddd/core/money/Wallet"
import type { UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { TransactionRow } from "../../audit/Rows.ts"
import { getOrPut, type Store } from "../Store.ts"

/** Writes a movement that was decided, and the wallet after it. Gives the row. */
export const postMovement = (
  store: Store["Service"],
  userId: UserId,
  { movement, wallet }: Moved,
  at: Instant,
  id = store.newId()
): TransactionRow => {
  const row: TransactionRow = { ...movement, id, userId, status: initialStatus(movement.type), createdAt: at }
  getOrPut(store.transactions, userId, () => []).push(row)
  store.wallets.set(userId, { ...wallet, userId, updatedAt: at })
  return row
}

/** Writes movements that were decided together, oldest first, and the wallet after them. Gives the rows. */
export const postMovements = (
  store: Store["Service"],
  userId: UserId,
  { movements, wallet }: MovedTogether,
  at: Instant
): ReadonlyArray<TransactionRow> => movements.map((movement) => postMovement(store, userId, { movement, wallet }, at))
