/** A draw's row, as core decides about it. */
import { isRoundMissing } from "@ddd/core/draws/AwaitedRounds"
import type { DrawKind, DrawStatus } from "@ddd/core/draws/Draw"
import type { DrawState } from "@ddd/core/draws/DrawState"
import type { StepFacts } from "@ddd/core/draws/DrawSteps"
import { decodeFrontier } from "@ddd/core/proof/Merkle"
import { textOf } from "@ddd/core/proof/Note"
import { type DrawId, drawId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { requireAgreement, wallClockColumn, type WallClockRow } from "../database/ClockCheck.ts"
import { instantOf, instantOrNull } from "../database/Rows.ts"

export interface StepRow {
  readonly id: string
  readonly kind: DrawKind
  readonly status: DrawStatus
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly locked_at: Date | null
  readonly draw_at: Date | null
  readonly auto_draw_at: Date | null
  readonly first_purchased_at: Date | null
  readonly host_gone_at: Date | null
  readonly beacon_chain: string | null
  readonly beacon_signature: Uint8Array | null
  readonly is_tiled: boolean
  readonly void_begun_at: Date | null
}

/** The columns that say which steps a draw has before it, from `draws d`. */
export const stepColumns = (sql: PgClient.PgClient) =>
  sql.literal(`d.id, d.kind, d.status, d.opens_at, d.closes_at, d.locked_at, d.draw_at,
    (SELECT l.auto_draw_at FROM lobbies l WHERE l.id = d.id) AS auto_draw_at,
    (SELECT t.created_at FROM tickets t WHERE t.draw_id = d.id AND t.position = 1) AS first_purchased_at,
    d.host_gone_at, d.beacon_chain, d.beacon_signature, d.tiled_at IS NOT NULL AS is_tiled, d.void_begun_at`)

export const stepFactsOf = (row: StepRow): StepFacts & { readonly id: DrawId } => ({
  id: drawId(row.id),
  kind: row.kind,
  status: row.status,
  opensAt: instantOf(row.opens_at),
  closesAt: instantOrNull(row.closes_at),
  lockedAt: instantOrNull(row.locked_at),
  drawAt: instantOrNull(row.draw_at),
  autoDrawAt: instantOrNull(row.auto_draw_at),
  firstPurchasedAt: instantOrNull(row.first_purchased_at),
  hostGoneAt: instantOrNull(row.host_gone_at),
  isRoundMissing: isRoundMissing({ beacon: row.beacon_chain, beaconSignature: row.beacon_signature }),
  isTiled: row.is_tiled,
  voidBegunAt: instantOrNull(row.void_begun_at)
})

interface StateRow extends StepRow, WallClockRow {
  readonly clock: Date
  readonly open_note: string
  readonly lock_note: string | null
  readonly total_entries: number
  readonly tree_frontier: Uint8Array
  readonly last_purchased_at: Date | null
  readonly void_note: string | null
  readonly refunded_entries: number
  readonly chain_followed_at: Date | null
}

const stateOf = (row: StateRow): DrawState => ({
  ...stepFactsOf(row),
  clock: instantOf(row.clock),
  openText: textOf(row.open_note),
  lockText: row.lock_note === null ? null : textOf(row.lock_note),
  totalEntries: row.total_entries,
  frontier: decodeFrontier(row.tree_frontier) ?? null,
  lastPurchasedAt: instantOrNull(row.last_purchased_at),
  chainHash: row.beacon_chain,
  chainFollowedAt: instantOrNull(row.chain_followed_at),
  beaconSignature: row.beacon_signature,
  voidText: row.void_note === null ? null : textOf(row.void_note),
  refundedEntries: row.refunded_entries
})

/**
 * Reads a draw without a lock: what may have changed since is to be read again under one. Fails where the clock that is read with it is
 * not to be believed.
 */
export const readDraw = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.map(
    Effect.flatMap(
      sql<StateRow>`
        SELECT ${stepColumns(sql)}, d.open_note, d.lock_note, d.total_entries, d.tree_frontier, d.last_purchased_at,
          d.void_note, d.refunded_entries,
          (SELECT f.followed_at FROM followed_chains f WHERE f.hash = d.beacon_chain) AS chain_followed_at,
          app_now() AS clock, ${wallClockColumn(sql)}
        FROM draws d WHERE d.id = ${id}::uuid`,
      requireAgreement
    ),
    ([row]): DrawState | undefined => row === undefined ? undefined : stateOf(row)
  )

/** Locks the draw's row, waiting for whoever has it, and only then reads it and the clock. */
export const lockDraw = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.andThen(sql`SELECT 1 FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`, readDraw(sql, id))
