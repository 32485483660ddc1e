#!/usr/bin/env node
/**
 * `bench:void`: what it takes to declare a large draw void, with every ticket's price given back.
 *
 * The tickets are sold at the port, the draw is locked, and no round of the beacon comes for a week. It fails where a cent is missing.
 *
 * A wallet is locked in the middle of a step, from its second statement to its commit: for less than what is told of the longest step.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { abandonAfterMillis } from "@ddd/core/draws/DrawSteps"
import { Draws } from "@ddd/core/ports/Draws"
import type { DrawId } from "@ddd/core/values/Ids"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { Clock, Effect, References } from "effect"
import { setUp } from "./sell/Stage.ts"
import { audited, balancesOf } from "./shows/Books.ts"
import { advanceClock } from "./support/Clocks.ts"
import { inside } from "./support/Inside.ts"
import { makeMeter } from "./support/Meter.ts"
import { sellToAll } from "./support/PortSales.ts"
import { medianOf } from "./support/Quantiles.ts"
import { argumentsOf, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: { players: { type: "string", default: "2000" }, tickets: { type: "string", default: "200000" } }
})

const origin = "http://localhost"
/** Where nobody listens. */
const nowhere = "http://127.0.0.1:9"

/** Declares the draw void, step by step. Gives how long the steps took that lock wallets, in milliseconds. */
const voidInSteps = Effect.fnUntraced(function*(drawId: DrawId) {
  const draws = yield* Draws
  yield* draws.perform({ drawId, step: "abandon", reason: "beacon", dueAt: instant(0) })
  const steps: Array<number> = []
  for (;;) {
    const began = yield* Clock.currentTimeMillis
    if (!(yield* draws.perform({ drawId, step: "refund", dueAt: instant(0) }))) break
    steps.push((yield* Clock.currentTimeMillis) - began)
  }
  // the last one publishes the record, and locks no wallet
  return steps.slice(0, -1)
})

runProgram(Effect.gen(function*() {
  const players = Number(values.players)
  const stage = yield* setUp(players, origin, { BEACON: "dev", DRAND_URLS: nowhere })
  const environment = stage.environmentOf("port")
  const { measure, table } = makeMeter(stage.postgresPid)

  const before = yield* balancesOf(environment, stage.buyers)
  const steps = yield* Effect.gen(function*() {
    const draws = yield* Draws
    const each = Math.ceil(Number(values.tickets) / players)
    yield* remark(`selling ${each} tickets to each of ${players} players`)
    const sold = yield* draws.current
    yield* measure("sell", sellToAll(stage.buyers, each, 10))
    yield* advanceClock(environment, dayMillis)
    yield* measure("lock and tile", Clockwork.runDue())
    yield* advanceClock(environment, abandonAfterMillis)
    const { id } = sold ?? (yield* Effect.die(new Error("no draw was on sale")))
    return yield* measure("void", voidInSteps(id))
  }).pipe(Effect.provide(inside(environment, origin)), Effect.provideService(References.MinimumLogLevel, "Warn"))
  const after = yield* balancesOf(environment, stage.buyers)
  if (before.some((balance, index) => balance !== after[index])) {
    return yield* Effect.die(new Error("not every cent came back"))
  }
  yield* print(table())
  if (steps.length > 0) {
    yield* print(`${steps.length} steps: ${medianOf(steps)} ms each in the median, ${Math.max(...steps)} ms at most`)
  }
  yield* print(yield* audited(environment))
}))
