/** The rounds of beacons that locked draws wait for. */
import { type AwaitedRound, awaitedRounds, type WaitingDraw } from "@ddd/core/draws/AwaitedRounds"
import type { ChainInfo } from "@ddd/core/proof/Beacon"
import { drawId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf } from "../database/Rows.ts"
import { inTransaction } from "../database/Transaction.ts"
import type { Chains } from "./Chains.ts"
import { statusNotice } from "./DrawEventsPg.ts"

interface WaitingRow {
  readonly id: string
  readonly draw_at: Date
  readonly beacon_chain: string
  readonly beacon_round: bigint
  readonly clock: Date
}

const waitingOf = (row: WaitingRow, chain: ChainInfo | null): WaitingDraw => ({
  id: drawId(row.id),
  status: "locked",
  drawAt: instantOf(row.draw_at),
  beacon: { chainHash: row.beacon_chain, round: Number(row.beacon_round) },
  chain,
  isRoundMissing: true,
  voidBegunAt: null
})

/** The rounds that locked draws whose outcome is due wait for, the longest awaited first. */
export const readAwaitedRounds = Effect.fnUntraced(function*(sql: PgClient.PgClient, chains: Chains) {
  const none: ReadonlyArray<AwaitedRound> = []
  const rows = yield* sql<WaitingRow>`
    SELECT d.id, d.draw_at, d.beacon_chain, d.beacon_round, c.clock
    FROM draws d, (SELECT app_now() AS clock) c
    WHERE d.status = 'locked' AND d.void_begun_at IS NULL AND d.beacon_chain IS NOT NULL AND d.beacon_signature IS NULL
      AND d.draw_at <= c.clock`
  if (rows[0] === undefined) return none
  const known = new Map<string, ChainInfo | null>()
  for (const name of new Set(rows.map((row) => row.beacon_chain))) known.set(name, yield* chains.named(name))
  const waiting = rows.map((row) => waitingOf(row, known.get(row.beacon_chain) ?? null))
  return awaitedRounds(waiting, instantOf(rows[0].clock))
})

/**
 * Keeps a round's signature, once, for every locked draw that waits for it. Gives how many did. Each draw's row by itself: no lock is
 * held while another is awaited, and a draw that cannot be written keeps no other from it.
 */
export const storeRound = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, chainHash: string, round: number, signature: Uint8Array) {
    const waiting = yield* sql<{ readonly id: string }>`
      SELECT id FROM draws
      WHERE status = 'locked' AND void_begun_at IS NULL AND beacon_chain = ${chainHash} AND beacon_round = ${round}::bigint
        AND beacon_signature IS NULL
      ORDER BY id`
    const [stored, unstored] = yield* Effect.partition(waiting, ({ id }) =>
      Effect.map(
        // told with it, so that every process tells its own clients
        inTransaction(sql)(sql`
          WITH stored AS (
            UPDATE draws SET beacon_signature = ${signature}
            WHERE id = ${id}::uuid AND status = 'locked' AND void_begun_at IS NULL AND beacon_signature IS NULL
            RETURNING 1
          )
          SELECT 1 AS stored FROM stored, ${statusNotice(sql, id)}`),
        (rows) => rows.length
      ))
    if (unstored[0] !== undefined) {
      // the others have it; this one's failure is said, and tried again
      return yield* unstored[0]
    }
    return stored.reduce((sum, count) => sum + count, 0)
  }
)
