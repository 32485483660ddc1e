/** Money on its way out, on PostgreSQL: each operation one transaction; wallet first, then the withdrawal's row. */
import { keptAs } from "@ddd/core/draws/KeptAnswers"
import {
  type AskDecision,
  type AskFacts,
  decideWithdrawal,
  type WithdrawalRequest
} from "@ddd/core/money/AskWithdrawal"
import { claimWithdrawal } from "@ddd/core/money/ClaimWithdrawal"
import { concludeReport, withdrawalEntry } from "@ddd/core/money/ConcludeWithdrawal"
import type { PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import { type StoredProvider, unrecordedProvider } from "@ddd/core/money/ProviderId"
import { laterTurnJob } from "@ddd/core/money/WithdrawalActions"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { KycAbove } from "@ddd/core/ports/KycAbove"
import { Outbox } from "@ddd/core/ports/Outbox"
import { type Turn, WithdrawalRefused, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { houseUserId } from "@ddd/core/values/Ids"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result } from "effect"
import { instantOf, transactionColumns, transactionOf, type TransactionRow } from "../database/Rows.ts"
import { inTransaction, orUnavailable, transact } from "../database/Transaction.ts"
import { idAfterAll } from "../database/UuidTimes.ts"
import { requireMemory, requireUpToDate, requireWithdrawals } from "../draws/Behind.ts"
import { addJobs } from "../jobs/OutboxPg.ts"
import { makeGate, orApproval } from "../operators/ApprovalRows.ts"
import { keepAnswers, readKept } from "../sales/KeptAnswers.ts"
import { conclude, rememberSent, resolveHeld } from "./ConcludeWithdrawals.ts"
import { writeMoves } from "./WalletMoves.ts"
import {
  insertWithdrawal,
  lockAndReadWallet,
  lockToClaim,
  storeWithdrawal,
  withdrawalColumns,
  withdrawalOf,
  type WithdrawalRow
} from "./WithdrawalRows.ts"

/** The clock, and beside it the player; nulls where there is none. */
interface PlayerRow {
  readonly clock: Date
  readonly is_erased: boolean
  readonly is_active: boolean | null
  readonly email_verified: boolean | null
  readonly kyc_status: KycStatus | null
  readonly account: string | null
  readonly account_status: PayoutAccountStatus | null
  readonly provider: StoredProvider | null
}

const playerOf = (
  { account, account_status: status, email_verified, is_active, is_erased, kyc_status, provider }: PlayerRow
): AskFacts["player"] =>
  is_active === null ? null : {
    isErased: is_erased,
    isFrozen: !is_active,
    isEmailVerified: email_verified === true,
    isIdentityVerified: kyc_status === "verified",
    payoutAccount: account === null || status === null ? null : {
      account,
      status,
      provider: provider ?? unrecordedProvider(account)
    }
  }

/** Held ones, or those that are not: the few that are have an index of their own. */
const ofHold = (sql: PgClient.PgClient, held: boolean | undefined) =>
  held === undefined ? sql`true` : held ? sql`w.held_reason IS NOT NULL` : sql`w.held_reason IS NULL`

/** Under way and not held, asked for so long ago: what is under way has a turn that is due, by which there is an index. */
const askedBefore = (sql: PgClient.PgClient, olderThanMillis: number | undefined) =>
  olderThanMillis === undefined ? sql`true` : sql`(
    w.due_at IS NOT NULL AND w.held_reason IS NULL
    AND (w.status = 'pending' OR (w.status = 'paid' AND w.provider_payout_status IN ('failed', 'canceled')))
    AND w.asked_at <= app_now() - ${olderThanMillis}::float8 * interval '1 millisecond')`

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const outbox = yield* Outbox
  const acknowledged = yield* Acknowledged
  const services = { sql, newId, outbox, acknowledged }
  const above = yield* FourEyesAbove
  const kycAbove = yield* KycAbove
  // what a database that is behind does not know of was paid out already
  const mayPayOut = requireUpToDate(acknowledged)

  /** What decides about a request, read under the wallet's lock: a sale, a refund or another withdrawal of the player waits. */
  const askFacts = Effect.fnUntraced(function*(request: WithdrawalRequest) {
    const { userId } = request
    const wallet = yield* lockAndReadWallet(sql, userId)
    yield* requireWithdrawals(sql, acknowledged, userId)
    const [player] = yield* sql<PlayerRow>`
      SELECT clock, u.erased_at IS NOT NULL AS is_erased, u.is_active, u.email_verified, u.kyc_status, a.account, a.provider,
        a.status AS account_status
      FROM (SELECT app_now() AS clock) c LEFT JOIN users u ON u.id = ${userId}::uuid
      LEFT JOIN payout_accounts a ON a.user_id = u.id`
    if (player === undefined) return yield* Effect.die(new Error("a SELECT of one row gives it"))
    const [kept] = (yield* readKept(sql, [request])).values()
    const now = instantOf(player.clock)
    return {
      player: playerOf(player),
      wallet,
      kept: kept === undefined ? null : keptAs("Withdrawal", kept),
      now,
      kycAbove,
      newId: newId(now)
    } satisfies AskFacts
  })

  /** The movement of an earlier withdrawal, with the status that it had when it was answered. */
  const earlierAnswer = Effect.fnUntraced(
    function*({ status, withdrawalId: id }: Extract<AskDecision, { _tag: "Repeat" }>) {
      const [row] = yield* sql<TransactionRow>`SELECT ${
        transactionColumns(sql)
      } FROM transactions WHERE id = ${id}::uuid`
      return row === undefined
        ? yield* Effect.die(new Error(`withdrawal ${id} is kept as an answer and is not there`))
        : { transaction: transactionOf({ ...row, status }), isReplayed: true }
    }
  )

  const writeAsked = Effect.fnUntraced(function*(
    request: WithdrawalRequest,
    { answer, asked, jobs, moved }: Extract<AskDecision, { _tag: "Ask" }>
  ) {
    const { askedAt, id, userId } = asked.withdrawal
    const [row] = yield* writeMoves(sql, () => id, askedAt, {
      userId,
      wallet: moved.wallet,
      movements: [moved.movement],
      createdAt: askedAt
    })
    if (row === undefined) return yield* Effect.die(new Error("an INSERT gives its row back"))
    yield* insertWithdrawal(sql, asked)
    yield* keepAnswers(sql, [{ request, answer }], askedAt)
    yield* addJobs(outbox, jobs)
    return { transaction: transactionOf(row), isReplayed: false }
  })

  /** Once the turn is committed, and before its provider is asked: nothing leaves that could not be remembered. */
  const rememberClaimed = (turn: Turn | null) =>
    Effect.suspend(() => {
      if (turn === null) return Effect.void
      rememberSent(acknowledged, turn.withdrawal)
      return turn.action._tag === "Send" && turn.action.step === "transfer" ? requireMemory(acknowledged) : Effect.void
    })

  return Withdrawals.of({
    ask: Effect.fn("WithdrawalsPg.ask")(function*(request) {
      yield* mayPayOut
      // as core would refuse it, but without the lock of the house's wallet, which settlements need
      if (request.userId === houseUserId) return yield* new WithdrawalRefused({ refusal: { _tag: "UnknownUser" } })
      const decided = decideWithdrawal(yield* askFacts(request), request)
      if (Result.isFailure(decided)) return yield* new WithdrawalRefused({ refusal: decided.failure })
      return decided.success._tag === "Repeat"
        ? yield* earlierAnswer(decided.success)
        : yield* writeAsked(request, decided.success)
    }, transact(sql)),

    claim: Effect.fn("WithdrawalsPg.claim")(
      function*(id, isUrgent, own) {
        yield* mayPayOut
        const facts = yield* lockToClaim(sql, id)
        if (facts === null) return null
        const decision = claimWithdrawal(facts, isUrgent, own)
        if (decision._tag === "Leave") return null
        const sends = decision._tag === "Claim" && decision.action._tag === "Send" &&
          decision.action.step === "transfer"
        if (sends) yield* requireMemory(acknowledged)
        yield* storeWithdrawal(sql, decision)
        return decision._tag === "Claim" ? { withdrawal: decision.withdrawal, action: decision.action } : null
      },
      inTransaction(sql),
      Effect.tap(rememberClaimed),
      orUnavailable
    ),

    applyReport: Effect.fn("WithdrawalsPg.applyReport")(
      (id, report, turn, act) =>
        conclude(
          services,
          id,
          (facts) => concludeReport(facts, report, turn),
          act === undefined ? null : (withdrawal) => withdrawalEntry(act, withdrawal, { learnt: report._tag })
        ),
      transact(sql)
    ),

    resolve: Effect.fn("WithdrawalsPg.resolve")(
      (id, resolution, act) =>
        resolveHeld(
          services,
          id,
          resolution,
          (withdrawal) => withdrawalEntry(act, withdrawal, { decided: resolution }),
          makeGate(services, above, act)
        ),
      transact(sql),
      orApproval
    ),

    find: Effect.fn("WithdrawalsPg.find")(function*(id) {
      const [row] = yield* sql<WithdrawalRow>`
        SELECT ${withdrawalColumns(sql)} FROM withdrawals w WHERE w.id = ${id}::uuid`
      return row === undefined ? null : withdrawalOf(row)
    }, orUnavailable),

    list: Effect.fn("WithdrawalsPg.list")(
      function*({ held, olderThanMillis, status, userId: user }, { cursor, limit }) {
        const rows = yield* sql<WithdrawalRow>`
        SELECT ${withdrawalColumns(sql)} FROM withdrawals w
        WHERE w.id < ${cursor ?? idAfterAll}::uuid
          AND (${status ?? null}::text IS NULL OR w.status = ${status ?? null}::text)
          AND (${user ?? null}::uuid IS NULL OR w.user_id = ${user ?? null}::uuid)
          AND ${ofHold(sql, held)} AND ${askedBefore(sql, olderThanMillis)}
        ORDER BY w.id DESC LIMIT ${limit + 1}`
        const { items, nextCursor } = pageOf(rows, limit, (row) => row.id)
        return { items: items.map(withdrawalOf), nextCursor }
      },
      orUnavailable
    ),

    isFrozen: Effect.fn("WithdrawalsPg.isFrozen")(function*(id) {
      const [row] = yield* sql<{ readonly is_active: boolean }>`
        SELECT u.is_active FROM withdrawals w JOIN users u ON u.id = w.user_id WHERE w.id = ${id}::uuid`
      return row?.is_active === false
    }, orUnavailable),

    // by the indexes of what is due and of what is held: neither grows with what is over for a week
    openProviders: sql<Pick<WithdrawalRow, "account" | "provider">>`
      SELECT DISTINCT provider, CASE WHEN provider IS NULL THEN account ELSE '' END AS account FROM withdrawals
      WHERE (due_at IS NOT NULL OR held_reason IS NOT NULL)
        AND (status = 'pending' OR held_reason IS NOT NULL OR provider_payout_status IN ('failed', 'canceled'))`.pipe(
      Effect.map((rows) => [
        ...new Set(rows.map(({ account, provider }) => provider ?? unrecordedProvider(account)))
      ]),
      orUnavailable
    ),

    offerDue: Effect.fn("WithdrawalsPg.offerDue")(function*(limit) {
      const rows = yield* sql<{ readonly id: string; readonly due_at: Date; readonly clock: Date }>`
        SELECT id, due_at, clock FROM withdrawals, (SELECT app_now() AS clock) c
        WHERE due_at <= clock AND (taken_until IS NULL OR taken_until <= clock)
        ORDER BY due_at LIMIT ${limit}`
      yield* addJobs(outbox, rows.map((row) => laterTurnJob(row.id, instantOf(row.due_at), instantOf(row.clock))))
      return rows.length
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Withdrawals, make)
