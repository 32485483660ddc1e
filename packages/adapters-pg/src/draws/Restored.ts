/** Begins a new epoch on a database that a backup replaced, and keeps what was lost with the state before (docs/decisions/0053). */
import { epochMax } from "@ddd/core/draws/Epoch"
import { type Lost, lostDay, lostText, nextEpoch } from "@ddd/core/draws/Remembered"
import { recordAgain, recordSending, type SentWithdrawal, sentWithdrawal } from "@ddd/core/money/LostWithdrawal"
import type { Cents } from "@ddd/core/money/Money"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Outbox } from "@ddd/core/ports/Outbox"
import { drawId } from "@ddd/core/values/Ids"
import { logged, type OperatorAct } from "@ddd/core/values/OperatorAct"
import { PgClient } from "@effect/sql-pg"
import { Data, Effect, Result } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { notesOf, type NotesRow } from "../database/Rows.ts"
import { inTransaction } from "../database/Transaction.ts"
import { addJobs } from "../jobs/OutboxPg.ts"
import { writeMoves } from "../money/WalletMoves.ts"
import {
  insertWithdrawal,
  lockAndReadWallet,
  lockToConclude,
  storeWithdrawal,
  withdrawalColumns,
  withdrawalOf,
  type WithdrawalRow,
  type WithdrawalServices
} from "../money/WithdrawalRows.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"
import { epochColumn, readLost } from "./Behind.ts"
import { readStandingMeasures } from "./StandingMeasures.ts"

/** No epoch can begin. Nothing was changed. */
export class NoEpochLeft extends Data.TaggedError("NoEpochLeft")<{ readonly message: string }> {}

/** Which database this is, wherever it was put back. */
export const readIdentity = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ readonly id: string }>`SELECT id FROM database_identity`
  return row === undefined ? yield* Effect.die(new Error("the row of database_identity is gone")) : row.id
})

/** What would begin, and what was lost, as far as it is remembered. Changes nothing. */
export const readLoss = Effect.fnUntraced(function*(acknowledged: AcknowledgedService) {
  const sql = yield* PgClient.PgClient
  const { epoch, lost } = yield* readLost(sql, acknowledged)
  const next = nextEpoch(epoch, acknowledged.newestEpoch())
  if (next <= epochMax) return { next, lost }
  return yield* new NoEpochLeft({ message: `There have been ${epochMax} epochs, and there can be no more.` })
})

/** Serialises beginning an epoch. */
const turn = "ddd epochs"

/** What became of a withdrawal that was lost. */
export interface WithdrawalOutcome {
  readonly withdrawal: SentWithdrawal
  /** What its player owes since, where it is recorded again; null where it could not be, or its sending alone was lost. */
  readonly owed: Cents | null
  /** Why it could not be, a clause; null where it is. */
  readonly problem: string | null
}

/** Records a lost withdrawal again: its money left the wallet. It is looked for at the provider, and not sent. */
const recordWithdrawal = Effect.fnUntraced(function*(services: WithdrawalServices, withdrawal: SentWithdrawal) {
  const { newId, outbox, sql } = services
  const failed = (problem: string): WithdrawalOutcome => ({ withdrawal, owed: null, problem })
  const { id, userId } = withdrawal
  const stored = yield* lockToConclude(sql, id)
  // its sending was lost, and is recorded, unless it was called off by then
  if (stored !== null && stored.withdrawal.turn === 0) {
    return failed("it came to an end here, and its money is in the wallet")
  }
  if (stored !== null) return { withdrawal, owed: null, problem: null } satisfies WithdrawalOutcome
  const wallet = yield* lockAndReadWallet(sql, userId)
  if (wallet === null) return failed("nobody of that id is in this database")
  const now = yield* clockOf(sql)
  const decided = recordAgain(wallet, withdrawal, now)
  if (Result.isFailure(decided)) return failed("the wallet cannot owe as much")
  const { jobs, moved, owed, recorded } = decided.success
  const types = moved.movements.map(({ type }) => type)
  // one after the other, as they are written
  yield* writeMoves(sql, (at) => types.shift() === "withdrawal" ? id : newId(at), now, { userId, ...moved })
  yield* insertWithdrawal(sql, recorded)
  yield* addJobs(outbox, jobs)
  return { withdrawal, owed, problem: null } satisfies WithdrawalOutcome
})

/** What was sent is not sent again, nor given back, because its row is of before that: it is looked for. */
const recordSendings = Effect.fnUntraced(function*(sql: PgClient.PgClient, acknowledged: AcknowledgedService) {
  const sent = new Map(acknowledged.withdrawals().map((each) => [each.id, each]))
  const rows = yield* sql<{ readonly id: string }>`
    SELECT id FROM withdrawals WHERE id = ANY(${[
    ...sent.keys()
  ]}::uuid[]) AND status = 'pending' AND transfer_status = 'unsent'
    ORDER BY id`
  for (const { id } of rows) {
    const [stored, remembered] = [yield* lockToConclude(sql, id), sent.get(id)]
    const recorded = stored === null || remembered === undefined ? null : recordSending(stored, remembered, stored.now)
    if (recorded !== null) yield* storeWithdrawal(sql, recorded)
  }
})

