/**
 * Money in on PostgreSQL, as steps of a transaction: what is told of a reference, and what that does to a wallet.
 *
 * One at a time a reference, by an advisory lock that comes before all others; then the wallet, then its withdrawals.
 */
import { lacksFunds } from "@ddd/core/money/ConcludeWithdrawal"
import { decidePurchase, type PurchaseDecision, whyOpen } from "@ddd/core/money/DecidePurchase"
import { depositMoney, purchaseMoney } from "@ddd/core/money/FourEyes"
import type { CreditStatus, Funding, FundingEvent } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import { cents } from "@ddd/core/money/Money"
import { type FundingMove, type MoveFacts, moveFunding } from "@ddd/core/money/MoveFunding"
import {
  creditWaiting as decideWaiting,
  type DueFundingStep,
  type FundingDecision,
  type FundingRefusal,
  namesToMatch,
  recordFunding
} from "@ddd/core/money/RecordFunding"
import { FundingConflict, PurchaseNotOpen } from "@ddd/core/ports/Fundings"
import { moveError, ReferenceRefused, UnknownUser } from "@ddd/core/ports/Ledger"
import { userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { centsOrNull, instantOf, type TransactionRow } from "../database/Rows.ts"
import { type Gate, held } from "../operators/ApprovalRows.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"
import { writeExcess } from "../play/ExcessRows.ts"
import { excludedNamesOf, keepNames, matchesOf, unmark } from "./BuyerNameRows.ts"
import { writeMoves } from "./WalletMoves.ts"
import { lockAndReadWallet, lockUnsent, type WithdrawalServices, writeConclusion } from "./WithdrawalRows.ts"

export interface FundingRow {
  readonly reference: string
  readonly purchased: boolean
  readonly refunded: boolean
  readonly refund_reversed: boolean
  readonly given: CreditStatus
  readonly user_id: string | null
  readonly amount: bigint | null
  readonly price: bigint | null
  readonly price_currency: string | null
  readonly refund_price: bigint | null
  readonly refund_currency: string | null
  readonly refund_amount: bigint | null
  readonly refund_id: string | null
  readonly held_reason: string | null
  readonly names: ReadonlyArray<string>
}

export const fundingOf = (row: FundingRow): Funding => ({
  reference: row.reference,
  purchased: row.purchased,
  refunded: row.refunded,
  refundReversed: row.refund_reversed,
  creditStatus: row.given,
  userId: row.user_id === null ? null : userId(row.user_id),
  amount: centsOrNull(row.amount),
  price: centsOrNull(row.price),
  currency: row.price_currency,
  refundPrice: centsOrNull(row.refund_price),
  refundCurrency: row.refund_currency,
  refundAmount: centsOrNull(row.refund_amount),
  refundId: row.refund_id,
  heldReason: row.held_reason,
  names: row.names
})

export const fundingColumns = (sql: PgClient.PgClient) =>
  sql.literal(`reference, purchased, refunded, refund_reversed, given, user_id, (amount * 100)::bigint AS amount,
    (price * 100)::bigint AS price, (refund_price * 100)::bigint AS refund_price, (refund_amount * 100)::bigint AS refund_amount,
    price_currency, refund_currency, refund_id, held_reason, CASE WHEN held_reason IS NULL THEN names ELSE held_names END AS names`)

export const readFunding = (sql: PgClient.PgClient, reference: string) =>
  Effect.map(
    sql<FundingRow>`SELECT ${fundingColumns(sql)} FROM fundings WHERE reference = ${reference}`,
    ([row]) => row === undefined ? null : fundingOf(row)
  )

/** Servers that know of no purchase that is held would credit it by its names: it has them elsewhere. */
const storeFunding = (sql: PgClient.PgClient, funding: Funding) => {
  const { amount, creditStatus, heldReason, names, price, purchased, reference, refundAmount, refundPrice } = funding
  const heldNames = heldReason === null ? null : names
  return sql`
    INSERT INTO fundings AS f (reference, purchased, refunded, refund_reversed, given, user_id, amount, price, refund_price,
      price_currency, refund_currency, refund_amount, refund_id, held_reason, held_names, names)
    VALUES (${reference}, ${purchased}, ${funding.refunded}, ${funding.refundReversed}, ${creditStatus},
      ${funding.userId}::uuid, ${amount}::bigint * 0.01, ${price}::bigint * 0.01, ${refundPrice}::bigint * 0.01,
      ${funding.currency}, ${funding.refundCurrency}, ${refundAmount}::bigint * 0.01, ${funding.refundId},
      ${heldReason}, ${heldNames}::text[],
      ${heldNames === null ? names : []}::text[])
    ON CONFLICT (reference) DO UPDATE SET purchased = EXCLUDED.purchased, refunded = EXCLUDED.refunded,
      refund_reversed = EXCLUDED.refund_reversed, given = EXCLUDED.given, user_id = EXCLUDED.user_id,
      amount = EXCLUDED.amount, price = EXCLUDED.price, refund_price = EXCLUDED.refund_price,
      price_currency = EXCLUDED.price_currency, refund_currency = EXCLUDED.refund_currency,
      refund_amount = EXCLUDED.refund_amount, refund_id = EXCLUDED.refund_id, held_reason = EXCLUDED.held_reason, held_names = EXCLUDED.held_names,
      updated_at = app_now(),
      -- of a buyer who is known they are as they were: what an erasure took out meanwhile stays out
      names = CASE WHEN f.user_id IS NULL THEN EXCLUDED.names ELSE f.names END`
}

interface ClockRow {
  readonly clock: Date
  readonly is_erased: boolean
  readonly chargeback_id: string | null
  readonly withdrawable_delta: bigint | null
}

/** The clock, whether a player is erased by now, and what took a deposit back; null where nothing did. */
const readClockAndChargeback = (sql: PgClient.PgClient, reference: string, user: DueFundingStep["userId"]) =>
  Effect.map(
    sql<ClockRow>`
      SELECT app_now() AS clock, EXISTS (SELECT FROM users WHERE id = ${user}::uuid AND erased_at IS NOT NULL) AS is_erased,
        c.id AS chargeback_id, (c.withdrawable_delta * 100)::bigint AS withdrawable_delta
      FROM (SELECT) one LEFT JOIN transactions c ON c.type = 'chargeback' AND c.reference_id = ${reference}`,
    ([row]): Pick<MoveFacts, "chargeback" | "isErased" | "now"> => {
      const { chargeback_id: id, clock, is_erased: isErased, withdrawable_delta: delta } = row!
      return {
        now: instantOf(clock),
        isErased,
        chargeback: id === null || delta === null ? null : { id, withdrawableDelta: cents(delta) }
      }
    }
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
  return { wallet, unsent, ...yield* readClockAndChargeback(sql, reference, userId) }
})

