/**
 * Money in on PostgreSQL, as steps of a transaction: what is told of a reference, and what that does to a wallet.
 *
 * One at a time a reference, by an advisory lock that comes before all others; then the wallet, then its withdrawals.
 */
import { lacksFunds } from "@ddd/core/money/ConcludeWithdrawal"
import type { CreditStatus, Funding, FundingEvent } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import {
  creditWaiting as decideWaiting,
  type DueFundingStep,
  type FundingDecision,
  type FundingMove,
  moveFunding,
  type MoveRefusal,
  type NameMatch,
  namesToMatch,
  recordFunding,
  type SharedNames
} from "@ddd/core/money/RecordFunding"
import { FundingConflict } from "@ddd/core/ports/Fundings"
import { DepositRefused, UnknownUser } from "@ddd/core/ports/Ledger"
import { isUuid, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { centsOrNull, instantOf, type TransactionRow } from "../database/Rows.ts"
import { writeMoves } from "./WalletMoves.ts"
import { lockAndReadWallet, lockUnsent, type WithdrawalServices, writeConclusion } from "./WithdrawalRows.ts"

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

const fundingColumns = (sql: PgClient.PgClient) =>
  sql.literal(
    "reference, purchased, refunded, refund_reversed, given, user_id, (amount * 100)::bigint AS amount, names"
  )

export const readFunding = (sql: PgClient.PgClient, reference: string) =>
  Effect.map(
    sql<FundingRow>`SELECT ${fundingColumns(sql)} FROM fundings WHERE reference = ${reference}`,
    ([row]) => row === undefined ? null : fundingOf(row)
  )

/** How many purchases of unknown buyers are looked through at once. */
const waitingPageSize = 200

/** A page of the purchases whose buyer is unknown, oldest first: those after the funding `after`; null: from the first. */
const readWaiting = (sql: PgClient.PgClient, after: string | null) =>
  Effect.map(
    sql<FundingRow>`
      SELECT ${fundingColumns(sql)} FROM fundings
      WHERE purchased AND given = 'nothing' AND user_id IS NULL AND (${after}::text IS NULL
        OR (created_at, reference) > (SELECT created_at, reference FROM fundings WHERE reference = ${after}::text))
      ORDER BY created_at, reference LIMIT ${waitingPageSize}`,
    (rows) => rows.map(fundingOf)
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

interface MatchRow {
  readonly name: string
  readonly user_id: string
  readonly is_id: boolean
  readonly is_erased: boolean
}

const matchOf = ({ is_erased, is_id, name, user_id }: MatchRow): NameMatch => ({
  name,
  userId: userId(user_id),
  isId: is_id,
  isErased: is_erased
})

/** The users for whom names stand. */
export const matchesOf = (sql: PgClient.PgClient, names: ReadonlyArray<string>) =>
  names.length === 0 ? Effect.succeed([]) : Effect.map(
    sql<MatchRow>`
      SELECT id::text AS name, id AS user_id, true AS is_id, erased_at IS NOT NULL AS is_erased FROM users
      WHERE id = ANY (${names.filter(isUuid)}::uuid[])
      UNION ALL
      SELECT b.name, b.user_id, false, (SELECT u.erased_at IS NOT NULL FROM users u WHERE u.id = b.user_id)
      FROM buyer_names b WHERE b.name = ANY (${names}::text[])`,
    (rows) => rows.map(matchOf)
  )

/** Keeps by which names a store knows a player; of two who keep one at the same time, the first. */
export const keepNames = (sql: PgClient.PgClient, { names, userId }: SharedNames) =>
  sql`
    INSERT INTO buyer_names (name, user_id) SELECT unnest(${names}::text[]), ${userId}::uuid ON CONFLICT (name) DO NOTHING`

/** The clock, and the id of the movement that took a deposit back; null where none did. */
const readClockAndChargeback = (sql: PgClient.PgClient, reference: string) =>
  Effect.map(
    sql<{ readonly clock: Date; readonly chargeback_id: string | null }>`
      SELECT app_now() AS clock,
        (SELECT id FROM transactions WHERE type = 'chargeback' AND reference_id = ${reference}) AS chargeback_id`,
    ([row]) => ({ now: instantOf(row!.clock), chargebackId: row!.chargeback_id })
  )

/** Locks the wallet, and withdrawals where it lacks funds; only then reads the rest of what decides about a step. */
const moveFacts = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  { reference }: Funding,
  { amount, step, userId }: DueFundingStep
) {
  const wallet = yield* lockAndReadWallet(sql, userId)
  const unsent = step === "take back" && wallet !== null && lacksFunds(wallet, amount)
    ? yield* lockUnsent(sql, userId)
    : []
  return { wallet, unsent, ...yield* readClockAndChargeback(sql, reference) }
})

