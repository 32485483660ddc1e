/** An operator declares a draw void whose chain is retired: decided by `refuseEarlyVoid`, once every relay was asked for the round. */
import { Effect } from "effect"
import type { Draw } from "../draws/Draw.ts"
import { followedHashes } from "../draws/DrawChain.ts"
import { type EarlyVoidRefusal, refuseEarlyVoid } from "../draws/EarlyVoid.ts"
import { nobleSha256 } from "../hash/Hash.ts"
import { BeaconChains } from "../ports/BeaconChains.ts"
import { Draws } from "../ports/Draws.ts"
import { Now } from "../ports/Now.ts"
import { obtain } from "./BeaconRounds.ts"

/** Why the draw may not be declared void; null where it may. A round that a relay tells is stored, and the draw is drawn with it. */
export const whyNotVoid = Effect.fn("EarlyVoid.whyNotVoid")(function*(draw: Draw) {
  const awaited = (yield* (yield* Draws).awaitedRounds).find(({ drawIds }) => drawIds.includes(draw.id))
  const followed = followedHashes(nobleSha256, (yield* BeaconChains).followed)
  const refusal = refuseEarlyVoid(draw, awaited !== undefined, followed, yield* (yield* Now).now)
  if (refusal !== null || awaited === undefined) return refusal
  const isHad = yield* Effect.match(obtain(awaited), { onFailure: (error) => error, onSuccess: () => true as const })
  if (isHad === true) return { _tag: "RoundThere", round: awaited.round } satisfies EarlyVoidRefusal
  return isHad._tag === "RoundMissing" ? null : yield* isHad
})

/** Declares it void, as `by` says; false where it was decided or declared void meanwhile. Asked after `whyNotVoid`. */
export const voidEarly = Effect.fn("EarlyVoid.voidEarly")(function*({ id }: Draw, by: string) {
  const draws = yield* Draws
  const dueAt = yield* (yield* Now).now
  const isVoid = yield* draws.perform({ drawId: id, step: "abandon", reason: "retired", by, dueAt })
  if (isVoid) yield* Effect.logWarning(`draw ${id} was declared void by ${by}: the chain of its beacon is retired`)
  return isVoid
})
