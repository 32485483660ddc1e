/** How the draws stand, for whoever watches over the server: one statement, by indexes, however many draws there were. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { stepsAheadOfDraws } from "./DueSteps.ts"

/** So many rows are counted at most: that is enough to know that something is wrong. */
const countedMax = 200

export interface DrawsStanding {
  /** Those that are not over; of rooms the locked ones alone. */
  readonly draws: ReadonlyArray<{
    readonly kind: "daily" | "room"
    readonly status: "scheduled" | "open" | "locked"
    readonly count: number
  }>
  /** For how long the step that has been due for longest has been so; 0 where none is. */
  readonly lateSeconds: number
  /** For how long the oldest draw that is to be drawn has waited for its round; 0 where none does. */
  readonly roundLateSeconds: number
}

interface Row {
  readonly kind: "daily" | "room" | null
  readonly status: "scheduled" | "open" | "locked" | null
  readonly count: number
  readonly late: number | null
  readonly round_late: number | null
}

/** Every combination is there, so that a series does not end where it falls to 0. */
const shown = [
  { kind: "daily", status: "scheduled" },
  { kind: "daily", status: "open" },
  { kind: "daily", status: "locked" },
  { kind: "room", status: "locked" }
] as const

export const readDrawsStanding = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<Row>`
      ${stepsAheadOfDraws(sql, "oldest")}, standing AS (
        (SELECT kind, status FROM draws
          WHERE status IN ('scheduled', 'open') AND closes_at IS NOT NULL ORDER BY closes_at LIMIT ${countedMax})
        UNION ALL
        (SELECT kind, status FROM draws WHERE status = 'locked' ORDER BY draw_at LIMIT ${countedMax}))
      SELECT kind, status, count(*)::float8 AS count, NULL::float8 AS late, NULL::float8 AS round_late
        FROM standing GROUP BY kind, status
      UNION ALL
      SELECT NULL, NULL, 0,
        (SELECT extract(epoch FROM (SELECT clock FROM c) - min(due_at))::float8 FROM ahead),
        (SELECT extract(epoch FROM (SELECT clock FROM c) - w.draw_at)::float8
          FROM (SELECT draw_at FROM draws
            WHERE status = 'locked' AND draw_at <= (SELECT clock FROM c) AND beacon_chain IS NOT NULL AND beacon_signature IS NULL
              AND void_begun_at IS NULL
            ORDER BY draw_at LIMIT 1) w)`,
    (rows): DrawsStanding => {
      const times = rows.find(({ kind }) => kind === null)
      return {
        draws: shown.map(({ kind, status }) => ({
          kind,
          status,
          count: rows.find((row) => row.kind === kind && row.status === status)?.count ?? 0
        })),
        lateSeconds: Math.max(0, times?.late ?? 0),
        roundLateSeconds: Math.max(0, times?.round_late ?? 0)
      }
    }
  )
