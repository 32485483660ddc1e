/**
 * One transaction that sells a batch of purchases.
 *
 * It locks the wallets by ascending user id, then the draw; reads in statements of their own, so that each sees what the lock
 * before it waited for; lets the rule of `core` decide; seals here, so that the secret never reaches the database; and writes
 * in set-based statements (DESIGN.md, "Selling").
 */
import { type DrawStatus, onSale } from "@ddd/core/draws/Draw"
import {
  type Buyer,
  keyOf,
  type Pool,
  type PurchaseOutcome,
  type PurchaseRequest,
  type Sale,
  sell,
  type SoldBlock
} from "@ddd/core/draws/Sale"
import type { Seals } from "@ddd/core/draws/Seals"
import type { Ticket } from "@ddd/core/draws/Ticket"
import { dailyPrefix, roomPrefix } from "@ddd/core/draws/TicketId"
import { append, decodeFrontier, encodeFrontier } from "@ddd/core/proof/Merkle"
import type { Room } from "@ddd/core/rooms/Room"
import { toHex } from "@ddd/core/values/Bytes"
import type { KeptAnswer } from "@ddd/core/values/Idempotency"
import { drawId, type TicketId, type UserId, userId } from "@ddd/core/values/Ids"
import { type Day, formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { tellSold, tellStatus } from "./DrawEventsPg.ts"
import { instantOf, instantOrNull, ticketOf, type TicketRow, walletColumns, walletOf, type WalletRow } from "./Rows.ts"
import { decodeRoomAnswer, decodeSoldBlock, encodeRoomAnswer, encodeSoldBlock } from "./SoldBlockText.ts"

/** A decided request: refused, or the tickets of its answer. */
export interface Decided {
  readonly outcome: PurchaseOutcome
  /** In the order of positions; empty where the request was refused. */
  readonly tickets: ReadonlyArray<Ticket>
}

interface PoolRow {
  readonly id: string
  readonly status: DrawStatus
  readonly draw_date: Day | null
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly total_entries: number
  readonly last_purchased_at: Date | null
  readonly seal_key_id: string
  readonly tree_frontier: Uint8Array
  readonly clock: Date
}

/** The draw's hours ended while its lock was awaited: the batch is to be sold anew. Nothing was changed. */
export class DrawMovedOn {
  readonly _tag = "DrawMovedOn"
}

/** Sells `requests` in the daily draw that is on sale; to be run in a transaction. `batchId` is its name should its outcome be lost. */
export const sellBatch = (sql: PgClient.PgClient, seals: Seals, newId: (at: Instant) => string) =>
  Effect.fnUntraced(function*(batchId: string, requests: ReadonlyArray<PurchaseRequest>) {
    const users = [...new Set(requests.map((request) => request.userId))].sort()
    // locks the wallets, in the order that every transaction takes them
    const columns = walletColumns(sql)
    const walletRows = yield* sql<WalletRow>`
      SELECT ${columns} FROM wallets WHERE user_id = ANY(${users}::uuid[]) ORDER BY user_id FOR NO KEY UPDATE`
    // what nobody changes while the wallets are locked is read before the draw is: everyone waits for that lock
    const frozen = yield* frozenUsers(sql, users)
    const kept = yield* keptAnswers(sql, requests.filter((request) => request.idempotency !== null))
    // locks the draw; what it says is read after the wait
    const [locked] = yield* sql<{ readonly id: string }>`
      SELECT d.id FROM draws d, (SELECT app_now() AS clock) c
      WHERE d.kind = 'daily' AND d.opens_at <= c.clock AND c.clock < d.closes_at
      FOR NO KEY UPDATE OF d`
    const row = yield* readPool(sql, locked?.id ?? null)
    const clock = row?.clock ?? (yield* sql<{ readonly clock: Date }>`SELECT app_now() AS clock`)[0]!.clock
    const pool = row === undefined ? null : poolOf(row)
    if (pool !== null && !onSale(pool.draw, instantOf(clock))) return yield* Effect.fail(new DrawMovedOn())

    const buyers = new Map<UserId, Buyer>()
    for (const wallet of walletRows) {
      buyers.set(userId(wallet.user_id), { wallet: walletOf(wallet), frozen: frozen.has(wallet.user_id) })
    }
    const numbering = row === undefined || row.draw_date === null ? unnumbered : seals.numberingOf({
      id: drawId(row.id),
      prefix: dailyPrefix(row.draw_date),
      sealKeyId: row.seal_key_id
    })
    const sale = sell(pool, instantOf(clock), buyers, kept, numbering, requests)
    const tickets = row === undefined ? [] : yield* write(sql, seals, newId, batchId, row, sale)
    yield* keepAnswers(sql, sale, requests, encodeSoldBlock)
    return yield* answers(sql, seals, sale.outcomes, tickets)
  })

/** Reads a draw as a sale sees it, and the clock; it is locked. */
const readPool = (sql: PgClient.PgClient, id: string | null) =>
  Effect.map(
    sql<PoolRow>`
      SELECT id, status, draw_date, opens_at, closes_at, total_entries, last_purchased_at, seal_key_id, tree_frontier,
        app_now() AS clock
      FROM draws WHERE id = ${id}::uuid`,
    ([row]) => row
  )

const poolOf = (row: PoolRow): Pool => ({
  draw: {
    id: drawId(row.id),
    status: row.status,
    opensAt: instantOf(row.opens_at),
    closesAt: instantOrNull(row.closes_at)
  },
  totalEntries: row.total_entries,
  lastPurchasedAt: instantOrNull(row.last_purchased_at)
})

/** What came of a member's purchase in a room, and the room right after it; null where it was refused. */
export interface DecidedInRoom extends Decided {
  readonly room: Room | null
}

/**
 * Sells a member their ticket in a room; to be run in a transaction. `snapshot` reads the room as it is in it, once the ticket is
 * written: the kept answer holds it.
 */
export const sellInRoom = (sql: PgClient.PgClient, seals: Seals, newId: (at: Instant) => string) =>
  Effect.fnUntraced(function*(
    batchId: string,
    { code, id }: { readonly id: string; readonly code: string },
    request: PurchaseRequest,
    snapshot: Effect.Effect<Room, SqlError.SqlError>
  ): Effect.fn.Return<DecidedInRoom, SqlError.SqlError> {
    const { idempotency, userId: buyer } = request
    // locks the wallet, then the draw, as every sale does
    const [wallet] = yield* sql<WalletRow>`
      SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${buyer}::uuid FOR NO KEY UPDATE`
    const frozen = yield* frozenUsers(sql, [buyer])
    const kept = yield* keptAnswers(sql, idempotency === null ? [] : [request])
    yield* sql`SELECT 1 FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`
    const row = yield* readPool(sql, id)
    if (row === undefined) return yield* Effect.die(new Error(`room ${id} has no draw`))
    const members = yield* sql<{ readonly user_id: string; readonly has_ticket: boolean }>`
      SELECT user_id, has_ticket FROM lobby_members_with_ticket WHERE lobby_id = ${id}::uuid`
    const room = {
      members: new Set(members.map((member) => userId(member.user_id))),
      holders: new Set(members.filter((member) => member.has_ticket).map((member) => userId(member.user_id)))
    }
    const buyers = new Map<UserId, Buyer>(
      wallet === undefined ? [] : [[buyer, { wallet: walletOf(wallet), frozen: frozen.has(buyer) }]]
    )
    const numbering = seals.numberingOf({ id: drawId(id), prefix: roomPrefix(code), sealKeyId: row.seal_key_id })
    const sale = sell({ ...poolOf(row), room }, instantOf(row.clock), buyers, kept, numbering, [request])
    const tickets = yield* write(sql, seals, newId, batchId, row, sale)
    const [decided] = yield* answers(sql, seals, sale.outcomes, tickets)
    if (decided === undefined) return yield* Effect.die(new Error("a request was not decided"))
    switch (decided.outcome._tag) {
      case "Refused":
        return { ...decided, room: null }
      case "Replayed":
        return { ...decided, room: yield* keptRoom(sql, request) }
      case "Sold": {
        const after = yield* snapshot
        const text = (block: SoldBlock) => encodeRoomAnswer(block, after)
        yield* keepAnswers(sql, sale, [request], text)
        return { ...decided, room: after }
      }
    }
  })

/** The room that the kept answer of a purchase holds; null where it was in no room. */
const keptRoom = (sql: PgClient.PgClient, { idempotency, userId: buyer }: PurchaseRequest) =>
  Effect.map(
    sql<{ readonly body: string }>`
      SELECT body FROM idempotency_keys WHERE user_id = ${buyer}::uuid AND key = ${idempotency?.key ?? null}`,
    ([row]) => row === undefined ? null : decodeRoomAnswer(row.body)
  )

const unnumbered = (): TicketId => {
  throw new Error("nothing is on sale, so nothing is numbered")
}

const frozenUsers = (sql: PgClient.PgClient, users: ReadonlyArray<UserId>) =>
  Effect.map(
    sql<{ readonly id: string }>`SELECT id FROM users WHERE id = ANY(${users}::uuid[]) AND NOT is_active`,
    (rows) => new Set(rows.map((row) => row.id))
  )

interface KeptRow {
  readonly user_id: string
  readonly key: string
  readonly fingerprint: Uint8Array
  readonly body: string
}

const keptAnswers = Effect.fnUntraced(function*(sql: PgClient.PgClient, keyed: ReadonlyArray<PurchaseRequest>) {
  const kept = new Map<string, KeptAnswer<SoldBlock>>()
  if (keyed.length === 0) return kept
  const users = keyed.map((request) => request.userId)
  const keys = keyed.map((request) => request.idempotency?.key)
  const rows = yield* sql<KeptRow>`
    SELECT k.user_id, k.key, k.fingerprint, k.body
    FROM unnest(${users}::uuid[], ${keys}::text[]) AS asked (user_id, key)
    JOIN idempotency_keys k ON k.user_id = asked.user_id AND k.key = asked.key`
  for (const row of rows) {
    const block = decodeSoldBlock(row.body)
    kept.set(keyOf(userId(row.user_id), row.key), {
      fingerprint: toHex(row.fingerprint),
      answer: block === "other" || block === "spoilt" ? null : block
    })
  }
  return kept
})

/** Seals the tickets and writes everything the sale changed but its answers. Gives the tickets in the order of positions. */
const write = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  seals: Seals,
  newId: (at: Instant) => string,
  batchId: string,
  pool: PoolRow,
  sale: Sale
) {
  const draw = drawId(pool.id)
  if (sale.tickets.length === 0) return []
  const sealer = seals.current
  const sealed = sale.tickets.map((ticket) => sealer.seal({ ...ticket, drawId: draw, purchasedAt: sale.purchasedAt }))
  const frontier = decodeFrontier(pool.tree_frontier)
  if (frontier === undefined || frontier.size !== pool.total_entries) {
    return yield* Effect.die(
      new Error(`the carried tree of draw ${pool.id} does not hold its ${pool.total_entries} tickets`)
    )
  }
  const grown = append(seals.hash, frontier, sealed.map((seal) => seal.leafHash))
  const { tickets } = sale
  const at = formatInstant(sale.purchasedAt)
  const ids = tickets.map(() => newId(sale.purchasedAt))
  const ticketIds = tickets.map((ticket) => ticket.ticketId)
  const owners = tickets.map((ticket) => ticket.userId)
  const seqs = tickets.map((ticket) => ticket.movement.seq)

  // the draw is locked already; open from the first sale on, whoever is late with the step that says so
  yield* sql`
    UPDATE draws SET status = 'open', total_entries = ${sale.totalEntries}, prize_pool = ${sale.totalEntries} * 0.95,
      last_purchased_at = ${at}::timestamptz, tree_frontier = ${encodeFrontier(grown)}
    WHERE id = ${pool.id}::uuid`
  const positions = tickets.map((ticket) => ticket.position)
  const totals = tickets.map((ticket) => ticket.totalEntriesAtPurchase)
  const hashes = sealed.map((seal) => seal.ticketHash)
  const commits = sealed.map((seal) => seal.ownerCommit)
  yield* sql`
    INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
      seal_key_id, wallet_seq, created_at)
    SELECT t.id, t.ticket_id, ${pool.id}::uuid, t.user_id, t.position, t.total, t.hash, t.commit, ${sealer.keyId}, t.seq,
      ${at}::timestamptz
    FROM unnest(${ids}::uuid[], ${ticketIds}::text[], ${owners}::uuid[], ${positions}::int[], ${totals}::int[],
      ${hashes}::text[], ${commits}::bytea[], ${seqs}::bigint[])
      AS t (id, ticket_id, user_id, position, total, hash, commit, seq)`
  const buyers = [...sale.wallets.keys()]
  const wallets = [...sale.wallets.values()]
  const balances = wallets.map((wallet) => wallet.balance)
  const withdrawables = wallets.map((wallet) => wallet.withdrawable)
  const walletSeqs = wallets.map((wallet) => wallet.seq)
  yield* sql`
    UPDATE wallets w SET balance = c.balance * 0.01, withdrawable = c.withdrawable * 0.01, seq = c.seq,
      updated_at = ${at}::timestamptz
    FROM unnest(${buyers}::uuid[], ${balances}::bigint[], ${withdrawables}::bigint[], ${walletSeqs}::bigint[])
      AS c (user_id, balance, withdrawable, seq)
    WHERE w.user_id = c.user_id`
  const movementIds = tickets.map(() => newId(sale.purchasedAt))
  const balancesAfter = tickets.map((ticket) => ticket.movement.balanceAfter)
  const deltas = tickets.map((ticket) => ticket.movement.withdrawableDelta)
  yield* sql`
    INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, created_at, wallet_seq,
      counter_account, withdrawable_delta)
    SELECT t.id, t.user_id, 'ticket_purchase', -1.00, t.balance * 0.01, t.reference, ${at}::timestamptz, t.seq,
      ${`draw:${pool.id}`}, t.delta * 0.01
    FROM unnest(${movementIds}::uuid[], ${owners}::uuid[], ${balancesAfter}::bigint[], ${ticketIds}::text[],
      ${seqs}::bigint[], ${deltas}::bigint[])
      AS t (id, user_id, balance, reference, seq, delta)`
  yield* sql`INSERT INTO sale_batches (id, abandoned) VALUES (${batchId}::uuid, false)`
  if (pool.status === "scheduled") yield* tellStatus(sql, pool.id)
  yield* tellSold(sql, pool.id)

  return sale.tickets.map((ticket, index): Ticket => ({
    id: ids[index]!,
    ticketId: ticket.ticketId,
    userId: ticket.userId,
    drawId: draw,
    drawDate: pool.draw_date,
    position: ticket.position,
    totalEntriesAtPurchase: ticket.totalEntriesAtPurchase,
    ticketHash: sealed[index]!.ticketHash,
    ownerCommit: toHex(sealed[index]!.ownerCommit),
    ownerSalt: toHex(sealed[index]!.ownerSalt),
    ...unsettled,
    purchasedAt: sale.purchasedAt
  }))
})

