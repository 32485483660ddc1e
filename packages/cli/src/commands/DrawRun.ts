/** `ddd draw run`: does now what is due now, as the server's clockwork would. */
import * as Clockwork from "@ddd/core/Clockwork"
import { Effect } from "effect"
import { done, refuted } from "../ExitCode.ts"
import { print, style } from "../terminal/Output.ts"
import { onDraws } from "./OnDatabase.ts"

export const runDraws = Effect.fn("ddd draw run")(function*() {
  const steps = yield* onDraws(Clockwork.runDue())
  for (const { drawId, step } of steps.done) yield* print(`${style.green("✓")} ${step} ${drawId}`)
  for (const { drawId, step } of steps.failed) yield* print(`${style.red("✗")} ${step} ${drawId}`)
  if (steps.done.length === 0 && steps.failed.length === 0) yield* print("Nothing is due.")
  return steps.failed.length === 0 ? done : refuted
})
