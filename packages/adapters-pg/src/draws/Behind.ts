/**
 * Whether the database is behind what was acknowledged outside it, as after a backup was put back (docs/decisions/0053).
 *
 * Where it is, nothing is sold on it and nothing signed, until `ddd restored` begins a new epoch.
 */
import { type Lost, lostOf, lostOfPlayers, lostText, type NoteKind } from "@ddd/core/draws/Remembered"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { type DrawId, drawId, type UserId } from "@ddd/core/values/Ids"
import { PgClient } from "@effect/sql-pg"
import { Data, Effect } from "effect"
import type { SqlError } from "effect/sql"
import { instantOf, notesOf, type NotesRow } from "../database/Rows.ts"

/** The database lacks what was acknowledged, or what is done on it could not be remembered. Nothing was changed. */
export class Suspended extends Data.TaggedError("Suspended")<{ readonly message: string }> {}

export const behindText =
  "the database is behind what was acknowledged: a backup was put back, or a replica that lagged took over. " +
  "Nothing is sold, drawn or paid out on it; run `ddd restored`, which lists what was lost"

const behind = () => new Suspended({ message: behindText })

/** The epoch of the database, beside what is read of a draw. */
export const epochColumn = (sql: Pick<PgClient.PgClient, "literal">) =>
  sql.literal("(SELECT coalesce(max(number), 0) FROM epochs) AS epoch")

/** What is compared of a draw. */
interface HeldRow extends NotesRow {
  readonly id: string
  readonly total_entries: number
}

/** Draws that are compared by one statement. */
const atOnce = 500

const readEpoch = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<{ readonly epoch: number }>`SELECT ${epochColumn(sql)}`,
    ([row]) => row?.epoch ?? 0
  )

/** Rows that are looked for by one statement. */
const idsAtOnce = 5_000

/** Where what has an id would be: of withdrawals a turn too, since before one they are not remembered. */
const places = {
  withdrawal: "SELECT FROM withdrawals t WHERE t.id = i.id AND t.turn > 0",
  measure: "SELECT FROM security_events t WHERE t.id = i.id"
}

/** Which of some ids the database does not hold, and does not know to be lost. */
const readMissing = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  kind: keyof typeof places,
  ids: ReadonlyArray<string>
) {
  const missing = new Set<string>()
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const rows = yield* sql<{ readonly id: string }>`
      SELECT i.id FROM unnest(${ids.slice(from, from + idsAtOnce)}::uuid[]) AS i (id)
      WHERE NOT EXISTS (${sql.literal(places[kind])})
        AND NOT EXISTS (SELECT FROM known_losses k WHERE k.kind = ${kind} AND k.id = i.id)`
    for (const { id } of rows) missing.add(id)
  }
  return missing
})

/** What the database lacks of what is remembered of players. */
const readLostOfPlayers = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  acknowledged: AcknowledgedService
) {
  const [withdrawals, measures] = [acknowledged.withdrawals(), acknowledged.measures()]
  const unpaid = yield* readMissing(sql, "withdrawal", withdrawals.map(({ id }) => id))
  const untaken = yield* readMissing(sql, "measure", measures.map(({ id }) => id))
  return lostOfPlayers(withdrawals, measures, (id) => !unpaid.has(id) && !untaken.has(id))
})

/** That a backup was put back by `ddd restore`, and no epoch has begun since. */
const readPutBack = Effect.fnUntraced(function*(sql: PgClient.PgClient, epoch: number) {
  const rows = yield* sql<{ readonly made_at: Date }>`SELECT made_at FROM put_back WHERE epoch >= ${epoch}::int`
  return rows.map((row): Lost => ({ _tag: "PutBack", madeAt: instantOf(row.made_at) }))
})

/** What the database lacks of all that is remembered, or of the draw `only`. */
export const readLost = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  acknowledged: AcknowledgedService,
  only?: DrawId
) {
  const remembered = acknowledged.all().filter(({ id }) => only === undefined || id === only)
  const epoch = yield* readEpoch(sql)
  const lost: Array<Lost> = epoch < acknowledged.newestEpoch()
    ? [{ _tag: "Epoch", number: acknowledged.newestEpoch() }]
    : []
  for (let from = 0; from < remembered.length; from += atOnce) {
    const part = remembered.slice(from, from + atOnce)
    const ids = part.map(({ id }) => id)
    const rows = yield* sql<HeldRow>`
      SELECT id, total_entries, open_note, lock_note, result_note FROM draws WHERE id = ANY(${ids}::uuid[])`
    const told = yield* sql<{ readonly draw_id: string; readonly kind: NoteKind }>`
      SELECT draw_id, kind FROM lost_records WHERE draw_id = ANY(${ids}::uuid[])`
    const stored = new Map(rows.map((row) => [drawId(row.id), row]))
    const known = new Set(told.map((row) => `${row.draw_id} ${row.kind}`))
    for (const draw of part) {
      const row = stored.get(draw.id)
      const held = row === undefined ? null : { entries: row.total_entries, notes: notesOf(row) }
      lost.push(...lostOf(draw, held, epoch, (kind) => known.has(`${draw.id} ${kind}`)))
    }
  }
  if (only === undefined) {
    lost.push(...yield* readLostOfPlayers(sql, acknowledged), ...yield* readPutBack(sql, epoch))
  }
  return { epoch, lost }
})

/**
 * Compares all that is remembered with the database, and keeps what it lacks; says so in the log where that is new, unless `isTold` otherwise.
 */
