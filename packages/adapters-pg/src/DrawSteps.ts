/**
 * The steps of a draw's life on PostgreSQL: each done once, under the draw's row, by whichever node comes first.
 *
 * The outcome is computed from the locked draw, which no longer changes, before any lock is taken; then wallets by ascending
 * user id, then the draw, whose state is checked again (DESIGN.md, "Money", lock order).
 */
import { daysToPublish, type DrawStatus, type DrawStep } from "@ddd/core/Draw"
import { type DrawId, drawId, houseUserId, ticketId, type UserId, userId } from "@ddd/core/Ids"
import { type Day, formatInstant, type Instant } from "@ddd/core/Instant"
import { decodeFrontier, emptyFrontier, encodeFrontier, root } from "@ddd/core/Merkle"
import type { Cents } from "@ddd/core/Money"
import { parseNote } from "@ddd/core/Note"
import { type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { Outbox } from "@ddd/core/ports/Outbox"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Sealing } from "@ddd/core/ports/Sealing"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { formatLock, formatOpen, formatResult } from "@ddd/core/Record"
import { lockDaily, openDaily, outcomeOf, resultRecord } from "@ddd/core/Settlement"
import { collectFee, isRefusal, winPrize } from "@ddd/core/Wallet"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import type { SqlError } from "effect/sql"
import { tellStatus } from "./DrawEventsPg.ts"
import { instantOf, instantOrNull, walletColumns, walletOf, type WalletRow } from "./Rows.ts"
import { tileDraw } from "./TicketTiles.ts"
import { retryConflicts } from "./Transaction.ts"
import { writeMoves } from "./WalletMoves.ts"

/** What the steps need of the outside. */
export interface StepServices {
  readonly sql: PgClient.PgClient
  readonly newId: Identifiers["Service"]["newId"]
  readonly outbox: Outbox["Service"]
  readonly signer: RecordSigner["Service"]
  readonly sealing: Sealing["Service"]
  readonly vault: SeedVault["Service"]
}

// any constant will do, as long as every node takes the same one
const publishLock = 4_702_331_890_116

/** The text under a note's signatures. Notes of this table were written by this program. */
export const textOf = (note: string): string => {
  const parsed = parseNote(note)
  if (parsed === undefined) throw new TypeError("a stored record is not a signed note")
  return parsed.text
}

const clockOf = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ readonly clock: Date }>`SELECT app_now() AS clock`, ([row]) => instantOf(row!.clock))

interface NewestRow {
  readonly draw_date: Day
  readonly open_note: string
}

/** Publishes the open records that are to stand by now, each with its seed sealed beside it. Gives the new draws' ids. */
export const publishAhead = ({ newId, sealing, signer, sql, vault }: StepServices) => {
  const newest = Effect.map(
    sql<NewestRow>`SELECT draw_date, open_note FROM draws WHERE kind = 'daily' ORDER BY draw_date DESC LIMIT 1`,
    ([row]) => row
  )
  const publish = Effect.gen(function*() {
    // one publisher at a time: what it reads below nobody else changes
    yield* sql`SELECT 1 FROM pg_advisory_xact_lock(${publishLock})`
    const last = yield* newest
    const clock = yield* clockOf(sql)
    let previous = last === undefined ? null : textOf(last.open_note)
    const made: Array<DrawId> = []
    for (const day of daysToPublish(clock, last?.draw_date ?? null)) {
      const id = drawId(newId(clock))
      const seed = yield* vault.generate
      const sealed = yield* vault.seal(id, seed)
      const record = openDaily(sealing.sha256, {
        id,
        date: day.date,
        opens: day.opensAt,
        closes: day.closesAt,
        seed: Redacted.value(seed),
        chain: null,
        previous
      })
      const text = formatOpen(record)
      const note = yield* signer.sign(text)
      const [opens, closes] = [formatInstant(day.opensAt), formatInstant(day.closesAt)]
      yield* sql`
        INSERT INTO draws (id, kind, draw_date, status, commitment_hash, opens_at, closes_at, seal_key_id, tree_frontier, open_note)
        VALUES (${id}::uuid, 'daily', ${day.date}::date, 'scheduled', ${record.commitment}, ${opens}::timestamptz,
          ${closes}::timestamptz, ${sealing.current.keyId}, ${encodeFrontier(emptyFrontier)}, ${note})`
      yield* sql`
        INSERT INTO draw_secrets (draw_id, key_id, nonce, ciphertext)
        VALUES (${id}::uuid, ${sealed.keyId}, ${sealed.nonce}, ${sealed.ciphertext})`
      previous = text
      made.push(id)
    }
    return made
  })
  return Effect.gen(function*() {
    // mostly there is nothing to do, and nobody need wait to see that
    const [last, clock] = [yield* newest, yield* clockOf(sql)]
    if (daysToPublish(clock, last?.draw_date ?? null).length === 0) return []
    return yield* retryConflicts(sql.withTransaction(publish))
  })
}

