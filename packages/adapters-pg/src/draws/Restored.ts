/** Begins a new epoch on a database that a backup replaced, and keeps what was lost with the state before (docs/decisions/0053). */
import { epochMax } from "@ddd/core/draws/Epoch"
import { type Lost, lostDay, lostText, nextEpoch } from "@ddd/core/draws/Remembered"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { drawId } from "@ddd/core/values/Ids"
import { logged, type OperatorAct } from "@ddd/core/values/OperatorAct"
import { PgClient } from "@effect/sql-pg"
import { Data, Effect } from "effect"
import { notesOf, type NotesRow } from "../database/Rows.ts"
import { inTransaction } from "../database/Transaction.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"
import { epochColumn, readLost } from "./Behind.ts"

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

const describe = (lost: Lost) => ({ what: lostText(lost), day: lostDay(lost) })

/**
 * Begins the epoch `expected`, which `readLoss` said; what is lost is read again under the lock that keeps others from doing the same.
 * Gives what was lost; null where another epoch would begin by now.
 */
export const beginEpoch = Effect.fn("Restored.beginEpoch")(function*(
  acknowledged: AcknowledgedService,
  expected: number,
  act: OperatorAct
) {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const lost = yield* Effect.gen(function*() {
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
    yield* writeEntry({ sql, newId }, logged(act, "epoch", String(next), { lost: lost.length }))
    return lost
  }).pipe(inTransaction(sql))
  if (lost === null) return null
  acknowledged.begun(expected)
  acknowledged.found([])
  return lost
})

/** The draws of the last days and of the days ahead, of which whoever begins to remember remembers first. */
const standingMax = 30

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
})
