/** A wallet's movements of a period, found by their numbers: there is no index of times, which every sale would have to write. */
import { zero } from "@ddd/core/money/Money"
import { highestPowerOfTwo, type Period } from "@ddd/core/money/Statement"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import type { UserId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { mapPages, readPages } from "../database/ReadPages.ts"
import { centsOrNull, transactionColumns, transactionOf, type TransactionRow } from "../database/Rows.ts"

/** `lastBefore` of core, in one statement: each step looks at one movement, by the index of their numbers. */
const lastBefore = (sql: PgClient.PgClient, user: UserId, newest: bigint, at: Instant) =>
  Effect.map(
    sql<{ readonly seq: bigint }>`
      WITH RECURSIVE descent AS (
        SELECT ${String(highestPowerOfTwo(Number(newest)))}::bigint AS step, 0::bigint AS seq
        UNION ALL
        SELECT step / 2, CASE WHEN (
          SELECT t.created_at FROM transactions t WHERE t.user_id = ${user}::uuid AND t.wallet_seq = seq + step
        ) < ${formatInstant(at)}::timestamptz THEN seq + step ELSE seq END
        FROM descent WHERE step > 0
      )
      SELECT seq FROM descent WHERE step = 0`,
    ([row]) => row?.seq ?? 0n
  )

export const readStatement = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, user: UserId, { from, until }: Period) {
    const [wallet] = yield* sql<{ readonly seq: bigint }>`SELECT seq FROM wallets WHERE user_id = ${user}::uuid`
    if (wallet === undefined) return yield* new UnknownUser({ userId: user })
    const before = yield* lastBefore(sql, user, wallet.seq, from)
    const last = yield* lastBefore(sql, user, wallet.seq, until)
    const [opening] = yield* sql<{ readonly balance_after: bigint }>`
      SELECT (balance_after * 100)::bigint AS balance_after FROM transactions
      WHERE user_id = ${user}::uuid AND wallet_seq = ${before}::bigint`
    return {
      openingBalance: centsOrNull(opening?.balance_after ?? null) ?? zero,
      movements: mapPages(
        readPages(sql, before, (after, limit) =>
          sql<TransactionRow>`
            SELECT ${transactionColumns(sql)} FROM transactions
            WHERE user_id = ${user}::uuid AND wallet_seq > ${after}::bigint AND wallet_seq <= ${last}::bigint
            ORDER BY wallet_seq LIMIT ${limit}`, (row) => row.wallet_seq),
        transactionOf
      )
    }
  }
)