interface StepRow {
  readonly id: string
  readonly status: DrawStatus
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly draws_at: Date | null
  readonly last_purchased_at: Date | null
  readonly total_entries: number
  readonly tree_frontier: Uint8Array
  readonly tiled_at: Date | null
  readonly open_note: string
  readonly lock_note: string | null
  readonly clock: Date
}

const readDraw = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.map(
    sql<StepRow>`
      SELECT id, status, opens_at, closes_at, draws_at, last_purchased_at, total_entries, tree_frontier, tiled_at, open_note,
        lock_note, app_now() AS clock
      FROM draws WHERE id = ${id}::uuid`,
    ([row]) => row
  )

/** Locks the draw's row, waiting for whoever has it, and only then reads it and the clock. */
const lockAndRead = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.andThen(sql`SELECT 1 FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`, readDraw(sql, id))

const isPast = (at: Date | null, clock: Date): boolean => at !== null && at <= clock

/** `scheduled → open`. A sale that comes first has done it already. */
const open = Effect.fnUntraced(function*({ sql }: StepServices, id: DrawId) {
  const draw = yield* lockAndRead(sql, id)
  if (draw?.status !== "scheduled" || !isPast(draw.opens_at, draw.clock) || isPast(draw.closes_at, draw.clock)) {
    return false
  }
  yield* sql`UPDATE draws SET status = 'open' WHERE id = ${id}::uuid`
  yield* tellStatus(sql, id, "open")
  return true
})

/** `open → locked`: publishes how many tickets there are and the root of their tree. */
const lock = Effect.fnUntraced(function*({ sealing, signer, sql }: StepServices, id: DrawId) {
  // waits for the sale that holds the row: the hottest row at midnight is exactly this one
  const draw = yield* lockAndRead(sql, id)
  if (draw === undefined || (draw.status !== "open" && draw.status !== "scheduled")) return false
  if (!isPast(draw.closes_at, draw.clock)) return false
  const frontier = decodeFrontier(draw.tree_frontier)
  if (frontier === undefined || frontier.size !== draw.total_entries) {
    return yield* Effect.die(
      new Error(`the carried tree of draw ${id} does not hold its ${draw.total_entries} tickets`)
    )
  }
  const record = lockDaily(sealing.sha256, textOf(draw.open_note), {
    clock: instantOf(draw.clock),
    lastPurchasedAt: draw.last_purchased_at === null ? null : instantOf(draw.last_purchased_at),
    entries: draw.total_entries,
    root: root(sealing.sha256, frontier)
  })
  yield* sql`
    UPDATE draws SET status = 'locked', locked_at = ${formatInstant(record.locked)}::timestamptz,
      draws_at = ${formatInstant(record.draws)}::timestamptz, entries_root = ${record.root},
      lock_note = ${yield* signer.sign(formatLock(record))}
    WHERE id = ${id}::uuid`
  yield* tellStatus(sql, id, "locked")
  return true
})

