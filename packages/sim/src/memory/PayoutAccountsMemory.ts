/** The players' accounts with the payout provider, in memory. */
import type { PayoutAccount } from "@ddd/core/money/PayoutAccount"
import { PayoutAccounts, PayoutAccountTaken } from "@ddd/core/ports/PayoutAccounts"
import type { UserId } from "@ddd/core/values/Ids"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"
import { Store } from "./Store.ts"
import type { PayoutAccountRow } from "./StoredRows.ts"

const minuteMillis = 60_000

export const layer: Layer.Layer<PayoutAccounts, never, Store> = Layer.effect(
  PayoutAccounts,
  Effect.gen(function*() {
    const store = yield* Store
    const named = (account: string): PayoutAccountRow | undefined =>
      [...store.payoutAccounts.values()].find((row) => row.account === account)
    const orNull = (row: PayoutAccountRow | undefined): PayoutAccount | null =>
      row === undefined ? null : asAccount(row)

    const add = (userId: UserId, account: string): Effect.Effect<PayoutAccount, PayoutAccountTaken> => {
      const known = store.payoutAccounts.get(userId)
      if (known !== undefined) {
        return known.account === account
          ? Effect.succeed(asAccount(known))
          : Effect.fail(new PayoutAccountTaken({ account: known.account }))
      }
      if (named(account) !== undefined) throw new Error(`account ${account} is another player's`)
      const at = store.now()
      const row: PayoutAccountRow = { userId, account, status: "pending", createdAt: at, checkAt: at }
      store.payoutAccounts.set(userId, row)
      return Effect.succeed(asAccount(row))
    }

    return PayoutAccounts.of({
      of: (userId) => Effect.sync(() => orNull(store.payoutAccounts.get(userId))),
      named: (account) => Effect.sync(() => orNull(named(account))),
      add: (userId, account) => store.exclusive(Effect.suspend(() => add(userId, account))),
      setStatus: (account, status) =>
        store.exclusive(Effect.sync(() => {
          const row = named(account)
          if (row !== undefined) store.payoutAccounts.set(row.userId, { ...row, status })
        })),
      claimDue: (limit) =>
        store.exclusive(Effect.sync(() => {
          const now = store.now()
          const due = [...store.payoutAccounts.values()]
            .filter(({ checkAt, status }) => status === "pending" && checkAt <= now)
            .toSorted((a, b) => a.checkAt - b.checkAt)
            .slice(0, limit)
          for (const row of due) {
            const rest = Math.min(Math.max(now - row.createdAt, minuteMillis), dayMillis)
            store.payoutAccounts.set(row.userId, { ...row, checkAt: instant(now + rest) })
          }
          return due.map(asAccount)
        }))
    })
  })
)

const asAccount = ({ account, status, userId }: PayoutAccountRow): PayoutAccount => ({ userId, account, status })
