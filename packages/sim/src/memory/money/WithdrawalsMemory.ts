/** Money on its way out, in memory. */
import { keptAs } from "@ddd/core/draws/KeptAnswers"
import {
  type AskDecision,
  type AskFacts,
  decideWithdrawal,
  type WithdrawalRequest
} from "@ddd/core/money/AskWithdrawal"
import { claimWithdrawal } from "@ddd/core/money/ClaimWithdrawal"
import { concludeReport, withdrawalEntry } from "@ddd/core/money/ConcludeWithdrawal"
import type { OwnProvider } from "@ddd/core/money/ProviderId"
import { isUnderWay, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { isClaimed, laterTurnJob } from "@ddd/core/money/WithdrawalActions"
import { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { KycAbove } from "@ddd/core/ports/KycAbove"
import { type WithdrawalFilter, WithdrawalRefused, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { answerKeyOf } from "@ddd/core/values/Idempotency"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { addJobs } from "../jobs/OutboxMemory.ts"
import { makeGate } from "../operators/ApprovalSteps.ts"
import { Store } from "../Store.ts"
import type { WithdrawalRow } from "../StoredRows.ts"
import { asTransaction } from "./TransactionView.ts"
import { postMovement } from "./WalletMoves.ts"
import { asWithdrawal, conclude, movementOf, resolveHeld, storedOf } from "./WithdrawalSteps.ts"

export const layer: Layer.Layer<Withdrawals, never, Store> = Layer.effect(
  Withdrawals,
  Effect.gen(function*() {
    const store = yield* Store
    const above = yield* FourEyesAbove
    const kycAbove = yield* KycAbove

    const askFacts = ({ idempotency, userId }: WithdrawalRequest): AskFacts => {
      const user = store.users.get(userId)
      const kept = idempotency === null ? undefined : store.answers.get(answerKeyOf(userId, idempotency.key))
      return {
        player: user === undefined ? null : {
          isErased: user.erasedAt !== null,
          isFrozen: user.frozen,
          isEmailVerified: user.emailVerified,
          isIdentityVerified: user.kycStatus === "verified",
          payoutAccount: store.payoutAccounts.get(userId) ?? null
        },
        wallet: store.wallets.get(userId) ?? null,
        kept: kept === undefined ? null : keptAs("Withdrawal", kept),
        now: store.now(),
        kycAbove,
        newId: store.newId()
      }
    }

    const writeAsked = (
      { idempotency }: WithdrawalRequest,
      { answer, asked: { schedule, withdrawal }, jobs, moved }: Extract<AskDecision, { readonly _tag: "Ask" }>
    ) => {
      const { askedAt, id, userId } = withdrawal
      const movement = postMovement(store, userId, moved, askedAt, id)
      store.withdrawals.set(id, { ...withdrawal, ...schedule })
      if (idempotency !== null) {
        store.answers.set(answerKeyOf(userId, idempotency.key), { userId, ...idempotency, answer, keptAt: store.now() })
      }
      addJobs(store, jobs)
      return { transaction: asTransaction(movement), isReplayed: false }
    }

    const ask = (request: WithdrawalRequest) => {
      const decided = decideWithdrawal(askFacts(request), request)
      if (Result.isFailure(decided)) return Effect.fail(new WithdrawalRefused({ refusal: decided.failure }))
      if (decided.success._tag === "Ask") return Effect.succeed(writeAsked(request, decided.success))
      const { status, withdrawalId } = decided.success
      const first = movementOf(store, { id: withdrawalId, userId: request.userId })
      return Effect.succeed({ transaction: { ...asTransaction(first), status }, isReplayed: true })
    }

    const claim = (id: string, isUrgent: boolean, own: OwnProvider | null) => {
      const row = store.withdrawals.get(id)
      if (row === undefined) return null
      const isFrozen = store.users.get(row.userId)?.frozen === true
      const decision = claimWithdrawal(
        { ...storedOf(store, row), isFrozen, restoredAt: null, now: store.now() },
        isUrgent,
        own
      )
      if (decision._tag === "Leave") return null
      store.withdrawals.set(id, { ...decision.withdrawal, ...decision.schedule })
      return decision._tag === "Claim" ? { withdrawal: decision.withdrawal, action: decision.action } : null
    }

    const matches = ({ held, olderThanMillis, status, userId }: WithdrawalFilter) => (row: WithdrawalRow): boolean =>
      (status === undefined || row.status === status) &&
      (userId === undefined || row.userId === userId) &&
      (held === undefined || (row.held !== null) === held) &&
      (olderThanMillis === undefined ||
        (isUnderWay(row) && row.held === null && row.askedAt <= store.now() - olderThanMillis))

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

      claim: (id, isUrgent, own) => store.exclusive(Effect.sync(() => claim(id, isUrgent, own))),
      applyReport: (id, report, turn, act) =>
        store.exclusive(Effect.sync(() => {
          const entryOf = act === undefined
            ? null
            : (withdrawal: Withdrawal) => withdrawalEntry(act, withdrawal, { learnt: report._tag })
          return conclude(store, id, (facts) => concludeReport(facts, report, turn), entryOf)
        })),
      resolve: (id, resolution, act) =>
        store.exclusive(Effect.suspend(() => {
          const entryOf = (withdrawal: Withdrawal) => withdrawalEntry(act, withdrawal, { decided: resolution })
          const resolved = resolveHeld(store, id, resolution, entryOf, makeGate(store, above, act))
          return resolved instanceof ApprovalRequired ? Effect.fail(resolved) : Effect.succeed(resolved)
        })),

      isFrozen: (id) =>
        Effect.sync(() => {
          const row = store.withdrawals.get(id)
          return row !== undefined && store.users.get(row.userId)?.frozen === true
        }),

      openProviders: Effect.sync(() => [
        ...new Set(
          [...store.withdrawals.values()]
            .filter((row) => isUnderWay(row) || row.held !== null)
            .map(({ provider }) => provider)
        )
      ]),

      offerDue: (limit) =>
        store.exclusive(Effect.sync(() => {
          const now = store.now()
          const jobs = [...store.withdrawals.values()]
            .flatMap((row) =>
              row.dueAt === null || row.dueAt > now || isClaimed(row, now) ? [] : [{ ...row, dueAt: row.dueAt }]
            )
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit)
            .map(({ dueAt, id }) => laterTurnJob(id, dueAt, now))
          addJobs(store, jobs)
          return jobs.length
        }))
    })
  })
)
