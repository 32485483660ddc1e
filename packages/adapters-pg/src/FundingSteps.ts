/**
 * Money in on PostgreSQL, as steps of a transaction: what is said of a reference, and what that does to a wallet.
 *
 * One at a time a reference, by an advisory lock that comes before all others; then the wallet, then its withdrawals.
 */
import {
  applyEvent,
  canonicalReference,
  contradicts,
  type CreditStatus,
  creditStatusAfter,
  depositSource,
  emptyFunding,
  type Funding,
  type FundingEvent,
  type FundingStep,
  reversalReference,
  stepDue
} from "@ddd/core/money/Funding"
import { applyReport } from "@ddd/core/money/ProviderReport"
import { chargeBack, deposit, type Wallet } from "@ddd/core/money/Wallet"
import { FundingConflict } from "@ddd/core/ports/Fundings"
import { DepositRefused, UnknownUser } from "@ddd/core/ports/Ledger"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { centsOrNull, instantOf, type TransactionRow } from "./Rows.ts"
import { writeMoves } from "./WalletMoves.ts"
import {
  lockAndReadWallet,
  settleWithdrawal,
  storeWithdrawal,
  withdrawalColumns,
  withdrawalOf,
  type WithdrawalRow,
  type WithdrawalServices
} from "./WithdrawalRows.ts"

interface FundingRow {
  readonly reference: string
  readonly purchased: boolean
  readonly refunded: boolean
  readonly refund_reversed: boolean
  readonly given: CreditStatus
  readonly user_id: string | null
  readonly amount: bigint | null
  readonly names: ReadonlyArray<string>
}

const fundingOf = (row: FundingRow): Funding => ({
  reference: row.reference,
  purchased: row.purchased,
  refunded: row.refunded,
  refundReversed: row.refund_reversed,
  creditStatus: row.given,
  userId: row.user_id === null ? null : userId(row.user_id),
  amount: centsOrNull(row.amount),
  names: row.names
})

export const readFunding = (sql: PgClient.PgClient, reference: string) =>
  Effect.map(
    sql<FundingRow>`
      SELECT reference, purchased, refunded, refund_reversed, given, user_id, (amount * 100)::bigint AS amount, names
      FROM fundings WHERE reference = ${reference}`,
    ([row]) => row === undefined ? null : fundingOf(row)
  )

const storeFunding = (
  sql: PgClient.PgClient,
  { amount, creditStatus, names, purchased, reference, refundReversed, refunded, userId: user }: Funding
) =>
  sql`
    INSERT INTO fundings AS f (reference, purchased, refunded, refund_reversed, given, user_id, amount, names)
    VALUES (${reference}, ${purchased}, ${refunded}, ${refundReversed}, ${creditStatus}, ${user}::uuid, ${amount}::bigint * 0.01,
      ${names}::text[])
    ON CONFLICT (reference) DO UPDATE SET purchased = EXCLUDED.purchased, refunded = EXCLUDED.refunded,
      refund_reversed = EXCLUDED.refund_reversed, given = EXCLUDED.given, user_id = EXCLUDED.user_id,
      amount = EXCLUDED.amount, updated_at = app_now(),
      -- of a buyer who is known they are as they were: what an erasure took out meanwhile stays out
      names = CASE WHEN f.user_id IS NULL THEN EXCLUDED.names ELSE f.names END`

/** The player whom the first telling one of the names names; null where none does. */
export const playerNamed = (sql: PgClient.PgClient, names: ReadonlyArray<string>) =>
  Effect.map(
    sql<{ readonly id: string }>`
      SELECT u.id FROM unnest(${names}::text[]) WITH ORDINALITY AS n (name, nth)
      LEFT JOIN buyer_names b ON b.name = n.name
      JOIN users u ON u.id::text = n.name OR u.id = b.user_id
      WHERE u.id <> ${houseUserId}::uuid AND u.erased_at IS NULL
      ORDER BY n.nth, u.id::text = n.name DESC LIMIT 1`,
    ([row]) => row === undefined ? null : userId(row.id)
  )

/** Keeps by which names a store knows a player; a name that was somebody's before stays theirs. */
export const keepNames = (sql: PgClient.PgClient, user: UserId, names: ReadonlyArray<string>) =>
  sql`
    INSERT INTO buyer_names (name, user_id)
    SELECT n.name, ${user}::uuid FROM (SELECT DISTINCT unnest(${names}::text[]) AS name) n
    WHERE NOT EXISTS (SELECT FROM users u WHERE u.id::text = n.name)
    ON CONFLICT (name) DO NOTHING`

/**
 * Calls off withdrawals that the provider has not heard of, newest first, until the wallet, which is locked, holds `needed`. Gives the
 * wallet after that.
 */
const callOff = Effect.fnUntraced(
  function*(services: WithdrawalServices, user: UserId, wallet: Wallet, needed: bigint) {
    const { sql } = services
    if (wallet.balance >= needed || wallet.pendingWithdrawal === 0n) return wallet
    // locks them: whoever takes one up either did so before, or finds it called off
    const rows = yield* sql<WithdrawalRow>`
    SELECT ${withdrawalColumns(sql)} FROM withdrawals w
    WHERE w.user_id = ${user}::uuid AND w.status = 'pending' AND w.transfer_status = 'unsent'
    ORDER BY w.id DESC FOR NO KEY UPDATE`
    let left = wallet
    for (const row of rows) {
      if (left.balance >= needed) break
      const before = withdrawalOf(row)
      const after = applyReport(before, { _tag: "Canceled", reason: "called off: a deposit was refunded" })
      left = yield* settleWithdrawal(services, left, before, after, instantOf(row.clock))
      yield* storeWithdrawal(sql, after, { dueAt: null, claimedUntil: null })
    }
    return left
  }
)

