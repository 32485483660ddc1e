/** Port: how many tickets of a day's draw one player may have. */
import { Context } from "effect"

/** From one on; null: any number (MAX_TICKETS_PER_DRAW). */
export const TicketsPerDraw = Context.Reference<number | null>("@ddd/core/ports/TicketsPerDraw", {
  defaultValue: () => null
})