interface SecretRow {
  readonly key_id: string
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

/** `locked → drawn`: reveals the seed, pays the winner and the house, publishes the result, and enqueues the winner's mail. */
const settle = Effect.fnUntraced(function*({ newId, outbox, sealing, signer, sql, vault }: StepServices, due: DueStep) {
  const { drawId: id } = due
  const draw = yield* readDraw(sql, id)
  if (draw?.status !== "locked" || !isPast(draw.draws_at, draw.clock) || draw.lock_note === null) return false
  const [secret] = yield* sql<SecretRow>`
    SELECT key_id, nonce, ciphertext FROM draw_secrets WHERE draw_id = ${id}::uuid`
  if (secret === undefined) return yield* new StepFailed({ due, message: `the seed of draw ${id} is missing` })
  const seed = Redacted.value(
    yield* Effect.mapError(
      vault.open(id, { keyId: secret.key_id, nonce: secret.nonce, ciphertext: secret.ciphertext }),
      (cause) => new StepFailed({ due, message: cause.message, cause })
    )
  )
  const [openText, lockText] = [textOf(draw.open_note), textOf(draw.lock_note)]
  const outcome = outcomeOf(sealing.sha256, openText, lockText, seed, null)
  const [winner] = outcome.winningPosition === null ?
    [] :
    yield* sql<{ readonly ticket_id: string; readonly user_id: string }>`
    SELECT ticket_id, user_id FROM tickets WHERE draw_id = ${id}::uuid AND position = ${outcome.winningPosition}`
  const record = resultRecord(
    sealing.sha256,
    lockText,
    seed,
    null,
    outcome,
    winner === undefined ? null : ticketId(winner.ticket_id)
  )
  const note = yield* signer.sign(formatResult(record))

  const pay = Effect.fnUntraced(function*(payees: ReadonlyArray<Payee>) {
    const users = payees.map((payee) => payee.userId)
    const columns = walletColumns(sql)
    // locks the wallets, then the draw
    const wallets = yield* sql<WalletRow>`
      SELECT ${columns} FROM wallets WHERE user_id = ANY(${users}::uuid[]) ORDER BY user_id FOR NO KEY UPDATE`
    const locked = yield* lockAndRead(sql, id)
    if (locked?.status !== "locked") return false
    for (const { amount, by, userId: user } of payees) {
      const row = wallets.find((wallet) => wallet.user_id === user)
      if (row === undefined) {
        return yield* new StepFailed({ due, message: `user ${user}, who is to be paid, has no wallet` })
      }
      const moved = by(walletOf(row), user, amount, id)
      if (isRefusal(moved)) {
        return yield* new StepFailed({ due, message: `the wallet of user ${user} cannot take ${amount} cents` })
      }
      yield* writeMoves(sql, newId, instantOf(locked.clock), { userId: user, ...moved })
    }
    yield* sql`
      UPDATE draws SET status = 'drawn', seed = ${record.seed}, winning_position = ${outcome.winningPosition}::int,
        drawn_at = ${locked.clock}, result_note = ${note}
      WHERE id = ${id}::uuid`
    yield* tellStatus(sql, id, "drawn")
    if (winner !== undefined) {
      yield* outbox.add(`winner ${id}`, { _tag: "MailWinner", userId: userId(winner.user_id), drawId: id })
    }
    return true
  })
  const payees: ReadonlyArray<Payee> = winner === undefined ? [] : [
    { userId: userId(winner.user_id), amount: outcome.prize, by: winPrize },
    { userId: houseUserId, amount: outcome.fee, by: collectFee }
  ]
  return yield* pay(payees).pipe(sql.withTransaction, retryConflicts)
})

interface Payee {
  readonly userId: UserId
  readonly amount: Cents
  readonly by: typeof winPrize
}

/** Writes the tiles of a locked draw's tree. Tickets of a locked draw never change, so this needs no lock. */
const tile = Effect.fnUntraced(function*({ sealing, sql }: StepServices, id: DrawId) {
  const draw = yield* readDraw(sql, id)
  if (draw === undefined || draw.lock_note === null || draw.tiled_at !== null) return false
  yield* tileDraw(sql, sealing.sha256, id, draw.total_entries)
  const done = yield* sql`
    UPDATE draws SET tiled_at = app_now() WHERE id = ${id}::uuid AND tiled_at IS NULL RETURNING 1 AS done`
  return done.length > 0
})

/** Does a due step; false where there was nothing to do any more. */
export const performStep = (
  services: StepServices,
  due: DueStep
): Effect.Effect<boolean, StepFailed | SqlError.SqlError | Unavailable> => {
  const inTransaction = (step: Effect.Effect<boolean, SqlError.SqlError>) =>
    retryConflicts(services.sql.withTransaction(step))
  switch (due.step) {
    case "open":
      return inTransaction(open(services, due.drawId))
    case "lock":
      return inTransaction(lock(services, due.drawId))
    case "tile":
      return tile(services, due.drawId)
    case "settle":
      return settle(services, due)
  }
}

interface DueRow {
  readonly id: string
  readonly step: DrawStep
  readonly due_at: Date
}

/** The steps that every undecided draw still has before it, with the instants at which they fall due. */
const stepsAhead = (sql: PgClient.PgClient) =>
  sql.literal(`
    SELECT id, 'open' AS step, opens_at AS due_at FROM draws WHERE status = 'scheduled' AND closes_at > app_now()
    UNION ALL
    SELECT id, 'lock', closes_at FROM draws WHERE status IN ('scheduled', 'open') AND closes_at IS NOT NULL
    UNION ALL
    SELECT id, 'settle', draws_at FROM draws WHERE status = 'locked'
    UNION ALL
    SELECT id, 'tile', locked_at FROM draws WHERE tiled_at IS NULL AND lock_note IS NOT NULL`)

/** What is due by the clock, oldest first. */
export const dueSteps = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<DueRow>`
      SELECT id, step, due_at FROM (${stepsAhead(sql)}) ahead WHERE due_at <= (SELECT app_now()) ORDER BY due_at, id`,
    (rows) => rows.map((row): DueStep => ({ drawId: drawId(row.id), step: row.step, dueAt: instantOf(row.due_at) }))
  )

/** When the next step falls due that is not due yet. */
export const nextDueAt = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<{ readonly due_at: Date | null }>`
      SELECT min(due_at) AS due_at FROM (${stepsAhead(sql)}) ahead WHERE due_at > (SELECT app_now())`,
    ([row]): Instant | null => instantOrNull(row?.due_at ?? null)
  )
