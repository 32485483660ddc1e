/**
 * The steps of a draw's life on PostgreSQL: each done once, under the draw's row, by whichever node comes first.
 *
 * The outcome is computed from the locked draw, which no longer changes, before any lock is taken; then wallets by ascending
 * user id, then the draw, whose state is checked again (DESIGN.md, "Money", lock order).
 */
import type { ChainInfo } from "@ddd/core/draws/Beacon"
import { daysToPublish, type DrawKind, type DrawStatus, type VoidReason } from "@ddd/core/draws/Draw"
import { lockDaily } from "@ddd/core/draws/Locking"
import { openDaily } from "@ddd/core/draws/Opening"
import { outcomeOf, resultRecord } from "@ddd/core/draws/Settlement"
import { abandonAfterMillis, type DrawStep, expireAfterMillis } from "@ddd/core/draws/Steps"
import { voidRecord } from "@ddd/core/draws/Voiding"
import { type Cents, cents } from "@ddd/core/money/Money"
import { collectFee, type Movement, refundTicket, type Wallet, winPrize } from "@ddd/core/money/Wallet"
import { type AwaitedRound, type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { Outbox } from "@ddd/core/ports/Outbox"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Sealing } from "@ddd/core/ports/Sealing"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { decodeFrontier, emptyFrontier, encodeFrontier, root } from "@ddd/core/proof/Merkle"
import { textOf } from "@ddd/core/proof/Note"
import { formatLock, formatOpen, formatResult, formatVoid, type LockRecord } from "@ddd/core/proof/Record"
import { type DrawId, drawId, houseUserId, ticketId, type UserId, userId } from "@ddd/core/values/Ids"
import { type Day, formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, Result } from "effect"
import type { SqlError } from "effect/sql"
import { tellStatus } from "./DrawEventsPg.ts"
import { firstIdOf, idsAheadMillisMax } from "./IdTimes.ts"
import { insertMailJobs } from "./JobRows.ts"
import { instantOf, instantOrNull, walletColumns, walletOf, type WalletRow } from "./Rows.ts"
import { tileDraw } from "./TicketTiles.ts"
import { retryConflicts } from "./Transaction.ts"
import { type WalletMoves, writeAllMoves, writeMoves } from "./WalletMoves.ts"

/** What the steps need of the outside. */
export interface StepServices {
  readonly sql: PgClient.PgClient
  readonly newId: Identifiers["Service"]["newId"]
  readonly outbox: Outbox["Service"]
  readonly signer: RecordSigner["Service"]
  readonly sealing: Sealing["Service"]
  readonly vault: SeedVault["Service"]
  readonly chain: ChainInfo | null
}

// any constant will do, as long as every node takes the same one
const publishLock = 4_702_331_890_116

/** What opens by this clock is on sale by it at once: `Now` may be a little ahead. */
export const clockOf = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ readonly clock: Date }>`SELECT app_now() AS clock`, ([row]) => instantOf(row!.clock))

interface NewestRow {
  readonly draw_date: Day
  readonly open_note: string
}

/** Publishes the open records that are to stand by now, each with its seed sealed beside it. Gives the new draws' ids. */
export const publishAhead = ({ chain, newId, sealing, signer, sql, vault }: StepServices) => {
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
        chain,
        previous
      })
      const text = formatOpen(record)
      const note = yield* signer.sign(text)
      const [opens, closes] = [formatInstant(day.opensAt), formatInstant(day.closesAt)]
      const { beacon, commitment } = record
      yield* sql`
        INSERT INTO draws (id, kind, draw_date, status, commitment_hash, opens_at, closes_at, seal_key_id, tree_frontier,
          beacon_chain, beacon_round, open_note)
        VALUES (${id}::uuid, 'daily', ${day.date}::date, 'scheduled', ${commitment}, ${opens}::timestamptz,
          ${closes}::timestamptz, ${sealing.current.keyId}, ${encodeFrontier(emptyFrontier)},
          ${beacon?.chainHash ?? null}::text, ${beacon?.round ?? null}::bigint, ${note})`
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

