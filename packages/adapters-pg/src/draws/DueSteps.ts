/**
 * Which draws have something to be done, found by index.
 *
 * SQL finds the draws that may have a step due, or the next one; which steps they are, and when, is decided by core's `stepsAhead` on
 * the rows that come back. That both say the same is held by `DueSteps.test.ts`.
 */
import { expireAfterMillis, stepsAhead } from "@ddd/core/draws/DrawSteps"
import type { DueStep } from "@ddd/core/ports/Draws"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { requireAgreement, wallClockColumn, type WallClockRow } from "../database/ClockCheck.ts"
import { instantOf } from "../database/Rows.ts"
import { stepColumns, stepFactsOf, type StepRow } from "./ReadDraw.ts"

/**
 * `c`: the clock, read once a statement. `ahead`: draws that have a step before them, a row a step, with the instants at which they fall
 * due; null where that is not known.
 */
export const stepsAheadOfDraws = (sql: PgClient.PgClient) =>
  sql.literal(`WITH c AS MATERIALIZED (SELECT app_now() AS clock), ahead AS (
    SELECT id, opens_at AS due_at FROM draws WHERE status = 'scheduled' AND closes_at > (SELECT clock FROM c)
    UNION ALL
    SELECT id, closes_at FROM draws WHERE status IN ('scheduled', 'open') AND closes_at IS NOT NULL
    UNION ALL
    SELECT id, CASE kind WHEN 'room' THEN (SELECT l.auto_draw_at FROM lobbies l WHERE l.id = d.id) ELSE draw_at END
    FROM draws d WHERE status = 'locked' AND (beacon_chain IS NULL OR beacon_signature IS NOT NULL)
    UNION ALL
    SELECT d.id, t.created_at + interval '${expireAfterMillis} milliseconds'
    FROM draws d JOIN tickets t ON t.draw_id = d.id AND t.position = 1 WHERE d.kind = 'room' AND d.status = 'open'
    UNION ALL
    SELECT id, locked_at FROM draws WHERE tiled_at IS NULL AND lock_note IS NOT NULL)`)

interface DueRow extends StepRow, WallClockRow {
  readonly clock: Date
}

/** The steps of a draw that are due at the clock that was read with it, or that are not due yet. */
const stepsOf = (row: DueRow, which: "due" | "later"): ReadonlyArray<DueStep> => {
  const draw = stepFactsOf(row)
  const clock = instantOf(row.clock)
  return stepsAhead(draw, clock)
    .filter(({ dueAt }) => (dueAt <= clock) === (which === "due"))
    .map((ahead) => ({ drawId: draw.id, ...ahead }))
}

const byInstant = (a: DueStep, b: DueStep): number =>
  a.dueAt - b.dueAt || (a.drawId === b.drawId ? 0 : a.drawId < b.drawId ? -1 : 1)

/** What is due by the clock, oldest first. Fails where the clock is not to be believed. */
export const dueSteps = (sql: PgClient.PgClient) =>
  Effect.map(
    Effect.flatMap(
      sql<DueRow>`
        ${stepsAheadOfDraws(sql)}
        SELECT ${stepColumns(sql)}, c.clock, ${wallClockColumn(sql)} FROM draws d, c
        WHERE d.id IN (SELECT id FROM ahead WHERE due_at <= (SELECT clock FROM c))`,
      requireAgreement
    ),
    (rows) => rows.flatMap((row) => stepsOf(row, "due")).sort(byInstant)
  )

/** When the next step falls due that is not due yet. */
export const nextDueAt = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<DueRow>`
      ${stepsAheadOfDraws(sql)}
      SELECT ${stepColumns(sql)}, c.clock, ${wallClockColumn(sql)} FROM draws d, c
      WHERE d.id = (SELECT id FROM ahead WHERE due_at > (SELECT clock FROM c) ORDER BY due_at LIMIT 1)`,
    (rows): Instant | null => rows.flatMap((row) => stepsOf(row, "later")).sort(byInstant)[0]?.dueAt ?? null
  )
