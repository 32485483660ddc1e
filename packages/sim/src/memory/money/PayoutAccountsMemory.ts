/** The players' accounts with the payout provider, in memory. */
import type { SessionId } from "@ddd/core/accounts/Session"
import {
  claimCheck,
  decidePayoutAccount,
  decideUnlink,
  nextCheckAt,
  type PayoutAccount,
  type UnlinkedBy
} from "@ddd/core/money/PayoutAccount"
import { recorded, type StoredProvider } from "@ddd/core/money/ProviderId"
import { isUnderWay } from "@ddd/core/money/Withdrawal"
import {
  payoutAccountError,
  PayoutAccounts,
  type PayoutAccountTaken,
  type PayoutSessionEnded,
  WithdrawalUnderWay
} from "@ddd/core/ports/PayoutAccounts"
import type { UserId } from "@ddd/core/values/Ids"
import { logged } from "@ddd/core/values/OperatorAct"
import { Effect, Layer, Result } from "effect"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import { Store } from "../Store.ts"
import type { PayoutAccountRow } from "../StoredRows.ts"

export const layer: Layer.Layer<PayoutAccounts, never, Store> = Layer.effect(
  PayoutAccounts,
  Effect.gen(function*() {
    const store = yield* Store
    const named = (account: string): PayoutAccountRow | undefined =>
      [...store.payoutAccounts.values()].find((row) => row.account === account)
    const orNull = (row: PayoutAccountRow | undefined): PayoutAccount | null =>
      row === undefined ? null : asAccount(row)

    const add = (
      userId: UserId,
      account: string,
      provider: StoredProvider,
      sessionId: SessionId
    ): Effect.Effect<PayoutAccount, PayoutAccountTaken | PayoutSessionEnded> => {
      const session = store.sessions.get(sessionId)
      const at = store.now()
      const added: PayoutAccountRow | undefined = named(account) === undefined
        ? { userId, account, provider, status: "pending", createdAt: at, checkAt: at }
        : undefined
      const row = store.payoutAccounts.get(userId) ?? added
      const isSessionLiving = session?.userId === userId && session.endedAt === null
      const kept = decidePayoutAccount({ isSessionLiving, kept: orNull(row) }, account)
      if (Result.isFailure(kept)) return Effect.fail(payoutAccountError(kept.failure, sessionId))
      if (row !== undefined) store.payoutAccounts.set(userId, row)
      return Effect.succeed(kept.success)
    }

    const unlink = (
      userId: UserId,
      account: string | null,
      by: UnlinkedBy
    ): Effect.Effect<boolean, WithdrawalUnderWay> => {
      const own = [...store.withdrawals.values()].filter((row) => row.userId === userId)
      const facts = { kept: orNull(store.payoutAccounts.get(userId)), hasWithdrawalUnderWay: own.some(isUnderWay) }
      const decided = decideUnlink(facts, account, by)
      if (Result.isFailure(decided)) return Effect.fail(new WithdrawalUnderWay({ userId }))
      if (decided.success) store.payoutAccounts.delete(userId)
      if (decided.success && typeof by !== "string") writeEntry(store, logged(by, "user", userId))
      return Effect.succeed(decided.success)
    }

    return PayoutAccounts.of({
      of: (userId) => Effect.sync(() => orNull(store.payoutAccounts.get(userId))),
      named: (account) => Effect.sync(() => orNull(named(account))),
      add: (userId, account, provider, sessionId) =>
        store.exclusive(Effect.suspend(() => add(userId, account, provider, sessionId))),
      setStatus: (account, status, provider) =>
        store.exclusive(Effect.sync(() => {
          const row = named(account)
          if (row === undefined) return
          store.payoutAccounts.set(row.userId, { ...row, status, provider: recorded(row.provider, provider) })
        })),
      unlink: (userId, account, by) => store.exclusive(Effect.suspend(() => unlink(userId, account, by))),
      claimCheck: (account) =>
        store.exclusive(Effect.sync(() => {
          const row = named(account)
          const next = row === undefined ? null : claimCheck(row, store.now())
          if (row === undefined || next === null) return false
          store.payoutAccounts.set(row.userId, { ...row, checkAt: next })
          return true
        })),
      claimDue: (limit) =>
        store.exclusive(Effect.sync(() => {
          const now = store.now()
          const due = [...store.payoutAccounts.values()]
            .filter(({ checkAt, status }) => status === "pending" && checkAt <= now)
            .toSorted((a, b) => a.checkAt - b.checkAt)
            .slice(0, limit)
          for (const row of due) {
            store.payoutAccounts.set(row.userId, { ...row, checkAt: nextCheckAt(row.createdAt, now) })
          }
          return due.map(asAccount)
        }))
    })
  })
)

const asAccount = ({ account, provider, status, userId }: PayoutAccountRow): PayoutAccount => ({
  userId,
  account,
  provider,
  status
})
