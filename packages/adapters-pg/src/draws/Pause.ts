/** An operator pauses the sales of a daily draw, or resumes them, on PostgreSQL. */
import type { Draw } from "@ddd/core/draws/Draw"
import { decidePause } from "@ddd/core/draws/Pausing"
import { PauseRefused } from "@ddd/core/ports/Draws"
import type { DrawId } from "@ddd/core/values/Ids"
import { logged, type OperatorAct } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Result } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOrNull } from "../database/Rows.ts"
import { type LogServices, writeEntry } from "../operators/OperatorLogRows.ts"

interface PausableRow extends Pick<Draw, "kind" | "status"> {
  readonly closes_at: Date | null
  readonly paused_at: Date | null
}

/** As a transaction: sales that are under way end first, those that come after find the draw as it is written here. */
export const setPaused = Effect.fnUntraced(function*(
  services: LogServices,
  id: DrawId,
  paused: boolean,
  act: OperatorAct
) {
  const { sql } = services
  const [row] = yield* sql<PausableRow>`
    SELECT kind, status, closes_at, paused_at FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`
  if (row === undefined) return false
  const facts = {
    draw: { kind: row.kind, status: row.status, closesAt: instantOrNull(row.closes_at) },
    pausedAt: instantOrNull(row.paused_at),
    clock: yield* clockOf(sql)
  }
  const decided = decidePause(facts, paused)
  if (Result.isFailure(decided)) return yield* new PauseRefused({ refusal: decided.failure })
  if (!decided.success) return false
  yield* sql`UPDATE draws SET paused_at = CASE WHEN ${paused} THEN app_now() END WHERE id = ${id}::uuid`
  yield* writeEntry(services, logged(act, "draw", id))
  return true
})

export const readPausedAt = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.map(
    sql<Pick<PausableRow, "paused_at">>`SELECT paused_at FROM draws WHERE id = ${id}::uuid`,
    ([row]) => instantOrNull(row?.paused_at ?? null)
  )
