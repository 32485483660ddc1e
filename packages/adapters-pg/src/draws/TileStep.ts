/** The step by which the tiles of a locked draw's tree are written. */
import { isDue } from "@ddd/core/draws/DrawSteps"
import type { DrawId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { readDraw } from "./ReadDraw.ts"
import type { StepServices } from "./StepServices.ts"
import { tileDraw } from "./TicketTiles.ts"

/** Writes the tiles. Tickets of a locked draw never change, so this needs no lock. */
export const tile = Effect.fnUntraced(function*({ sealing, sql }: StepServices, id: DrawId) {
  const draw = yield* readDraw(sql, id)
  if (draw === undefined || !isDue("tile", draw, draw.clock)) return false
  yield* tileDraw(sql, sealing.sha256, id, draw.totalEntries)
  const done = yield* sql`
    UPDATE draws SET tiled_at = app_now() WHERE id = ${id}::uuid AND tiled_at IS NULL RETURNING 1 AS done`
  return done.length > 0
})
