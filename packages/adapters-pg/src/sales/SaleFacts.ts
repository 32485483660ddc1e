/** What a sale is decided by, as it is read under the locks of the wallets, and then of the draw. */
import type { DrawStatus } from "@ddd/core/draws/Draw"
import { type FollowedHashes, isFollowed } from "@ddd/core/draws/DrawChain"
import { isBehind } from "@ddd/core/draws/Remembered"
import type { Buyer, HeldTickets, Pool, SoldBlock } from "@ddd/core/draws/Sale"
import type { SellingDraw } from "@ddd/core/draws/SealedSale"
import type { Seals } from "@ddd/core/draws/Seals"
import { resultBeforeDraw, type Ticket } from "@ddd/core/draws/Ticket"
import { ticketsMaxOf } from "@ddd/core/money/Limits"
import type { Wallet } from "@ddd/core/money/Wallet"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { decodeFrontier } from "@ddd/core/proof/Merkle"
import { type DrawId, drawId, type UserId } from "@ddd/core/values/Ids"
import type { Day } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { requireAgreement, wallClockColumn, type WallClockRow } from "../database/ClockCheck.ts"
import { instantOf, instantOrNull, ticketOf, type TicketRow } from "../database/Rows.ts"
import { epochColumn, refuseBehind, requireMemory, type Suspended } from "../draws/Behind.ts"

/** A draw as a sale sees it. */
export interface PoolRow extends WallClockRow {
  readonly id: string
  readonly status: DrawStatus
  readonly draw_date: Day | null
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly total_entries: number
  readonly last_purchased_at: Date | null
  readonly seal_key_id: string
  readonly beacon_chain: string | null
  readonly paused_at: Date | null
  readonly tree_frontier: Uint8Array
  readonly clock: Date
  readonly epoch: number
  /** Whether its lock was published, and is lost with the state that a backup replaced: its seed may be known. */
  readonly was_locked: boolean
}

/** Reads a draw, and the clock, which is to be believed. Its row is locked. */
export const readPool = (sql: PgClient.PgClient, id: string | null) =>
  Effect.map(
    Effect.flatMap(
      sql<PoolRow>`
        SELECT id, status, draw_date, opens_at, closes_at, total_entries, last_purchased_at, seal_key_id, tree_frontier,
          beacon_chain, paused_at, app_now() AS clock, ${epochColumn(sql)},
          EXISTS (SELECT FROM lost_records l WHERE l.draw_id = draws.id AND l.kind <> 'open') AS was_locked,
          ${wallClockColumn(sql)}
        FROM draws WHERE id = ${id}::uuid`,
      requireAgreement
    ),
    ([row]) => row
  )

/** What of the settings a sale is decided by. */
export interface SaleTerms {
  /** The chains whose rounds this program fetches. */
  readonly followed: FollowedHashes
  /** How many tickets of a day's draw one player may have; null: any number. */
  readonly ticketsPerPlayerMax: number | null
  /** From which age on one may play; null: from any. */
  readonly minAge: number | null
}

export const poolOf = (row: PoolRow, { followed, minAge, ticketsPerPlayerMax }: SaleTerms): Omit<Pool, "room"> => ({
  draw: {
    id: drawId(row.id),
    status: row.status,
    opensAt: instantOf(row.opens_at),
    closesAt: instantOrNull(row.closes_at),
    wasLocked: row.was_locked
  },
  totalEntries: row.total_entries,
  lastPurchasedAt: instantOrNull(row.last_purchased_at),
  isFollowed: isFollowed(followed, row.beacon_chain),
  ticketsPerPlayerMax,
  minAge,
  isPaused: row.paused_at !== null
})

/** How many tickets a draw has after a sale. */
export interface SoldEntries {
  readonly drawId: DrawId
  readonly epoch: number
  readonly entries: number
}

export const soldIn = (row: PoolRow, entries: number): SoldEntries => ({
  drawId: drawId(row.id),
  epoch: row.epoch,
  entries
})

/**
 * Fails where the draw is behind what was acknowledged of it, since what is sold on it was sold before; and where what is sold could not be
 * remembered.
 */