/** Concludes the events of a reference that waited. */
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
  { cancellation, excess, funding, moved, waitingEvents }: FundingMove,
  user: DueFundingStep["userId"],
  now: Instant,
  metadata: Readonly<Record<string, unknown>> | null
) {
  const { newId, sql } = services
  yield* Effect.forEach(cancellation.canceled, (conclusion) => writeConclusion(services, conclusion, now), {
    discard: true
  })
  const rows: ReadonlyArray<TransactionRow> = moved.movements.length === 0
    ? []
    : yield* writeMoves(sql, newId, now, { userId: user, metadata, ...moved })
  if (excess !== null) yield* writeExcess(sql, user, rows, excess)
  yield* storeFunding(sql, funding)
  if (waitingEvents !== null) yield* writeWaiting(sql, funding.reference, waitingEvents)
  return rows
})

/** Writes what was decided of a funding, with what its step moves. Gives it as it stands then, and the funding's movements. */
const write = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  { due, funding, shared, waitingEvents }: FundingDecision,
  metadata: Readonly<Record<string, unknown>> | null
) {
  const { sql } = services
  if (shared !== null) yield* keepNames(sql, shared)
  if (due === null) {
    yield* storeFunding(sql, funding)
    if (waitingEvents !== null) yield* writeWaiting(sql, funding.reference, waitingEvents)
    const rows: ReadonlyArray<TransactionRow> = []
    return { funding, rows }
  }
  const facts = yield* moveFacts(sql, funding, due)
  const move = moveFunding(facts, funding, due)
  if (Result.isFailure(move)) return yield* moveError(move.failure)
  const rows = yield* writeMove(services, move.success, due.userId, facts.now, metadata)
  return { funding: move.success.funding, rows }
})

/**
 * Locks a reference for the transaction, whoever it is for: the second to tell something of it sees what the first did. Says that this
 * server knows refunds of a part: the database takes refunds of no other.
 */