export const compare = Effect.fn("Behind.compare")(function*(acknowledged: AcknowledgedService, isTold = false) {
  const before = acknowledged.lost().length
  const { epoch, lost } = yield* readLost(yield* PgClient.PgClient, acknowledged)
  // what is remembered of players from here on is of this epoch, whoever began it
  if (epoch > acknowledged.newestEpoch()) acknowledged.begun(epoch)
  acknowledged.found(lost)
  if (lost.length > 0 && before === 0 && !isTold) {
    yield* Effect.logError(behindText, { lost: lost.slice(0, 20).map(lostText), more: Math.max(0, lost.length - 20) })
  }
  return lost
})

/** Fails where the database is known to be behind. */
export const requireUpToDate = (acknowledged: AcknowledgedService): Effect.Effect<void, Suspended> =>
  Effect.suspend(() => acknowledged.lost().length === 0 ? Effect.void : Effect.fail(behind()))

/**
 * Fails where the database lacks a withdrawal of this player that left: the standby that took over a moment ago may have lagged. Under the lock
 * of the player's wallet.
 */
export const requireWithdrawals = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  acknowledged: AcknowledgedService,
  user: UserId
) {
  const remembered = acknowledged.withdrawalsOf(user).filter(({ isOver }) => !isOver)
  if (remembered.length === 0) return
  const missing = yield* readMissing(sql, "withdrawal", remembered.map(({ id }) => id))
  if (missing.size === 0) return
  const lost = lostOfPlayers(remembered, [], (id) => !missing.has(id))
  if (lost.length === 0) return
  acknowledged.found(lost)
  yield* Effect.logError(behindText, { lost: lost.map(lostText) })
  return yield* behind()
})

/** Which database a connection leads to, and on which server: another one where a standby took over, or it was put back. */
export const readPlace = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ readonly place: string }>`
    SELECT concat(oid, ' ', pg_postmaster_start_time(), ' ', (SELECT max(number) FROM epochs)) AS place
    FROM pg_database WHERE datname = current_database()`
  return row?.place ?? ""
})

/** Fails also where what is sold or signed could not be remembered. */
export const requireMemory = (acknowledged: AcknowledgedService): Effect.Effect<void, Suspended> =>
  Effect.suspend(() => {
    const problem = acknowledged.problem()
    return problem === null ? requireUpToDate(acknowledged) : Effect.fail(new Suspended({ message: problem }))
  })

/** Keeps that the database lacks something of a draw, as a sale has read it, and fails. */
export const refuseBehind = (acknowledged: AcknowledgedService, id: DrawId, epoch: number, entries: number) =>
  Effect.gen(function*() {
    const isNew = acknowledged.lost().length === 0
    const newestEpoch = acknowledged.newestEpoch()
    const lost: Lost = epoch < newestEpoch
      ? { _tag: "Epoch", number: newestEpoch }
      : { _tag: "Tickets", drawId: id, from: entries + 1, to: acknowledged.entriesOf(id, epoch) }
    if (isNew) {
      acknowledged.found([lost])
      yield* Effect.logError(behindText, { lost: lostText(lost) })
    }
    return yield* behind()
  })

interface Signing {
  readonly sql: PgClient.PgClient
  readonly acknowledged: AcknowledgedService
}

/** Remembers what is published of a draw. */
const rememberPublished = Effect.fnUntraced(function*({ acknowledged, sql }: Signing, id: DrawId) {
  const [row] = yield* sql<NotesRow & { readonly epoch: number }>`
    SELECT open_note, lock_note, result_note, ${epochColumn(sql)} FROM draws WHERE id = ${id}::uuid`
  if (row !== undefined) acknowledged.published(id, row.epoch, notesOf(row))
})

/** What was done by a step is done, whether or not the database can be asked what to remember of it: the next start does. */
const orLogged = (remembering: Effect.Effect<void, SqlError.SqlError>) =>
  Effect.catchCause(remembering, (cause) => Effect.logWarning("what was signed could not be remembered", cause))

/** Fails where the database is known to be behind, lacks something of this draw, or what is signed of it could not be remembered. */
export const requireDraw = Effect.fnUntraced(function*({ acknowledged, sql }: Signing, id: DrawId) {
  yield* requireMemory(acknowledged)
  const { lost } = yield* readLost(sql, acknowledged, id)
  if (lost.length === 0) return
  acknowledged.found(lost)
  yield* Effect.logError(behindText, { lost: lost.map(lostText) })
  return yield* behind()
})

/** Remembers what is published of a draw now; what was done is done, whether or not that can be read: the next start reads it. */
export const remember = (services: Signing, id: DrawId): Effect.Effect<void> =>
  orLogged(rememberPublished(services, id))

/** Does what may sign a record of a draw, unless the database lacks something of it, and remembers what is published after it. */
export const signing = (services: Signing, id: DrawId) => <A, E, R>(step: Effect.Effect<A, E, R>) =>
  requireDraw(services, id).pipe(Effect.andThen(step), Effect.tap(() => remember(services, id)))

/** The same where draws begin: gives their ids. */
export const publishing = (services: Signing) => <E, R>(publish: Effect.Effect<ReadonlyArray<DrawId>, E, R>) =>
  requireMemory(services.acknowledged).pipe(
    Effect.andThen(publish),
    Effect.tap((made) => Effect.forEach(made, (id) => remember(services, id), { discard: true }))
  )