export const requireAcknowledged = (
  acknowledged: AcknowledgedService,
  { epoch, id, total_entries }: PoolRow
): Effect.Effect<void, Suspended> => {
  const known = { entries: acknowledged.entriesOf(drawId(id), epoch), newestEpoch: acknowledged.newestEpoch() }
  return isBehind({ entries: total_entries, epoch }, known)
    ? refuseBehind(acknowledged, drawId(id), epoch, total_entries)
    : requireMemory(acknowledged)
}

/** The draw that a sale is written to. Dies where the tree that it carries cannot be read. */
export const sellingDraw = (row: PoolRow): SellingDraw => {
  const frontier = decodeFrontier(row.tree_frontier)
  if (frontier === undefined) throw new TypeError(`the carried tree of draw ${row.id} cannot be read`)
  return {
    id: drawId(row.id),
    drawDate: row.draw_date,
    status: row.status,
    totalEntries: row.total_entries,
    frontier,
    epoch: row.epoch
  }
}

/** Those of some players whose accounts are frozen. Nobody is frozen while their wallet is locked. */
export const frozenUsers = (sql: PgClient.PgClient, users: ReadonlyArray<UserId>) =>
  Effect.map(
    sql<{ readonly id: string }>`SELECT id FROM users WHERE id = ANY(${users}::uuid[]) AND NOT is_active`,
    (rows) => new Set(rows.map((row) => row.id))
  )

/**
 * How many tickets of the day's draw those have for whom a maximum holds: by the index of a player's tickets, and no more of them than the
 * maximum is looked at. Their wallets are locked, so that none is added meanwhile.
 */
export const heldTickets = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  wallets: ReadonlyMap<UserId, Wallet>,
  ticketsPerPlayerMax: number | null
) {
  const none: ReadonlyMap<string, HeldTickets> = new Map()
  const limited = [...wallets].flatMap(([userId, { limits }]) => {
    const max = ticketsMaxOf(ticketsPerPlayerMax, limits)
    return max === null ? [] : [{ userId, max }]
  })
  if (limited.length === 0) return none
  const rows = yield* sql<{ readonly user_id: string; readonly draw_id: string; readonly tickets: number }>`
    SELECT b.user_id, d.id AS draw_id, (SELECT count(*) FROM (
        SELECT FROM tickets t
        WHERE t.user_id = b.user_id AND t.draw_id = d.id
          -- the smallest id of a ticket of that draw: UUIDs v7 begin with their milliseconds
          AND t.id >= (lpad(to_hex(floor(extract(epoch FROM d.opens_at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
        LIMIT b.max) s)::int AS tickets
    FROM unnest(${limited.map(({ userId }) => userId)}::uuid[], ${
    limited.map(({ max }) => max)
  }::int[]) AS b (user_id, max),
      -- read once: by a clock that is read for each row, no index finds the draw
      (SELECT app_now() AS clock) c JOIN draws d ON d.draw_date = (c.clock AT TIME ZONE 'UTC')::date`
  const held: ReadonlyMap<string, HeldTickets> = new Map(
    rows.map((row) => [row.user_id, { drawId: drawId(row.draw_id), tickets: row.tickets }])
  )
  return held
})

export const buyersOf = (
  wallets: ReadonlyMap<UserId, Wallet>,
  frozen: ReadonlySet<string>,
  held: ReadonlyMap<string, HeldTickets> = new Map()
): ReadonlyMap<UserId, Buyer> =>
  new Map(Array.from(wallets, ([userId, wallet]) => [userId, {
    wallet,
    frozen: frozen.has(userId),
    held: held.get(userId) ?? null
  }]))

/** The tickets of earlier purchases as they were answered, in the order of positions. They never change, so this needs no lock. */
export const ticketsSold = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  seals: Seals,
  blocks: ReadonlyArray<SoldBlock>
) {
  const none: ReadonlyArray<Ticket> = []
  if (blocks.length === 0) return none
  const rows = yield* sql<TicketRow>`
    SELECT t.*, d.draw_date
    FROM unnest(${blocks.map((block) => block.drawId)}::uuid[], ${blocks.map((block) => block.firstPosition)}::int[],
      ${blocks.map((block) => block.quantity)}::int[]) AS b (draw_id, first, quantity)
    JOIN tickets t ON t.draw_id = b.draw_id AND t.position >= b.first AND t.position < b.first + b.quantity
    JOIN draws d ON d.id = t.draw_id
    ORDER BY t.draw_id, t.position`
  return rows.map((row) => ticketOf(seals, row, resultBeforeDraw))
})