const lockReference = (sql: PgClient.PgClient, reference: string) =>
  sql`
    SELECT set_config('ddd.knows', 'refunds of a part', true)
    FROM pg_advisory_xact_lock(hashtextextended(${`funding ${reference}`}, 0))`

/** Reads what stands under a reference that is locked, and for whom names do. */
const readFacts = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  reference: string,
  namesOf: (earlier: Funding | null) => ReadonlyArray<string>
) {
  const earlier = yield* readFunding(sql, reference)
  const names = namesOf(earlier)
  return { earlier, matches: yield* matchesOf(sql, names), excludedNames: yield* excludedNamesOf(sql, names) }
})

const lockFunding = (
  sql: PgClient.PgClient,
  reference: string,
  namesOf: (earlier: Funding | null) => ReadonlyArray<string>
) => Effect.andThen(lockReference(sql, reference), readFacts(sql, reference, namesOf))

const notRecorded = (refusal: FundingRefusal): FundingConflict | ReferenceRefused | UnknownUser => {
  switch (refusal._tag) {
    case "FundingConflict":
      return new FundingConflict(refusal)
    case "ReferenceRefused":
      return new ReferenceRefused(refusal)
    case "UnknownUser":
      return new UnknownUser(refusal)
  }
}

/** Records an event, as a transaction. `metadata` is kept with the movements. */
export const recordEvent = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  event: FundingEvent,
  metadata: Readonly<Record<string, unknown>> | null = null
) {
  const facts = yield* lockFunding(
    services.sql,
    canonicalReference(event.reference),
    (earlier) => namesToMatch(earlier, event)
  )
  const decision = recordFunding(facts, event)
  if (Result.isFailure(decision)) return yield* notRecorded(decision.failure)
  const written = yield* write(services, decision.success, metadata)
  return { ...written, earlier: facts.earlier, openReason: whyOpen(written.funding, facts.matches) }
})

/**
 * Asks before a deposit is credited that our own machines tell of: what waits, or null where `recordEvent` may go on. Locks the reference,
 * for the same transaction.
 */
export const holdDeposit = Effect.fnUntraced(function*(
  { sql }: WithdrawalServices,
  event: FundingEvent,
  metadata: Readonly<Record<string, unknown>> | null,
  gate: Gate
) {
  const facts = yield* lockFunding(sql, canonicalReference(event.reference), (earlier) => namesToMatch(earlier, event))
  const decision = recordFunding(facts, event)
  if (Result.isFailure(decision)) return yield* notRecorded(decision.failure)
  const { due, funding } = decision.success
  return due?.step === "credit" ? yield* gate(depositMoney(funding.reference, due, metadata)) : null
})

/**
 * Credits what waits under a reference, as a transaction; whether it was credited. Its marks go before it is read: one that is not seen
 * here is of a name that is not, and stays.
 */
export const creditWaiting = Effect.fnUntraced(function*(services: WithdrawalServices, reference: string) {
  const { sql } = services
  yield* lockReference(sql, reference)
  yield* unmark(sql, reference)
  const decision = decideWaiting(yield* readFacts(sql, reference, (earlier) => namesToMatch(earlier, null)))
  return decision !== null && (yield* write(services, decision, null)).rows.length > 0
})

/** Carries a person's decision about an open purchase out, as a transaction; or has what it credits wait where `gate` says so. */
export const decideOpen = Effect.fnUntraced(function*(
  services: WithdrawalServices,
  reference: string,
  decided: PurchaseDecision,
  entryOf: (funding: Funding) => NewOperatorEntry,
  gate: Gate
) {
  const names = decided._tag === "Credit" ? [decided.userId] : []
  const decision = decidePurchase(yield* lockFunding(services.sql, canonicalReference(reference), () => names), decided)
  if (Result.isSuccess(decision)) {
    const { due, funding } = decision.success
    const waits = due === null ? null : yield* gate(purchaseMoney(funding.reference, due))
    if (waits !== null) return waits
    const written = yield* write(services, decision.success, { decidedBy: "operator" })
    yield* writeEntry(services, entryOf(funding))
    return held(written)
  }
  const { failure } = decision
  return yield* failure._tag === "UnknownUser" ? new UnknownUser(failure) : new PurchaseNotOpen(failure)
})