/** A draw as the steps see it. */
export interface StepRow {
  readonly id: string
  readonly kind: DrawKind
  readonly status: DrawStatus
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly draws_at: Date | null
  readonly last_purchased_at: Date | null
  readonly total_entries: number
  readonly tree_frontier: Uint8Array
  readonly tiled_at: Date | null
  readonly beacon_chain: string | null
  /** The round's, once it is there. */
  readonly beacon_signature: Uint8Array | null
  readonly open_note: string
  readonly lock_note: string | null
  /** Of a room: when it is drawn although its host never comes back. */
  readonly server_draws_at: Date | null
  readonly clock: Date
}

const readDraw = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.map(
    sql<StepRow>`
      SELECT id, kind, status, opens_at, closes_at, draws_at, last_purchased_at, total_entries, tree_frontier, tiled_at,
        beacon_chain, beacon_signature, open_note, lock_note,
        (SELECT l.server_draws_at FROM lobbies l WHERE l.id = d.id) AS server_draws_at,
        app_now() AS clock
      FROM draws d WHERE id = ${id}::uuid`,
    ([row]) => row
  )

/** Locks the draw's row, waiting for whoever has it, and only then reads it and the clock. */
export const lockAndRead = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.andThen(sql`SELECT 1 FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`, readDraw(sql, id))

const isPast = (at: Date | null, clock: Date): boolean => at !== null && at <= clock

/** `scheduled → open`. A sale that comes first has done it already. */
const open = Effect.fnUntraced(function*({ sql }: StepServices, id: DrawId) {
  const draw = yield* lockAndRead(sql, id)
  if (draw?.status !== "scheduled" || !isPast(draw.opens_at, draw.clock) || isPast(draw.closes_at, draw.clock)) {
    return false
  }
  yield* sql`UPDATE draws SET status = 'open' WHERE id = ${id}::uuid`
  yield* tellStatus(sql, id)
  return true
})

/** `open → locked`: publishes how many tickets there are and the root of their tree. */
const lock = Effect.fnUntraced(function*({ sealing, signer, sql }: StepServices, id: DrawId) {
  // waits for the sale that holds the row: the hottest row at midnight is exactly this one
  const draw = yield* lockAndRead(sql, id)
  if (draw === undefined || (draw.status !== "open" && draw.status !== "scheduled")) return false
  if (!isPast(draw.closes_at, draw.clock)) return false
  yield* publishLockRecord(
    { signer, sql },
    draw,
    lockDaily(sealing.sha256, textOf(draw.open_note), soldIn(sealing, draw))
  )
  return true
})

/** What a draw has sold, as its lock record says it. Dies where the tree that the sale carried along does not hold the tickets. */
export const soldIn = ({ sha256 }: Pick<Sealing["Service"], "sha256">, draw: StepRow) => {
  const frontier = decodeFrontier(draw.tree_frontier)
  if (frontier === undefined || frontier.size !== draw.total_entries) {
    throw new Error(`the carried tree of draw ${draw.id} does not hold its ${draw.total_entries} tickets`)
  }
  return {
    clock: instantOf(draw.clock),
    lastPurchasedAt: instantOrNull(draw.last_purchased_at),
    entries: draw.total_entries,
    root: root(sha256, frontier)
  }
}

/** Publishes the lock record of a draw, whose row is locked. */
export const publishLockRecord = Effect.fnUntraced(function*(
  { signer, sql }: Pick<StepServices, "signer" | "sql">,
  { id }: StepRow,
  record: LockRecord
) {
  yield* sql`
    UPDATE draws SET status = 'locked', locked_at = ${formatInstant(record.locked)}::timestamptz,
      draws_at = ${formatInstant(record.draws)}::timestamptz, entries_root = ${record.root},
      beacon_round = ${record.beacon?.round ?? null}::bigint, lock_note = ${yield* signer.sign(formatLock(record))}
    WHERE id = ${id}::uuid`
  yield* tellStatus(sql, id)
})

