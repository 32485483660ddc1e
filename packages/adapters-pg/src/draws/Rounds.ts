/** The rounds of beacons that locked draws wait for. */
import { type AwaitedRound, awaitedRounds, type WaitingDraw } from "@ddd/core/draws/AwaitedRounds"
import { drawId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf } from "../database/Rows.ts"

interface WaitingRow {
  readonly id: string
  readonly draw_at: Date
  readonly beacon_chain: string
  readonly beacon_round: bigint
  readonly clock: Date
}

const waitingOf = (row: WaitingRow): WaitingDraw => ({
  id: drawId(row.id),
  status: "locked",
  drawAt: instantOf(row.draw_at),
  beacon: { chainHash: row.beacon_chain, round: Number(row.beacon_round) },
  isRoundMissing: true
})

/** The rounds that locked draws whose outcome is due wait for, the longest awaited first. */
export const readAwaitedRounds = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<WaitingRow>`
      SELECT d.id, d.draw_at, d.beacon_chain, d.beacon_round, c.clock
      FROM draws d, (SELECT app_now() AS clock) c
      WHERE d.status = 'locked' AND d.beacon_chain IS NOT NULL AND d.beacon_signature IS NULL AND d.draw_at <= c.clock`,
    (rows): ReadonlyArray<AwaitedRound> =>
      rows[0] === undefined ? [] : awaitedRounds(rows.map(waitingOf), instantOf(rows[0].clock))
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
