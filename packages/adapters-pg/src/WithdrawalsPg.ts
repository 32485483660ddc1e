/** Money on its way out, on PostgreSQL: each operation one transaction; wallet first, then the withdrawal's row. */
import { applyReport } from "@ddd/core/money/ProviderReport"
import { askWithdrawal } from "@ddd/core/money/Wallet"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import { dueAfter, nextAction, pauseMillis, startTurn, turnMillis } from "@ddd/core/money/WithdrawalActions"
import { resolve } from "@ddd/core/money/WithdrawalResolution"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Now } from "@ddd/core/ports/Now"
import { Outbox } from "@ddd/core/ports/Outbox"
import { type AskRefusal, WithdrawalRefused, type WithdrawalRequest, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { toHex } from "@ddd/core/values/Bytes"
import { houseUserId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Result, Schema } from "effect"
import { instantOf, transactionColumns, transactionOf, type TransactionRow } from "./Rows.ts"
import { orUnavailable, retryConflicts } from "./Transaction.ts"
import { writeMoves } from "./WalletMoves.ts"
import {
  lockAndReadWallet,
  lockWithdrawal,
  settleWithdrawal,
  storeWithdrawal,
  withdrawalColumns,
  withdrawalOf,
  type WithdrawalRow
} from "./WithdrawalRows.ts"

/** How a withdrawal's kept answer is stored: the movement itself never changes but for its status, which was pending then. */
const KeptAnswer = Schema.fromJsonString(Schema.Struct({ withdrawal: Schema.String }))
const decodeKept = Schema.decodeUnknownOption(KeptAnswer)

interface KeptRow {
  readonly fingerprint: Uint8Array
  readonly body: string
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const now = yield* Now
  const outbox = yield* Outbox
  const services = { sql, newId, outbox }
  const transact = <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
    transaction.pipe(sql.withTransaction, retryConflicts, orUnavailable)
  const refuse = (refusal: AskRefusal) => Effect.fail(new WithdrawalRefused({ refusal }))

  /** What was answered under the request's key before; undefined where nothing was. */
  const earlierAnswer = Effect.fnUntraced(function*({ idempotency, userId }: WithdrawalRequest) {
    if (idempotency === null) return undefined
    const [kept] = yield* sql<KeptRow>`
      SELECT fingerprint, body FROM idempotency_keys WHERE user_id = ${userId}::uuid AND key = ${idempotency.key}`
    if (kept === undefined) return undefined
    const answer = Option.getOrUndefined(decodeKept(kept.body))
    if (answer === undefined || toHex(kept.fingerprint) !== idempotency.fingerprint) {
      return yield* refuse({ _tag: "KeyReused" })
    }
    const [row] = yield* sql<TransactionRow>`
      SELECT ${transactionColumns(sql)} FROM transactions WHERE id = ${answer.withdrawal}::uuid`
    return row === undefined
      ? yield* Effect.die(new Error(`withdrawal ${answer.withdrawal} is kept as an answer and is not there`))
      : { transaction: transactionOf({ ...row, status: "pending" }), isReplayed: true }
  })

  const keep = ({ idempotency, userId }: WithdrawalRequest, id: string) =>
    idempotency === null
      ? Effect.void
      : sql`
        INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
        VALUES (${userId}::uuid, ${idempotency.key}, decode(${idempotency.fingerprint}, 'hex'), 202,
          ${JSON.stringify({ withdrawal: id })}, app_now())`

  const ask = Effect.fn("WithdrawalsPg.ask")(function*(request: WithdrawalRequest) {
    const { amount, userId: user, withdrawDeposits } = request
    // what decides is read under this lock: a sale, a refund or another withdrawal of the player waits, or was waited for
    const wallet = user === houseUserId ? undefined : yield* lockAndReadWallet(sql, user)
    const [player] = yield* sql<
      { readonly is_active: boolean; readonly account: string | null; readonly ready: boolean }
    >`
      SELECT u.is_active, a.account, a.status IS NOT DISTINCT FROM 'ready' AS ready
      FROM users u LEFT JOIN payout_accounts a ON a.user_id = u.id
      WHERE u.id = ${user}::uuid AND u.erased_at IS NULL`
    if (wallet === undefined || player === undefined) return yield* refuse({ _tag: "UnknownUser" })
    const earlier = yield* earlierAnswer(request)
    if (earlier !== undefined) return earlier
    if (!player.is_active) return yield* refuse({ _tag: "AccountFrozen" })
    const { account, ready } = player
    if (account === null || !ready) {
      return yield* refuse({ _tag: "NoPayoutAccount", status: account === null ? "none" : "pending" })
    }
    const at = yield* now.now
    const id = newId(at)
    const asked = askWithdrawal(wallet, amount, id, withdrawDeposits)
    if (Result.isFailure(asked)) return yield* refuse(asked.failure)
    const [row] = yield* writeMoves(sql, () => id, at, {
      userId: user,
      wallet: asked.success.wallet,
      movements: [asked.success.movement]
    })
    if (row === undefined) return yield* Effect.die(new Error("an INSERT gives its row back"))
    yield* sql`
      INSERT INTO withdrawals (id, user_id, amount, account, asked_at, due_at)
      VALUES (${id}::uuid, ${user}::uuid, ${amount}::bigint * 0.01, ${account}, ${row.created_at}, app_now())`
    yield* keep(request, id)
    yield* outbox.add(`payout ${id}`, { _tag: "PayOut", withdrawalId: id })
    yield* outbox.add(`withdrawal ${id} started`, {
      _tag: "MailWithdrawal",
      userId: user,
      withdrawalId: id,
      event: "started"
    })
    return { transaction: transactionOf(row), isReplayed: false }
  }, transact)

  const isFrozen = (user: string) =>
    Effect.map(sql`SELECT 1 FROM users WHERE id = ${user}::uuid AND NOT is_active`, (rows) => rows.length > 0)

  const claim = Effect.fn("WithdrawalsPg.claim")(function*(id: string, isUrgent: boolean) {
    const row = yield* lockWithdrawal(sql, id)
    if (row === undefined || row.due_at === null) return null
    if (row.taken_until !== null && row.taken_until > row.clock) return null
    if (!isUrgent && row.due_at > row.clock) return null
    const at = instantOf(row.clock)
    const before = withdrawalOf(row)
    const action = nextAction(before, at)
    if (action === null) {
      yield* storeWithdrawal(sql, before, { dueAt: null, claimedUntil: null })
      return null
    }
    if (before.transfer.status === "unsent" && (yield* isFrozen(before.userId))) {
      const resting = { ...before, idleTurns: before.idleTurns + 1, problem: "the account is frozen" }
      yield* storeWithdrawal(sql, resting, { dueAt: instant(at + pauseMillis(resting)), claimedUntil: null })
      return null
    }
    const withdrawal = startTurn(before, action, at)
    // due again once the turn is over: should this process die, others find it by that
    const claimedUntil = instant(at + turnMillis)
    yield* storeWithdrawal(sql, withdrawal, { dueAt: claimedUntil, claimedUntil })
    return { withdrawal, action }
  }, transact)

  /** Changes a withdrawal under the locks of its wallet and its row; null where there is none. */
  const change = Effect.fnUntraced(function*(
    id: string,
    decide: (before: Withdrawal) => Withdrawal | null,
    turn: number | null
  ) {
    const [owner] = yield* sql<{ readonly user_id: string }>`SELECT user_id FROM withdrawals WHERE id = ${id}::uuid`
    const wallet = owner === undefined ? undefined : yield* lockAndReadWallet(sql, owner.user_id)
    const row = wallet === undefined ? undefined : yield* lockWithdrawal(sql, id)
    if (wallet === undefined || row === undefined) return null
    const at = instantOf(row.clock)
    const before = withdrawalOf(row)
    const after = decide(before)
    if (after === null) return null
    yield* settleWithdrawal(services, wallet, before, after, at)
    const isUnderWay = row.taken_until !== null && row.taken_until > row.clock && turn !== before.turn
    const claimedUntil = isUnderWay ? instantOf(row.taken_until) : null
    const due = dueAfter(after, at)
    yield* storeWithdrawal(sql, after, {
      dueAt: due !== null && claimedUntil !== null ? claimedUntil : due,
      claimedUntil
    })
    return after
  })

  return Withdrawals.of({
    ask,
    claim,
    applyReport: Effect.fn("WithdrawalsPg.applyReport")(
      (id, report, turn) => change(id, (before) => applyReport(before, report), turn),
      transact
    ),
    resolve: Effect.fn("WithdrawalsPg.resolve")(
      (id, resolution) => change(id, (before) => resolve(before, resolution), null),
      transact
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
        WHERE (${cursor}::uuid IS NULL OR w.id < ${cursor}::uuid)
          AND (${status ?? null}::text IS NULL OR w.status = ${status ?? null}::text)
          AND (${user ?? null}::uuid IS NULL OR w.user_id = ${user ?? null}::uuid)
          AND (${held ?? null}::boolean IS NULL OR (w.held_reason IS NOT NULL) = ${held ?? null}::boolean)
          AND (${olderThanMillis ?? null}::float8 IS NULL OR (w.status = 'pending' AND w.held_reason IS NULL
            AND w.asked_at <= app_now() - ${olderThanMillis ?? null}::float8 * interval '1 millisecond'))
        ORDER BY w.id DESC LIMIT ${limit + 1}`
        const { items, nextCursor } = pageOf(rows, limit, (row) => row.id)
        return { items: items.map(withdrawalOf), nextCursor }
      },
      orUnavailable
    ),

    // a job's name has the instant that it was due at, and the hours since: one that came to nothing is never the last
    offerDue: Effect.fn("WithdrawalsPg.offerDue")(function*(limit) {
      const rows = yield* sql<{ readonly id: string; readonly due_at: Date; readonly hours: number }>`
        SELECT id, due_at, floor(extract(epoch FROM clock - due_at) / 3600)::int AS hours
        FROM withdrawals, (SELECT app_now() AS clock) c
        WHERE due_at <= clock AND (taken_until IS NULL OR taken_until <= clock)
        ORDER BY due_at LIMIT ${limit}`
      for (const { due_at, hours, id } of rows) {
        yield* outbox.add(`payout ${id} ${due_at.getTime()} ${hours}`, { _tag: "PayOut", withdrawalId: id })
      }
      return rows.length
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Withdrawals, make)
