/**
 * Which draws have something to be done, found by index.
 *
 * SQL finds the draws that may have a step due, or the next one; which steps they are, and when, is decided by core's `stepsAhead` on
 * the rows that come back. That both say the same is held by `DueSteps.test.ts`.
 */
import { expireAfterMillis, stepsAhead } from "@ddd/core/draws/DrawSteps"
import type { DueByClock } from "@ddd/core/ports/Draws"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { requireAgreement, wallClockColumn, type WallClockRow } from "../database/ClockCheck.ts"
import { instantOf } from "../database/Rows.ts"
import { stepColumns, stepFactsOf, type StepRow } from "./ReadDraw.ts"

/** Draws that have a step before them: those that an index has, and when it falls due, which is null where that is not known. */
interface StepSource {
  /** A condition on `draws d`. */
  readonly where: string
  readonly column: string
  /** How long after what `column` says the step falls due, in milliseconds. */
  readonly afterMillis: number
}

const sources: ReadonlyArray<StepSource> = [
  { where: "d.status = 'scheduled' AND d.closes_at > (SELECT clock FROM c)", column: "d.opens_at", afterMillis: 0 },
  {
    where: "d.status IN ('scheduled', 'open') AND d.closes_at IS NOT NULL AND d.void_begun_at IS NULL",
    column: "d.closes_at",
    afterMillis: 0
  },
  {
    where:
      "d.status = 'locked' AND d.void_begun_at IS NULL AND (d.beacon_chain IS NULL OR d.beacon_signature IS NOT NULL)",
    column: "CASE d.kind WHEN 'room' THEN (SELECT l.auto_draw_at FROM lobbies l WHERE l.id = d.id) ELSE d.draw_at END",
    afterMillis: 0
  },
  {
    where: "d.kind = 'room' AND d.status = 'open' AND d.first_purchased_at IS NOT NULL AND d.host_gone_at IS NULL",
    column: "d.first_purchased_at",
    afterMillis: expireAfterMillis
  },
  {
    where: "d.kind = 'room' AND d.status = 'open' AND d.first_purchased_at IS NULL AND d.host_gone_at IS NULL",
    column: "d.opens_at",
    afterMillis: expireAfterMillis
  },
  {
    where: "d.kind = 'room' AND d.status = 'open' AND d.host_gone_at IS NOT NULL",
    column: "d.host_gone_at",
    afterMillis: 0
  },
  { where: "d.status = 'locked' AND d.void_begun_at IS NOT NULL", column: "d.void_begun_at", afterMillis: 0 },
  {
    where: "d.status = 'open' AND d.closes_at IS NOT NULL AND d.void_begun_at IS NOT NULL",
    column: "d.void_begun_at",
    afterMillis: 0
  },
  { where: "d.tiled_at IS NULL AND d.locked_at IS NOT NULL", column: "d.locked_at", afterMillis: 0 }
]

const interval = (millis: number): string => `interval '${millis} milliseconds'`

/** The column is compared as it is, by its index. */
const select = ({ afterMillis, column, where }: StepSource, comparison: string): string =>
  `SELECT d.id, ${column} + ${interval(afterMillis)} AS due_at FROM draws d
    WHERE ${where} AND ${column} ${comparison} (SELECT clock - ${interval(afterMillis)} FROM c)`

/**
 * `c`: the clock, read once a statement. `ahead`: draws that have a step before them, a row a step, with the instants at which they fall
 * due: those that are due, those that are not, or all, but for those of which that is not known; `oldest`: of those that are due the
 * one of each index that has been so for longest.
 */
export const stepsAheadOfDraws = (sql: PgClient.PgClient, which: "due" | "later" | "all" | "oldest") => {
  const parts = sources.flatMap((source) => [
    ...which === "oldest" ? [`(${select(source, "<=")} ORDER BY ${source.column} LIMIT 1)`] : [],
    ...which === "later" || which === "oldest" ? [] : [select(source, "<=")],
    // of each source the next alone
    ...which === "due" || which === "oldest"
      ? []
      : [`(${select(source, ">")}${which === "later" ? ` ORDER BY ${source.column} LIMIT 1` : ""})`]
  ])
  return sql.literal(`WITH c AS MATERIALIZED (SELECT app_now() AS clock), ahead AS (${parts.join(" UNION ALL ")})`)
}

interface DueRow extends StepRow, WallClockRow {
  readonly clock: Date
}

/** The steps of a draw that are due at the clock that was read with it, or that are not due yet. */
const stepsOf = (row: DueRow, which: "due" | "later"): ReadonlyArray<DueByClock> => {
  const draw = stepFactsOf(row)
  const clock = instantOf(row.clock)
  return stepsAhead(draw, clock)
    .filter(({ dueAt }) => (dueAt <= clock) === (which === "due"))
    .map((ahead) => ({ drawId: draw.id, ...ahead }))
}

const byInstant = (a: DueByClock, b: DueByClock): number =>
  a.dueAt - b.dueAt || (a.drawId === b.drawId ? 0 : a.drawId < b.drawId ? -1 : 1)

/** What is due by the clock, oldest first. Fails where the clock is not to be believed. */
export const dueSteps = (sql: PgClient.PgClient) =>
  Effect.map(
    Effect.flatMap(
      sql<DueRow>`
        ${stepsAheadOfDraws(sql, "due")}
        SELECT ${stepColumns(sql)}, c.clock, ${wallClockColumn(sql)} FROM draws d, c
        WHERE d.id = ANY (ARRAY (SELECT id FROM ahead))`,
      requireAgreement
    ),
    (rows) => rows.flatMap((row) => stepsOf(row, "due")).sort(byInstant)
  )

/** When the next step falls due that is not due yet. */
export const nextDueAt = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<DueRow>`
      ${stepsAheadOfDraws(sql, "later")}
      SELECT ${stepColumns(sql)}, c.clock, ${wallClockColumn(sql)} FROM draws d, c
      WHERE d.id = (SELECT id FROM ahead ORDER BY due_at LIMIT 1)`,
    (rows): Instant | null => rows.flatMap((row) => stepsOf(row, "later")).sort(byInstant)[0]?.dueAt ?? null
  )