/** Keeps what was answered under each key, as `text` writes it. A key that is there already is a defect: its wallet was locked when it was looked for. */
const keepAnswers = (
  sql: PgClient.PgClient,
  sale: Sale,
  requests: ReadonlyArray<PurchaseRequest>,
  text: (block: SoldBlock) => string
) => {
  const kept = requests.flatMap(({ userId, idempotency }, index) => {
    const outcome = sale.outcomes[index]!
    return idempotency !== null && outcome._tag === "Sold" ? [{ userId, idempotency, block: outcome.block }] : []
  })
  if (kept.length === 0) return Effect.void
  return sql`
    INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
    SELECT k.user_id, k.key, decode(k.fingerprint, 'hex'), 201, k.body, ${formatInstant(sale.purchasedAt)}::timestamptz
    FROM unnest(${kept.map((answer) => answer.userId)}::uuid[], ${kept.map((answer) => answer.idempotency.key)}::text[],
      ${kept.map((answer) => answer.idempotency.fingerprint)}::text[],
      ${kept.map((answer) => text(answer.block))}::text[]) AS k (user_id, key, fingerprint, body)`
}

// a purchase is answered as it was: before the draw
const unsettled = { status: "active", prizeAmount: null } as const

/** The tickets of every outcome: those of this batch from memory, those of earlier purchases from their rows. */
const answers = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  seals: Seals,
  outcomes: ReadonlyArray<PurchaseOutcome>,
  sold: ReadonlyArray<Ticket>
) {
  const first = sold[0]?.position ?? Number.POSITIVE_INFINITY
  const isNew = (block: SoldBlock) => block.drawId === sold[0]?.drawId && block.firstPosition >= first
  // fifty retries of one purchase read its tickets once
  const earlier = [
    ...new Map(outcomes.flatMap((outcome) =>
      outcome._tag === "Replayed" && !isNew(outcome.block)
        ? [[`${outcome.block.drawId} ${outcome.block.firstPosition}`, outcome.block] as const]
        : []
    )).values()
  ]
  const rows = earlier.length === 0 ? [] : yield* sql<TicketRow>`
    SELECT t.*, d.draw_date
    FROM unnest(${earlier.map((block) => block.drawId)}::uuid[], ${earlier.map((block) => block.firstPosition)}::int[],
      ${earlier.map((block) => block.quantity)}::int[]) AS b (draw_id, first, quantity)
    JOIN tickets t ON t.draw_id = b.draw_id AND t.position >= b.first AND t.position < b.first + b.quantity
    JOIN draws d ON d.id = t.draw_id
    ORDER BY t.position`
  return outcomes.map((outcome): Decided => {
    if (outcome._tag === "Refused") return { outcome, tickets: [] }
    const { block } = outcome
    if (isNew(block)) {
      const from = block.firstPosition - first
      return { outcome, tickets: sold.slice(from, from + block.quantity) }
    }
    return {
      outcome,
      tickets: rows.filter((row) =>
        row.draw_id === block.drawId && row.position >= block.firstPosition &&
        row.position < block.firstPosition + block.quantity
      ).map((row) => ticketOf(seals, row, unsettled))
    }
  })
})
