/** Port: for how long the prize of a room rests before it can be withdrawn. */
import { Context } from "effect"
import { dayMillis } from "../values/Instant.ts"

/** How many days it is where nobody says otherwise (ROOM_PRIZE_HOLD): as long as stores refund a purchase without much ado. */
export const roomPrizeHoldDays = 14

/** In milliseconds, from zero on. */
export const RoomPrizeHold = Context.Reference<number>("@ddd/core/ports/RoomPrizeHold", {
  defaultValue: () => roomPrizeHoldDays * dayMillis
})
