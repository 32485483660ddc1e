/** An operator declares a draw void whose chain is retired: decided by `refuseEarlyVoid`, once every relay was asked for the round. */
import { Effect } from "effect"
import type { Draw } from "../draws/Draw.ts"
import { followedHashes } from "../draws/DrawChain.ts"
import { type EarlyVoidRefusal, refuseEarlyVoid } from "../draws/EarlyVoid.ts"
import { nobleSha256 } from "../hash/Hash.ts"
import { BeaconChains } from "../ports/BeaconChains.ts"
import { Draws } from "../ports/Draws.ts"
import { Now } from "../ports/Now.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import { obtain } from "./BeaconRounds.ts"

/** Why the draw may not be declared void; null where it may. A round that a relay tells is stored, and the draw is drawn with it. */
export const whyNotVoid = Effect.fn("EarlyVoid.whyNotVoid")(function*(draw: Draw) {
  const draws = yield* Draws
  const isVoidBegun = (yield* draws.due).some(({ drawId, step }) => drawId === draw.id && step === "refund")
  if (isVoidBegun) return { _tag: "VoidBegun" } satisfies EarlyVoidRefusal
  const awaited = (yield* draws.awaitedRounds).find(({ drawIds }) => drawIds.includes(draw.id))
  const followed = followedHashes(nobleSha256, (yield* BeaconChains).followed)
  const followedAt = draw.beacon === null ? null : yield* draws.chainFollowedAt(draw.beacon.chainHash)
  const refusal = refuseEarlyVoid(draw, awaited !== undefined, followed, followedAt, yield* (yield* Now).now)
  if (refusal !== null || awaited === undefined) return refusal
  const isHad = yield* Effect.match(obtain(awaited), { onFailure: (error) => error, onSuccess: () => true as const })
  if (isHad === true) return { _tag: "RoundThere", round: awaited.round } satisfies EarlyVoidRefusal
  return isHad._tag === "RoundMissing" ? null : yield* isHad
})

/**
 * Declares it void, as `by` says; false where it was decided or declared void meanwhile. Asked after `whyNotVoid`. Its tickets may still have
 * to be paid back: `payBack`.
 */
export const voidEarly = Effect.fn("EarlyVoid.voidEarly")(function*({ id }: Draw, by: OperatorAct) {
  const draws = yield* Draws
  const dueAt = yield* (yield* Now).now
  const isDeclared = yield* draws.perform({ drawId: id, step: "abandon", reason: "retired", by, dueAt })
  if (isDeclared) {
    yield* Effect.logWarning(`draw ${id} was declared void by ${by.operator}: the chain of its beacon is retired`)
  }
  return isDeclared
})

/** Pays back what is left of a void that has begun; false where a server is doing that, which goes on. */
export const payBack = Effect.fn("EarlyVoid.payBack")(function*({ id }: Draw) {
  const draws = yield* Draws
  const dueAt = yield* (yield* Now).now
  const refund = draws.perform({ drawId: id, step: "refund", dueAt })
  let did = yield* refund
  while (did) did = yield* refund
  return (yield* draws.byId(id))?.status === "void"
})
