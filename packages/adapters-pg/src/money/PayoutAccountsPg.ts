/** The players' accounts with the payout provider, on PostgreSQL. */
import {
  claimCheck,
  decidePayoutAccount,
  decideUnlink,
  nextCheckAt,
  type PayoutAccount,
  type PayoutAccountStatus
} from "@ddd/core/money/PayoutAccount"
import { type StoredProvider, unrecordedProvider } from "@ddd/core/money/ProviderId"
import { isUnderWay } from "@ddd/core/money/Withdrawal"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { payoutAccountError, PayoutAccounts, WithdrawalUnderWay } from "@ddd/core/ports/PayoutAccounts"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { logged } from "@ddd/core/values/OperatorAct"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result } from "effect"
import { lockAccount } from "../accounts/AccountRows.ts"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"
import { lockAndReadWallet, type WithdrawalRow } from "./WithdrawalRows.ts"

interface AccountRow {
  readonly user_id: string
  readonly account: string
  /** Null where a server of before 0011 wrote it. */
  readonly provider: StoredProvider | null
  readonly status: PayoutAccountStatus
}

interface DueRow extends AccountRow {
  readonly created_at: Date
  readonly clock: Date
}

const accountOf = ({ account, provider, status, user_id }: AccountRow): PayoutAccount => ({
  userId: userId(user_id),
  account,
  provider: provider ?? unrecordedProvider(account),
  status
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers

  const of = (user: UserId) =>
    Effect.map(
      sql<AccountRow>`SELECT user_id, account, provider, status FROM payout_accounts WHERE user_id = ${user}::uuid`,
      ([row]) => row === undefined ? null : accountOf(row)
    )

  return PayoutAccounts.of({
    of: (user) => orUnavailable(of(user)),

    named: (account) =>
      Effect.map(
        sql<AccountRow>`SELECT user_id, account, provider, status FROM payout_accounts WHERE account = ${account}`,
        ([row]) => row === undefined ? null : accountOf(row)
      ).pipe(orUnavailable),

    // a refusal undoes it
    add: Effect.fn("PayoutAccountsPg.add")(function*(user, account, provider, sessionId) {
      yield* lockAccount(sql, user)
      const living = yield* sql`
        SELECT 1 FROM sessions WHERE id = ${sessionId}::uuid AND user_id = ${user}::uuid AND ended_at IS NULL`
      yield* sql`
        INSERT INTO payout_accounts (user_id, account, provider) VALUES (${user}::uuid, ${account}, ${provider})
        ON CONFLICT DO NOTHING`
      const kept = decidePayoutAccount({ isSessionLiving: living.length > 0, kept: yield* of(user) }, account)
      return Result.isSuccess(kept) ? kept.success : yield* payoutAccountError(kept.failure, sessionId)
    }, transact(sql)),

    // whom it is with is learnt of accounts that were kept without it
    setStatus: (account, status, provider) =>
      sql`
        UPDATE payout_accounts SET status = ${status}, provider = coalesce(provider, ${provider})
        WHERE account = ${account} AND (status <> ${status} OR provider IS NULL)`.pipe(Effect.asVoid, orUnavailable),

    // a withdrawal is asked for under the same lock
    unlink: Effect.fn("PayoutAccountsPg.unlink")(function*(user, account, by) {
      yield* lockAndReadWallet(sql, user)
      const under = yield* sql<Pick<WithdrawalRow, "provider_payout_status" | "status">>`
        SELECT status, provider_payout_status FROM withdrawals w
        WHERE w.user_id = ${user}::uuid AND w.status IN ('pending', 'paid') AND (w.due_at IS NOT NULL OR w.held_reason IS NOT NULL)`
      const facts = {
        kept: yield* of(user),
        hasWithdrawalUnderWay: under.some(({ provider_payout_status: providerPayoutStatus, status }) =>
          isUnderWay({ providerPayoutStatus, status })
        )
      }
      const decided = decideUnlink(facts, account, by)
      if (Result.isFailure(decided)) return yield* new WithdrawalUnderWay({ userId: user })
      if (!decided.success) return false
      yield* sql`DELETE FROM payout_accounts WHERE user_id = ${user}::uuid`
      if (typeof by !== "string") yield* writeEntry({ sql, newId }, logged(by, "user", user))
      return true
    }, transact(sql)),

    claimCheck: Effect.fn("PayoutAccountsPg.claimCheck")(function*(account) {
      yield* sql`SELECT 1 FROM payout_accounts WHERE account = ${account} FOR NO KEY UPDATE`
      const [row] = yield* sql<DueRow & { readonly check_at: Date }>`
        SELECT user_id, account, provider, status, created_at, check_at, app_now() AS clock FROM payout_accounts
        WHERE account = ${account}`
      const next = row === undefined ? null : claimCheck(
        { createdAt: instantOf(row.created_at), checkAt: instantOf(row.check_at), status: row.status },
        instantOf(row.clock)
      )
      if (next === null) return false
      yield* sql`UPDATE payout_accounts SET check_at = ${formatInstant(next)}::timestamptz WHERE account = ${account}`
      return true
    }, transact(sql)),

    // rows that another node is claiming are passed over
    claimDue: Effect.fn("PayoutAccountsPg.claimDue")(function*(limit) {
      const rows = yield* sql<DueRow>`
        SELECT user_id, account, provider, status, created_at, (SELECT app_now()) AS clock FROM payout_accounts
        WHERE status = 'pending' AND check_at <= (SELECT app_now())
        ORDER BY check_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`
      if (rows.length === 0) return []
      const checkAt = rows.map((row) => formatInstant(nextCheckAt(instantOf(row.created_at), instantOf(row.clock))))
      yield* sql`
        UPDATE payout_accounts a SET check_at = n.check_at
        FROM unnest(${rows.map((row) => row.user_id)}::uuid[], ${checkAt}::timestamptz[]) AS n (user_id, check_at)
        WHERE a.user_id = n.user_id`
      return rows.map(accountOf)
    }, transact(sql))
  })
})

export const layer = Layer.effect(PayoutAccounts, make)
