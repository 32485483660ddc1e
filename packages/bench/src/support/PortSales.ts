/** Sales at the port, in this process. */
import { Sales } from "@ddd/core/ports/Sales"
import { userId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import type { Player } from "./Players.ts"

const fingerprint = "00".repeat(32)

/** A purchase under a key of its own. */
export const buyAtPort = ({ userId: buyer }: Player, quantity: number) =>
  Sales.use((sales) =>
    sales.purchase({
      userId: userId(buyer),
      quantity,
      drawId: null,
      idempotency: { key: randomUUID(), fingerprint }
    })
  )

/** Sells the same number of tickets to each of many players; `atOnce` of them in a purchase, so that others stand between. */
export const sellToAll = Effect.fnUntraced(function*(
  players: ReadonlyArray<Player>,
  ticketsEach: number,
  atOnce: number
) {
  for (let left = ticketsEach; left > 0; left -= atOnce) {
    yield* Effect.forEach(players, (player) => buyAtPort(player, Math.min(left, atOnce)), {
      concurrency: 256,
      discard: true
    })
  }
})