const refused = (refusal: MoveRefusal): UnknownUser | DepositRefused =>
  refusal._tag === "UnknownUser"
    ? new UnknownUser({ userId: refusal.userId })
    : new DepositRefused({ refusal: refusal.refusal })

/** Concludes the events that told of a purchase whose buyer was unknown then. */
const writeWaiting = (
  sql: PgClient.PgClient,
  reference: string,
  { from, outcome, state }: NonNullable<FundingMove["waitingEvents"]>
) =>
  sql`
    UPDATE webhook_events SET state = ${state}, handled_at = app_now(), outcome = ${outcome}
    WHERE reference = ${reference} AND state = ${from}`

/** Writes what a step moves. Gives the rows of the funding's own movements, oldest first. */
const writeMove = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  { cancellation, funding, moved, waitingEvents }: FundingMove,
  user: DueFundingStep["userId"],
  now: Instant,
  metadata: Readonly<Record<string, unknown>> | null
) {
  const { newId, sql } = services
  yield* Effect.forEach(cancellation.canceled, (conclusion) => writeConclusion(services, conclusion, now), {
    discard: true
  })
  const rows = yield* writeMoves(sql, newId, now, { userId: user, metadata, ...moved })
  yield* storeFunding(sql, funding)
  if (waitingEvents !== null) yield* writeWaiting(sql, funding.reference, waitingEvents)
  return rows
})

/** Writes what was decided of a funding, with what its step moves. Gives it as it stands then, and the funding's movements. */
const write = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  { due, funding, shared }: FundingDecision,
  metadata: Readonly<Record<string, unknown>> | null
) {
  const { sql } = services
  if (shared !== null) yield* keepNames(sql, shared)
  if (due === null) {
    yield* storeFunding(sql, funding)
    const rows: ReadonlyArray<TransactionRow> = []
    return { funding, rows }
  }
  const facts = yield* moveFacts(sql, funding, due)
  const move = moveFunding(facts, funding, due)
  if (Result.isFailure(move)) return yield* refused(move.failure)
  const rows = yield* writeMove(services, move.success, due.userId, facts.now, metadata)
  return { funding: move.success.funding, rows }
})

/**
 * Locks a reference for the transaction, whoever it is for, and reads what stands under it and for whom its names do: the second to tell
 * something of it sees what the first did.
 */
const lockFunding = Effect.fnUntraced(function*(sql: PgClient.PgClient, reference: string, event: FundingEvent | null) {
  yield* sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`funding ${reference}`}, 0))`
  const earlier = yield* readFunding(sql, reference)
  return { earlier, matches: yield* matchesOf(sql, namesToMatch(earlier, event)) }
})

/** Records an event, as a transaction. `metadata` is kept with the movements. */
export const recordEvent = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  event: FundingEvent,
  metadata: Readonly<Record<string, unknown>> | null = null
) {
  const facts = yield* lockFunding(services.sql, canonicalReference(event.reference), event)
  const decision = recordFunding(facts, event)
  if (Result.isSuccess(decision)) return yield* write(services, decision.success, metadata)
  const { failure } = decision
  return yield* failure._tag === "UnknownUser" ? new UnknownUser(failure) : new FundingConflict(failure)
})

/** The references of a page of `readWaiting` that could be credited as things are, and the funding that the page ends with; null: none. */
export const findCreditable = Effect.fnUntraced(function*(sql: PgClient.PgClient, after: string | null) {
  const page = yield* readWaiting(sql, after)
  const matches = yield* matchesOf(sql, page.flatMap(({ names }) => names))
  const creditable = page.filter((earlier) => decideWaiting({ earlier, matches }) !== null)
  return { creditable: creditable.map(({ reference }) => reference), last: page.at(-1)?.reference ?? null }
})

/** Credits what waits under a reference, as a transaction. Null where nothing is to be credited. */
export const creditWaiting = Effect.fnUntraced(function*(services: WithdrawalServices, reference: string) {
  const decision = decideWaiting(yield* lockFunding(services.sql, reference, null))
  return decision === null ? null : yield* write(services, decision, null)
})