/** Moves what a step asks for. The reference is locked; the wallet is locked here. Gives the movements, oldest first. */
const take = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  step: FundingStep,
  { amount, reference, userId: user }: Funding,
  at: Instant,
  metadata: Readonly<Record<string, unknown>> | null
) {
  const { newId, sql } = services
  if (user === null || amount === null) return yield* Effect.die(new Error(`funding ${reference} is nobody's`))
  const wallet = yield* lockAndReadWallet(sql, user)
  if (wallet === undefined) return yield* new UnknownUser({ userId: user })
  const source = depositSource(reference)
  const write = (moves: Pick<Parameters<typeof writeMoves>[3], "movements" | "wallet">) =>
    writeMoves(sql, newId, at, { userId: user, metadata, ...moves })
  if (step === "take back") {
    const free = yield* callOff(services, user, wallet, amount)
    return yield* write(chargeBack(free, user, amount, source, reference))
  }
  const name = step === "credit" ? reference : reversalReference(yield* chargebackOf(sql, reference))
  const moved = deposit(wallet, user, amount, source, name)
  return Result.isFailure(moved) ? yield* new DepositRefused({ refusal: moved.failure }) : yield* write(moved.success)
})

const chargebackOf = (sql: PgClient.PgClient, reference: string) =>
  Effect.flatMap(
    sql<{ readonly id: string }>`SELECT id FROM transactions WHERE type = 'chargeback' AND reference_id = ${reference}`,
    ([row]) =>
      row === undefined
        ? Effect.die(new Error(`what was taken back of ${reference} is missing`))
        : Effect.succeed(row.id)
  )

/** Locks a reference for the transaction, whoever it is for: the second to say something of it sees what the first did. */
const lockReference = (sql: PgClient.PgClient, reference: string) =>
  sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`funding ${reference}`}, 0))`

/** A funding as heard, with its buyer where one of its names is a player by now. */
const withBuyer = Effect.fnUntraced(function*(sql: PgClient.PgClient, funding: Funding) {
  if (funding.userId !== null || funding.names.length === 0) return funding
  const user = yield* playerNamed(sql, funding.names)
  if (user === null) return funding
  yield* keepNames(sql, user, funding.names)
  return { ...funding, userId: user }
})

/** Concludes the events that told of a purchase whose buyer was unknown then, now that it is credited. */
const concludeWaiting = (sql: PgClient.PgClient, { reference, userId: user }: Funding) =>
  sql`
    UPDATE webhook_events SET state = 'done', handled_at = app_now(),
      outcome = ${`${reference}: credited to player ${user}, who was unknown when it came`}
    WHERE reference = ${reference} AND state = 'waiting'`

/** Does what is due of a funding that was heard, and stores it. Gives it as it stands then, and the movements. */
const settle = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  heard: Funding,
  at: Instant,
  metadata: Readonly<Record<string, unknown>> | null
) {
  const step = heard.userId === null ? null : stepDue(heard)
  const rows: ReadonlyArray<TransactionRow> = step === null ? [] : yield* take(services, step, heard, at, metadata)
  const funding = step === null ? heard : { ...heard, creditStatus: creditStatusAfter(step) }
  yield* storeFunding(services.sql, funding)
  if (step === "credit") yield* concludeWaiting(services.sql, funding)
  return { funding, rows }
})

const isPlayer = (sql: PgClient.PgClient, user: UserId) =>
  Effect.map(
    sql`SELECT 1 FROM users WHERE id = ${user}::uuid AND id <> ${houseUserId}::uuid AND erased_at IS NULL`,
    (rows) => rows.length > 0
  )

/** Records an event, as a transaction. `metadata` is kept with the movements. */
export const recordEvent = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  at: Instant,
  event: FundingEvent,
  metadata: Readonly<Record<string, unknown>> | null = null
) {
  const { sql } = services
  const reference = canonicalReference(event.reference)
  yield* lockReference(sql, reference)
  const earlier = (yield* readFunding(sql, reference)) ?? emptyFunding(reference)
  if (event._tag === "Purchased") {
    const { buyer } = event
    if (buyer._tag === "Player" && !(yield* isPlayer(sql, buyer.userId))) {
      return yield* new UnknownUser({ userId: buyer.userId })
    }
    const user = buyer._tag === "Player" ? buyer.userId : yield* playerNamed(sql, buyer.names)
    if (contradicts(earlier, event.amount, user)) return yield* new FundingConflict({ reference, earlier })
  }
  const heard = yield* withBuyer(sql, applyEvent(earlier, { ...event, reference }))
  return yield* settle(services, heard, at, metadata)
})

/**
 * Credits what waits under a reference, as a transaction, where its buyer is a player by now. Null where nothing is to be credited: it
 * no longer waits, or was refunded meanwhile.
 */
export const creditWaiting = Effect.fnUntraced(function*(services: WithdrawalServices, at: Instant, reference: string) {
  const { sql } = services
  yield* lockReference(sql, reference)
  const waiting = yield* readFunding(sql, reference)
  if (waiting === null || waiting.userId !== null) return null
  const known = yield* withBuyer(sql, waiting)
  return known.userId === null || stepDue(known) !== "credit" ? null : yield* settle(services, known, at, null)
})
