/** Sells the same number of tickets to each of many players, at the port; `atOnce` of them in a purchase, so that others stand between. */
import { userId } from "@ddd/core/Ids"
import { Sales } from "@ddd/core/ports/Sales"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import type { Player } from "./Players.ts"

const fingerprint = "00".repeat(32)

export const sellToAll = Effect.fnUntraced(function*(
  players: ReadonlyArray<Player>,
  ticketsEach: number,
  atOnce: number
) {
  const sales = yield* Sales
  for (let left = ticketsEach; left > 0; left -= atOnce) {
    yield* Effect.forEach(players, (player) =>
      sales.purchase({
        userId: userId(player.userId),
        quantity: Math.min(left, atOnce),
        drawId: null,
        idempotency: { key: randomUUID(), fingerprint }
      }), { concurrency: 256, discard: true })
  }
})