/** Says, for this transaction, that withdrawals are recorded which were sent before: they may take what rests (migration 0041). */
const knowsLostWithdrawals = (sql: PgClient.PgClient) => sql`SELECT set_config('ddd.knows', 'lost withdrawals', true)`

const describe = (lost: Lost) => ({ what: lostText(lost), day: lostDay(lost) })

interface KnownLoss {
  readonly kind: "withdrawal" | "measure"
  readonly id: string
}

/** Has no host wait for these any more. */
const keepKnown = (sql: PgClient.PgClient, epoch: number, known: ReadonlyArray<KnownLoss>) =>
  sql`
    INSERT INTO known_losses (kind, id, epoch)
    SELECT k.kind, k.id, ${epoch}::int
    FROM unnest(${known.map(({ kind }) => kind)}::text[], ${known.map(({ id }) => id)}::uuid[]) AS k (kind, id)`

/**
 * Begins the epoch `expected`, which `readLoss` said, and with it records again the withdrawals that are lost; what is lost is read again under
 * the lock that keeps others from doing the same. `isTold`: whether the measure of this id was carried out again, or said to be lost; it is
 * not lost any more. Gives what was lost; null where another epoch would begin by now.
 */
export const beginEpoch = Effect.fn("Restored.beginEpoch")(function*(
  acknowledged: AcknowledgedService,
  expected: number,
  act: OperatorAct,
  isTold: (measure: string) => boolean
) {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const outbox = yield* Outbox
  const begun = yield* Effect.gen(function*() {
    yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`
    const { lost, next } = yield* readLoss(acknowledged)
    if (next !== expected) return null
    yield* sql`
      INSERT INTO epochs (number, begun_by, lost) VALUES (${next}, ${act.operator}, ${
      JSON.stringify(lost.map(describe))
    }::jsonb)`
    const records = lost.flatMap((each) => each._tag === "Record" ? [{ ...each, day: lostDay(each) }] : [])
    yield* sql`
      INSERT INTO lost_records (draw_id, kind, draw_date, note, epoch)
      SELECT r.draw_id, r.kind, nullif(r.day, '')::date, r.note, ${next}::int
      FROM unnest(${records.map((record) => record.drawId)}::uuid[], ${records.map(({ kind }) => kind)}::text[],
        ${records.map(({ day }) => day ?? "")}::text[], ${
      records.map(({ note }) => note)
    }::text[]) AS r (draw_id, kind, day, note)`
    yield* knowsLostWithdrawals(sql)
    // the oldest first: of two that are owed, the newer one is
    const withdrawals = lost.flatMap((each) => each._tag === "Withdrawal" ? [each.withdrawal] : [])
      .toSorted((a, b) => a.id < b.id ? -1 : 1)
    yield* recordSendings(sql, acknowledged)
    const outcomes = yield* Effect.forEach(withdrawals, (one) => recordWithdrawal({ sql, newId, outbox }, one))
    const told = lost.flatMap((each) => each._tag === "Measure" && isTold(each.taken.id) ? [each.taken] : [])
    yield* keepKnown(sql, next, [
      ...outcomes.filter(({ problem }) => problem !== null).map(({ withdrawal: { id } }) =>
        ({ kind: "withdrawal", id }) as const
      ),
      ...told.map(({ id }) => ({ kind: "measure", id }) as const)
    ])
    yield* writeEntry(
      { sql, newId },
      logged(act, "epoch", String(next), { lost: lost.length, withdrawals: withdrawals.length })
    )
    return { lost, withdrawals: outcomes }
  }).pipe(inTransaction(sql))
  if (begun === null) return null
  acknowledged.begun(expected)
  acknowledged.found(begun.lost.filter((each) => each._tag === "Measure" && !isTold(each.taken.id)))
  return begun
})

/** The draws of the last days and of the days ahead, of which whoever begins to remember remembers first. */
const standingMax = 30

/** The withdrawals that it remembers first. */
const standingSentMax = 10_000

/** Remembers what stands in the database, which is not behind: it may hold more than was remembered. */
export const rememberStanding = Effect.fnUntraced(function*(acknowledged: AcknowledgedService) {
  const sql = yield* PgClient.PgClient
  const rows = yield* sql<NotesRow & { readonly id: string; readonly total_entries: number; readonly epoch: number }>`
    SELECT id, total_entries, open_note, lock_note, result_note, ${epochColumn(sql)} FROM draws
    WHERE draw_date IS NOT NULL ORDER BY draw_date DESC LIMIT ${standingMax}`
  for (const row of rows) {
    const id = drawId(row.id)
    acknowledged.published(id, row.epoch, notesOf(row))
    acknowledged.sold(id, row.epoch, row.total_entries)
  }
  // those that have a turn to come: under way, or watched for a week; by the index of what is due
  const sent = yield* sql<WithdrawalRow>`
    SELECT ${
    withdrawalColumns(sql)
  } FROM withdrawals w WHERE w.due_at IS NOT NULL ORDER BY w.due_at LIMIT ${standingSentMax}`
  acknowledged.sent(sent.flatMap((row) => sentWithdrawal(withdrawalOf(row)) ?? []))
  acknowledged.took(yield* readStandingMeasures)
})