interface SecretRow {
  readonly key_id: string
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Opens the seed of a draw, which is about to be revealed. */
const openSeed = Effect.fnUntraced(function*({ sql, vault }: Pick<StepServices, "sql" | "vault">, due: DueStep) {
  const { drawId: id } = due
  const [secret] = yield* sql<SecretRow>`
    SELECT key_id, nonce, ciphertext FROM draw_secrets WHERE draw_id = ${id}::uuid`
  if (secret === undefined) return yield* new StepFailed({ due, message: `the seed of draw ${id} is missing` })
  return Redacted.value(
    yield* Effect.mapError(
      vault.open(id, { keyId: secret.key_id, nonce: secret.nonce, ciphertext: secret.ciphertext }),
      (cause) => new StepFailed({ due, message: cause.message, cause })
    )
  )
})

/** Whether a draw waits for a round of the beacon, which is not there yet. From then on it may be drawn. */
export const isRoundMissing = ({ beacon_chain, beacon_signature }: StepRow): boolean =>
  beacon_chain !== null && beacon_signature === null

/** When the clockwork draws: a room's host may come before. */
const clockworkDrawsAt = ({ draws_at, kind, server_draws_at }: StepRow): Date | null =>
  kind === "room" ? server_draws_at : draws_at

/**
 * `locked → drawn`: reveals the seed, pays the winner and the house, publishes the result, and enqueues the winner's mail. `by` tells
 * whether it is the clockwork that does so, which waits for a room's host.
 */
export const settle = Effect.fnUntraced(function*(services: StepServices, due: DueStep, by: "clockwork" | "host") {
  const { newId, outbox, sealing, signer, sql } = services
  const { drawId: id } = due
  const draw = yield* readDraw(sql, id)
  if (draw?.status !== "locked" || !isPast(draw.draws_at, draw.clock) || draw.lock_note === null) return false
  if (isRoundMissing(draw) || (by === "clockwork" && !isPast(clockworkDrawsAt(draw), draw.clock))) return false
  const seed = yield* openSeed(services, due)
  const [openText, lockText] = [textOf(draw.open_note), textOf(draw.lock_note)]
  const outcome = outcomeOf(sealing.sha256, openText, lockText, seed, draw.beacon_signature, services.chain)
  const [winner] = outcome.winningPosition === null ?
    [] :
    yield* sql<{ readonly ticket_id: string; readonly user_id: string }>`
    SELECT ticket_id, user_id FROM tickets WHERE draw_id = ${id}::uuid AND position = ${outcome.winningPosition}`
  const record = resultRecord(
    sealing.sha256,
    lockText,
    seed,
    draw.beacon_signature,
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
      if (Result.isFailure(moved)) {
        return yield* new StepFailed({ due, message: `the wallet of user ${user} cannot take ${amount} cents` })
      }
      yield* writeMoves(sql, newId, instantOf(locked.clock), { userId: user, ...moved.success })
    }
    yield* sql`
      UPDATE draws SET status = 'drawn', seed = ${record.seed}, winning_position = ${outcome.winningPosition}::int,
        drawn_at = ${locked.clock}, result_note = ${note}
      WHERE id = ${id}::uuid`
    yield* tellStatus(sql, id)
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

interface HolderRow {
  readonly user_id: string
  readonly ticket_id: string
  /** What paying for it took from the withdrawable part. */
  readonly delta: bigint
}

interface BuyerRow {
  readonly user_id: string
  readonly tickets: number
}

/** The holders changed while their wallets were awaited: the transaction is run anew. Nothing was changed. */
class HoldersChanged {
  readonly _tag = "HoldersChanged"
}

/** Tickets whose price is given back by a pair of statements: whole players, so one of them may have more. */
const refundsAtOnce = 10_000

/** Players in parts that hold `refundsAtOnce` tickets together, or one player. */
const partsOf = (buyers: ReadonlyArray<BuyerRow>): ReadonlyArray<ReadonlyArray<string>> => {
  const parts: Array<Array<string>> = []
  let room = 0
  for (const { tickets, user_id } of buyers) {
    room -= tickets
    if (parts.length === 0 || room < 0) {
      parts.push([])
      room = refundsAtOnce - tickets
    }
    parts.at(-1)?.push(user_id)
  }
  return parts
}

/**
 * `→ void`: publishes why nobody wins, reveals the seed, and gives every ticket's price back to its buyer, once, with the split between
 * credit and winnings that it had; all in one transaction, however many tickets there are. `mayBe` is asked once the draw is locked. A
 * room's members are told by mail, and those who had tickets in a daily draw.
 */
export const declareVoid = Effect.fnUntraced(function*<Refusal>(
  services: StepServices,
  due: DueStep,
  reason: VoidReason,
  mayBe: (draw: StepRow) => Effect.Effect<boolean, Refusal | SqlError.SqlError>
) {
  const { newId, sealing, signer, sql } = services
  const { drawId: id } = due
  // a seed that cannot be opened keeps nobody's money: the record then says that there is none
  const seed = yield* openSeed(services, due).pipe(
    Effect.catchTag("StepFailed", (error) => Effect.as(Effect.logError(error.message, error.cause), null))
  )

  /** Tickets of the draw, whose row is locked, that are some players'; with what each had taken from the wallet. */
  const holdersAmong = (users: ReadonlyArray<string>, draw: StepRow) =>
    // by the index of a player's tickets by id: none that was bought before the draw opened is read
    sql<HolderRow>`
      SELECT t.user_id, t.ticket_id, ((
        SELECT m.withdrawable_delta FROM transactions m WHERE m.user_id = t.user_id AND m.wallet_seq = t.wallet_seq
      ) * 100)::bigint AS delta
      FROM tickets t
      WHERE t.user_id = ANY(${users}::uuid[]) AND t.draw_id = ${id}::uuid AND t.id >= ${
      firstIdOf(draw.opens_at.getTime())
    }::uuid AND t.id < ${firstIdOf((draw.last_purchased_at ?? draw.opens_at).getTime() + idsAheadMillisMax)}::uuid
      ORDER BY t.user_id, t.position`

  const refund = Effect.gen(function*() {
    // who bought is read before, since wallets come first; and again once the draw is locked, when nobody buys any more
    const buyers = yield* sql<BuyerRow>`
      SELECT user_id, count(*)::int AS tickets FROM tickets WHERE draw_id = ${id}::uuid GROUP BY user_id ORDER BY user_id`
    const rows = yield* sql<WalletRow>`
      SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ANY(${buyers.map((row) => row.user_id)}::uuid[])
      ORDER BY user_id FOR NO KEY UPDATE`
    const wallets = new Map(rows.map((row) => [row.user_id, row]))
    const draw = yield* lockAndRead(sql, id)
    if (draw === undefined || !(yield* mayBe(draw))) return false
    const at = instantOf(draw.clock)
    // a plan for any parts at all reads the whole draw for each
    yield* sql`SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`
    let refunded = 0
    for (const part of partsOf(buyers)) {
      const holders = yield* holdersAmong(part, draw)
      const all: Array<WalletMoves> = []
      for (const [user, own] of Map.groupBy(holders, (holder) => holder.user_id)) {
        const row = wallets.get(user)
        if (row === undefined) return yield* Effect.fail(new HoldersChanged())
        let wallet: Wallet = walletOf(row)
        const movements: Array<Movement> = []
        for (const { delta, ticket_id } of own) {
          const moved = refundTicket(wallet, userId(user), cents(delta), id, ticket_id)
          if (Result.isFailure(moved)) {
            return yield* new StepFailed({
              due,
              message: `the wallet of user ${user} cannot take a ticket's price back`
            })
          }
          wallet = moved.success.wallet
          movements.push(...moved.success.movements)
        }
        all.push({ userId: userId(user), wallet, movements })
      }
      yield* writeAllMoves(sql, newId, at, all)
      refunded += holders.length
    }
    // somebody bought between the first look and the lock
    if (refunded < draw.total_entries) return yield* Effect.fail(new HoldersChanged())
    const lockText = draw.lock_note === null ? null : textOf(draw.lock_note)
    const record = voidRecord(sealing.sha256, textOf(draw.open_note), lockText, reason, seed, draw.total_entries)
    yield* sql`
      UPDATE draws SET status = 'void', seed = ${record.seed}, result_note = ${yield* signer.sign(formatVoid(record))}
      WHERE id = ${id}::uuid`
    yield* tellStatus(sql, id)
    const told = draw.kind === "room"
      ? sql`SELECT user_id FROM lobby_members WHERE lobby_id = ${id}::uuid`
      : sql`SELECT DISTINCT user_id FROM tickets WHERE draw_id = ${id}::uuid`
    yield* insertMailJobs(
      sql,
      sql`
        SELECT format('closed %s %s', ${id}::text, user_id) AS id, row_number() OVER (ORDER BY user_id) AS nth,
          json_build_object('_tag', ${
        draw.kind === "room" ? "MailRoomClosed" : "MailDrawVoid"
      }::text, 'userId', user_id, 'drawId', ${id}::text) AS element
        FROM (${told}) told`
    )
    return true
  })
  return yield* refund.pipe(
    sql.withTransaction,
    retryConflicts,
    Effect.retry({ while: (error) => error instanceof HoldersChanged, times: 10 }),
    Effect.catchIf(
      (error) => error instanceof HoldersChanged,
      () => Effect.fail(new StepFailed({ due, message: `draw ${id} is being bought in too fast to be closed` }))
    )
  )
})

/** Closes a room that nobody locked within 30 days of its first ticket. */
const expire = (services: StepServices, due: DueStep) =>
  declareVoid(services, due, "deadline", ({ clock, id, kind, status }) =>
    Effect.map(
      services.sql<{ readonly created_at: Date }>`
        SELECT created_at FROM tickets WHERE draw_id = ${id}::uuid AND position = 1`,
      ([first]) =>
        kind === "room" && status === "open" && first !== undefined &&
        clock.getTime() - first.created_at.getTime() >= expireAfterMillis
    ))

/** Whether a draw has waited for its decision for as long as it may. */
const isOverdue = ({ clock, draws_at, status }: StepRow): boolean =>
  status === "locked" && draws_at !== null && clock.getTime() - draws_at.getTime() >= abandonAfterMillis

/** Gives up a locked draw that cannot be decided: its round did not come within a week, or its seed cannot be opened. */
const abandon = Effect.fnUntraced(function*(services: StepServices, due: DueStep) {
  const draw = yield* readDraw(services.sql, due.drawId)
  if (draw === undefined || !isOverdue(draw)) return false
  if (isRoundMissing(draw)) {
    return yield* declareVoid(services, due, "beacon", (now) => Effect.succeed(isOverdue(now) && isRoundMissing(now)))
  }
  const isOpened = yield* openSeed(services, due).pipe(
    Effect.as(true),
    Effect.catchTag("StepFailed", () => Effect.succeed(false))
  )
  return isOpened ? false : yield* declareVoid(services, due, "seed", (now) => Effect.succeed(isOverdue(now)))
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
      return settle(services, due, "clockwork")
    case "expire":
      return expire(services, due)
    case "abandon":
      return abandon(services, due)
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
    SELECT id, 'settle', CASE kind WHEN 'room' THEN (SELECT l.server_draws_at FROM lobbies l WHERE l.id = d.id) ELSE draws_at END
    FROM draws d WHERE status = 'locked' AND (beacon_chain IS NULL OR beacon_signature IS NOT NULL)
    UNION ALL
    SELECT d.id, 'expire', t.created_at + interval '${expireAfterMillis} milliseconds'
    FROM draws d JOIN tickets t ON t.draw_id = d.id AND t.position = 1 WHERE d.kind = 'room' AND d.status = 'open'
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

interface AwaitedRow {
  readonly chain_hash: string
  readonly round: bigint
  readonly draw_ids: ReadonlyArray<string>
}

/** The rounds that locked draws whose outcome is due wait for. */
export const awaitedRounds = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<AwaitedRow>`
      SELECT beacon_chain AS chain_hash, beacon_round AS round, array_agg(id) AS draw_ids FROM draws
      WHERE status = 'locked' AND beacon_chain IS NOT NULL AND beacon_signature IS NULL AND draws_at <= (SELECT app_now())
      GROUP BY beacon_chain, beacon_round ORDER BY min(draws_at)`,
    (rows) =>
      rows.map((row): AwaitedRound => ({
        chainHash: row.chain_hash,
        round: Number(row.round),
        drawIds: row.draw_ids.map((id) => drawId(id))
      }))
  )

/** Keeps a round's signature, once, for every locked draw that waits for it. Gives how many did. */
export const storeRound = (sql: PgClient.PgClient, chainHash: string, round: number, signature: Uint8Array) =>
  Effect.map(
    sql`
      UPDATE draws SET beacon_signature = ${signature}
      WHERE status = 'locked' AND beacon_chain = ${chainHash} AND beacon_round = ${round}::bigint AND beacon_signature IS NULL
      RETURNING 1 AS stored`,
    (rows) => rows.length
  )
