/** Plays commands about limits, and compares what is in force with what is expected. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { countedOn } from "@ddd/core/money/Limits"
import type { LimitsView } from "@ddd/core/play/LimitChange"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { dayOf } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { World } from "../World.ts"
import type { Player } from "./Expected.ts"
import { askLimit, confirmLimit, type LimitedPeriod, spentIn } from "./ExpectedLimits.ts"

const assertView = ({ limits }: Player, { inForce, pending }: LimitsView): void => {
  assert.deepStrictEqual([inForce.dailySpend, inForce.weeklySpend], [limits.daily, limits.weekly])
  assert.sameDeepMembers(
    pending.map(({ limit, value }) => [limit, value]),
    Array.from(limits.rises, ([period, { value }]) => [`${period}Spend`, value])
  )
}

export const limitOnce = Effect.fnUntraced(function*(player: Player, period: LimitedPeriod, value: bigint | null) {
  const controls = yield* PlayControls
  const change = period === "daily" ? { dailySpend: value } : { weeklySpend: value }
  const view = yield* controls.changeLimits(player.id, change, operatorOrigin)
  askLimit(player.limits, period, value, yield* (yield* World).now)
  assertView(player, view)
})

export const confirmOnce = Effect.fnUntraced(function*(player: Player) {
  const clock = yield* (yield* World).now
  const view = yield* (yield* PlayControls).confirmLimits(player.id, operatorOrigin)
  confirmLimit(player.limits, clock)
  assertView(player, view)
})

/** What is counted against limits must be what was bought. */
export const compareLimits = Effect.fnUntraced(function*({ id, limits }: Player) {
  const { counted } = yield* (yield* PlayControls).of(id)
  if (counted === null) return
  const clock = yield* (yield* World).now
  const { spent } = countedOn(counted, dayOf(clock))
  assert.deepStrictEqual(
    [spent.daily, spent.weekly],
    [spentIn(limits, "daily", clock), spentIn(limits, "weekly", clock)]
  )
})
