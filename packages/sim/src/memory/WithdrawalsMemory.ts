/** Money on its way out, in memory. */
import { keyOf } from "@ddd/core/draws/Sale"
import type { AskRefusal, WithdrawalRequest } from "@ddd/core/money/AskWithdrawal"
import { startTurn, turnMillis } from "@ddd/core/money/ClaimWithdrawal"
import { applyReport } from "@ddd/core/money/ProviderReport"
import { askWithdrawal } from "@ddd/core/money/Wallet"
import { newWithdrawal, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { nextAction, pauseMillis } from "@ddd/core/money/WithdrawalActions"
import { resolve } from "@ddd/core/money/WithdrawalResolution"
import type { Transaction } from "@ddd/core/ports/Ledger"
import { type WithdrawalFilter, WithdrawalRefused, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { houseUserId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { addJob } from "./OutboxMemory.ts"
import { Store } from "./Store.ts"
import type { WithdrawalRow } from "./StoredRows.ts"
import { asTransaction } from "./TransactionView.ts"
import { postMovement } from "./WalletMoves.ts"
import { goOn, movementOf } from "./WithdrawalSteps.ts"

const hourMillis = 3_600_000

interface Asked {
  readonly transaction: Transaction
  readonly isReplayed: boolean
}

export const layer: Layer.Layer<Withdrawals, never, Store> = Layer.effect(
  Withdrawals,
  Effect.gen(function*() {
    const store = yield* Store

    const ask = (
      { amount, idempotency, userId, withdrawDeposits }: WithdrawalRequest
    ): Effect.Effect<Asked, WithdrawalRefused> => {
      const user = store.users.get(userId)
      const wallet = store.wallets.get(userId)
      if (user?.erasedAt !== null || wallet === undefined || userId === houseUserId) {
        return refused({ _tag: "UnknownUser" })
      }
      const answerKey = idempotency === null ? null : keyOf(userId, idempotency.key)
      const kept = answerKey === null ? undefined : store.answers.get(answerKey)
      if (kept !== undefined) {
        if (kept.fingerprint !== idempotency?.fingerprint || kept.answer._tag !== "Withdrawal") {
          return refused({ _tag: "KeyReused" })
        }
        const first = asTransaction(movementOf(store, { id: kept.answer.withdrawalId, userId }))
        return Effect.succeed({ transaction: { ...first, status: "pending" }, isReplayed: true })
      }
      if (user.frozen) return refused({ _tag: "AccountFrozen" })
      const account = store.payoutAccounts.get(userId)
      if (account?.status !== "ready") return refused({ _tag: "NoPayoutAccount", status: account?.status ?? "none" })
      const id = store.newId()
      const asked = askWithdrawal(wallet, amount, id, withdrawDeposits)
      if (Result.isFailure(asked)) return refused(asked.failure)

      const at = store.now()
      const movement = postMovement(store, userId, asked.success, at, id)
      const withdrawal = newWithdrawal({ id, userId, amount, account: account.account, askedAt: at })
      store.withdrawals.set(id, { ...withdrawal, dueAt: at, claimedUntil: null })
      if (answerKey !== null && idempotency !== null) {
        store.answers.set(answerKey, { userId, ...idempotency, answer: { _tag: "Withdrawal", withdrawalId: id } })
      }
      addJob(store, `payout ${id}`, { _tag: "PayOut", withdrawalId: id })
      addJob(store, `withdrawal ${id} started`, { _tag: "MailWithdrawal", userId, withdrawalId: id, event: "started" })
      return Effect.succeed({ transaction: asTransaction(movement), isReplayed: false })
    }

    const isClaimed = ({ claimedUntil }: WithdrawalRow): boolean => claimedUntil !== null && claimedUntil > store.now()
    const isDue = ({ dueAt }: WithdrawalRow): boolean => dueAt !== null && dueAt <= store.now()

    const claim = (id: string, isUrgent: boolean) => {
      const now = store.now()
      const row = store.withdrawals.get(id)
      if (row === undefined || isClaimed(row) || !(isUrgent || isDue(row))) return null
      const action = nextAction(row, now)
      if (action === null) return null
      if (row.transfer.status === "unsent" && store.users.get(row.userId)?.frozen === true) {
        const resting = { ...row, idleTurns: row.idleTurns + 1, problem: "the account is frozen" }
        store.withdrawals.set(id, { ...resting, dueAt: instant(now + pauseMillis(resting)), claimedUntil: null })
        return null
      }
      const withdrawal = startTurn(row, action, now)
      // due again once the turn is over: should whoever has it die, others find it by that
      const claimedUntil = instant(now + turnMillis)
      store.withdrawals.set(id, { ...withdrawal, dueAt: claimedUntil, claimedUntil })
      return { withdrawal: asWithdrawal(withdrawal), action }
    }

    /** Changes a withdrawal; null where there is none, or nothing becomes of it. */
    const change = (
      id: string,
      become: (row: WithdrawalRow) => Withdrawal | null,
      turn: number | null
    ): Withdrawal | null => {
      const row = store.withdrawals.get(id)
      const after = row === undefined ? null : become(row)
      if (row === undefined || after === null) return null
      goOn(store, row, after, turn)
      return asWithdrawal(after)
    }

    const matches = ({ held, olderThanMillis, status, userId }: WithdrawalFilter) => (row: WithdrawalRow): boolean =>
      (status === undefined || row.status === status) &&
      (userId === undefined || row.userId === userId) &&
      (held === undefined || (row.held !== null) === held) &&
      (olderThanMillis === undefined ||
        (row.status === "pending" && row.held === null && row.askedAt <= store.now() - olderThanMillis))

    return Withdrawals.of({
      ask: (request) => store.exclusive(Effect.suspend(() => ask(request))),

      find: (id) =>
        Effect.sync(() => {
          const row = store.withdrawals.get(id)
          return row === undefined ? null : asWithdrawal(row)
        }),

      list: (filter, { cursor, limit }) =>
        Effect.sync(() => {
          const rows = [...store.withdrawals.values()].toReversed()
            .filter(matches(filter))
            .filter(({ id }) => cursor === null || id < cursor)
          const page = pageOf(rows, limit, ({ id }) => id)
          return { ...page, items: page.items.map(asWithdrawal) }
        }),

      claim: (id, isUrgent) => store.exclusive(Effect.sync(() => claim(id, isUrgent))),
      applyReport: (id, report, turn) =>
        store.exclusive(Effect.sync(() => change(id, (row) => applyReport(row, report), turn))),
      resolve: (id, resolution) =>
        store.exclusive(Effect.sync(() => change(id, (row) => resolve(row, resolution), null))),

      // a job's name has the instant that it was due at, and the hours since: one that came to nothing is never the last
      offerDue: (limit) =>
        store.exclusive(Effect.sync(() => {
          const now = store.now()
          const due = [...store.withdrawals.values()]
            .flatMap((row) => row.dueAt !== null && isDue(row) && !isClaimed(row) ? [{ ...row, dueAt: row.dueAt }] : [])
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit)
          for (const { dueAt, id } of due) {
            const hours = Math.floor((now - dueAt) / hourMillis)
            addJob(store, `payout ${id} ${dueAt} ${hours}`, { _tag: "PayOut", withdrawalId: id })
          }
          return due.length
        }))
    })
  })
)

const refused = (refusal: AskRefusal): Effect.Effect<never, WithdrawalRefused> =>
  Effect.fail(new WithdrawalRefused({ refusal }))

/** Without what the store alone keeps of it. */
const asWithdrawal = (row: Withdrawal & Partial<WithdrawalRow>): Withdrawal => {
  const { dueAt: _, claimedUntil: __, ...withdrawal } = row
  return withdrawal
}
