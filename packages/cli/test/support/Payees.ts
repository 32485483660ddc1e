/** Players whom money can be paid out to, at a provider that answers. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { get } from "./Ddd.ts"
import { at, Site, textAt } from "./Site.ts"

/** A player with so much and an account that money can be sent to. */
export const newPayee = Effect.fnUntraced(function*(amount: string) {
  const { ask, deposit, newPlayer, post, verifyAddress } = yield* Site
  const player = yield* newPlayer
  yield* deposit(player, amount)
  yield* verifyAddress(player)
  const opened = yield* post("/wallet/payout-account", undefined, { token: player.accessToken })
  assert.strictEqual(opened.status, 201, opened.text)
  yield* get(textAt(opened.json, "url"))
  const { json } = yield* ask("GET", "/wallet/payout-account", { token: player.accessToken })
  assert.strictEqual(at(json, "status"), "ready")
  return player
})
