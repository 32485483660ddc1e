/** Locks wallets, and writes what happened to them. */
import { initialStatus } from "@ddd/core/money/Transaction"
import type { MovedTogether, Wallet } from "@ddd/core/money/Wallet"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import {
  awaitingText,
  maturingText,
  transactionColumns,
  type TransactionRow,
  walletColumns,
  walletOf,
  type WalletRow
} from "../database/Rows.ts"
import { limitsText, readCounted } from "../play/LimitRows.ts"

/**
 * Wallets that are locked, as their rows say. What servers of before limits moved is counted here: where a wallet is at another movement than
 * its limits, all that counts is read anew.
 */
const walletsOf = Effect.fnUntraced(function*(sql: PgClient.PgClient, rows: ReadonlyArray<WalletRow>) {
  const wallets = new Map<UserId, Wallet>(rows.map((row) => [userId(row.user_id), walletOf(row)]))
  for (const [user, wallet] of wallets) {
    const { limits, seq } = wallet
    if (limits === null || limits.countedTo === seq) continue
    const counted = yield* readCounted(sql, user, yield* clockOf(sql))
    wallets.set(user, { ...wallet, limits: { ...limits, counted, countedTo: seq } })
  }
  const all: ReadonlyMap<UserId, Wallet> = wallets
  return all
})

/** Locks the wallets of some users, in the order of their ids, and reads them. Those who have none are not in it. */
export const lockWallets = (sql: PgClient.PgClient, users: ReadonlyArray<UserId>) =>
  Effect.flatMap(
    sql<WalletRow>`
      SELECT ${
      walletColumns(sql)
    } FROM wallets WHERE user_id = ANY(${users}::uuid[]) ORDER BY user_id FOR NO KEY UPDATE`,
    (rows) => walletsOf(sql, rows)
  )

/**
 * Locks those of some users' wallets that nobody else has locked, and reads them; waits for none. `held`: whose are locked by somebody
 * else. Those who have none are in neither.
 */
export const lockFreeWallets = Effect.fnUntraced(function*(sql: PgClient.PgClient, users: ReadonlyArray<UserId>) {
  const rows = yield* sql<WalletRow>`
    SELECT ${
    walletColumns(sql)
  } FROM wallets WHERE user_id = ANY(${users}::uuid[]) ORDER BY user_id FOR NO KEY UPDATE SKIP LOCKED`
  const wallets = yield* walletsOf(sql, rows)
  const missing = users.filter((user) => !wallets.has(user))
  const held = missing.length === 0
    ? []
    : yield* sql<{ readonly user_id: string }>`SELECT user_id FROM wallets WHERE user_id = ANY(${missing}::uuid[])`
  return { wallets, held: new Set(held.map((row) => userId(row.user_id))) }
})

/** Movements to be written, and whose they are. */
export interface WalletMoves extends MovedTogether {
  readonly userId: UserId
}

/** What is written with movements that are written together. */
export interface MovesOptions {
  /** Kept with them. */
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined
  /** When they happened, where that was decided; else when they are written. */
  readonly createdAt?: Instant | undefined
}

