/** Sells the same number of tickets to each of many players, at the port. */
import { userId } from "@ddd/core/Ids"
import { Sales } from "@ddd/core/ports/Sales"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import type { Player } from "./Players.ts"

/** Tickets of a purchase: so few that many players stand between two of one. */
const atOnce = 10

const fingerprint = "00".repeat(32)

export const sellToAll = Effect.fnUntraced(function*(players: ReadonlyArray<Player>, ticketsEach: number) {
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