/** Inserts the movements of wallets that are written beside; gives their rows. */
const insertMovements = (
  sql: PgClient.PgClient,
  newId: (at: Instant) => string,
  now: Instant,
  all: ReadonlyArray<WalletMoves>,
  { createdAt, metadata = null }: MovesOptions = {}
) => {
  const rows = all.flatMap(({ movements, userId }) =>
    movements.map((movement) => ({ ...movement, userId, id: newId(now) }))
  )
  const said = metadata === null ? null : sql.json(metadata)
  const at = createdAt === undefined ? null : formatInstant(createdAt)
  return sql<TransactionRow>`
    INSERT INTO transactions (id, user_id, type, amount, balance_after, status, reference_id, metadata, created_at,
      wallet_seq, counter_account, withdrawable_delta, matures_at, awaits_identity)
    SELECT m.id, m.user_id, m.type, m.amount * 0.01, m.balance * 0.01, m.status, m.reference, ${said}::jsonb,
      coalesce(${at}::timestamptz, app_now()), m.seq, m.counter, m.delta * 0.01, nullif(m.matures_at, '')::timestamptz,
      nullif(m.awaits, false)
    FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ userId }) => userId)}::uuid[],
      ${rows.map(({ type }) => type)}::text[], ${rows.map(({ amount }) => amount)}::bigint[],
      ${rows.map(({ balanceAfter }) => balanceAfter)}::bigint[],
      ${rows.map(({ type }) => initialStatus(type))}::text[], ${rows.map(({ referenceId }) => referenceId)}::text[],
      ${rows.map(({ seq }) => seq)}::bigint[], ${rows.map(({ counterAccount }) => counterAccount)}::text[],
      ${rows.map(({ withdrawableDelta }) => withdrawableDelta)}::bigint[],
      ${rows.map(({ maturesAt }) => formatInstantOrNull(maturesAt) ?? "")}::text[],
      ${rows.map(({ awaitsIdentity }) => awaitsIdentity)}::boolean[])
      AS m (id, user_id, type, amount, balance, status, reference, seq, counter, delta, matures_at, awaits)
    RETURNING ${transactionColumns(sql)}`
}

/**
 * Writes a wallet and the movements, one or more, that made it what it is; gives their rows, oldest first. The wallet is locked
 * already.
 */
export const writeMoves = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  newId: (at: Instant) => string,
  at: Instant,
  { createdAt, metadata, ...moves }: WalletMoves & MovesOptions
) {
  yield* writeWallet(sql, moves.userId, moves.wallet)
  const rows = yield* insertMovements(sql, newId, at, [moves], { createdAt, metadata })
  return rows.toSorted((a, b) => Number(a.wallet_seq - b.wallet_seq))
})

/** The same of many wallets, all of them locked already and none named twice, in two statements. */
export const writeAllMoves = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  newId: (at: Instant) => string,
  at: Instant,
  all: ReadonlyArray<WalletMoves>
) {
  const wallets = all.map(({ wallet }) => wallet)
  yield* sql`
    UPDATE wallets w SET balance = n.balance * 0.01, withdrawable = n.withdrawable * 0.01, maturing = nullif(n.maturing, '')::jsonb,
      awaiting_identity = nullif(n.awaiting, '')::jsonb, limits = nullif(n.limits, '')::jsonb,
      pending_withdrawal = n.pending * 0.01, debt = n.debt * 0.01, seq = n.seq, updated_at = app_now()
    FROM unnest(${all.map(({ userId }) => userId)}::uuid[], ${wallets.map(({ balance }) => balance)}::bigint[],
      ${wallets.map(({ withdrawable }) => withdrawable)}::bigint[],
      ${wallets.map(({ maturing }) => maturingText(maturing) ?? "")}::text[],
      ${wallets.map(({ awaiting }) => awaitingText(awaiting) ?? "")}::text[],
      ${wallets.map(({ pendingWithdrawal }) => pendingWithdrawal)}::bigint[],
      ${wallets.map(({ debt }) => debt)}::bigint[], ${wallets.map(({ seq }) => seq)}::bigint[],
      ${wallets.map(({ limits }) => limitsText(limits) ?? "")}::text[])
      AS n (user_id, balance, withdrawable, maturing, awaiting, pending, debt, seq, limits)
    WHERE w.user_id = n.user_id`
  yield* insertMovements(sql, newId, at, all)
})

/** Writes a wallet whose movements, if any, are written beside it. It is locked already. */
export const writeWallet = (sql: PgClient.PgClient, userId: UserId, wallet: Wallet) =>
  sql`
    UPDATE wallets SET balance = ${wallet.balance}::bigint * 0.01, withdrawable = ${wallet.withdrawable}::bigint * 0.01,
      maturing = ${
    maturingText(wallet.maturing)
  }::text::jsonb, pending_withdrawal = ${wallet.pendingWithdrawal}::bigint * 0.01, debt = ${wallet.debt}::bigint * 0.01,
      seq = ${wallet.seq}::bigint, limits = ${limitsText(wallet.limits)}::text::jsonb, updated_at = app_now()
    WHERE user_id = ${userId}::uuid`
