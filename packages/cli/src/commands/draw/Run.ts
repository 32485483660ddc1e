/** `ddd draw run`: does now what is due now, as the server's clockwork would. */
import { visible } from "@ddd/core/values/Visible"
import * as BeaconRounds from "@ddd/core/work/BeaconRounds"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { Effect } from "effect"
import { done, refuted } from "../../ExitCode.ts"
import { print, style } from "../../terminal/Output.ts"
import { command, type Declare } from "../Declaration.ts"
import { drawing } from "../OnDatabase.ts"

const run = Effect.fn("ddd draw run")(function*() {
  const { rounds, steps } = yield* drawing(Effect.gen(function*() {
    // a draw that is locked only now waits for a round, which a draw that was locked before may not
    const before = yield* Clockwork.runDue()
    const rounds = yield* BeaconRounds.fetchDue()
    const after = yield* Clockwork.runDue()
    return {
      rounds,
      steps: { done: [...before.done, ...after.done], failed: after.failed, isPublished: after.isPublished }
    }
  }))
  for (const { round } of rounds.stored) yield* print(`${style.green("✓")} round ${round}`)
  for (const { drawIds, round, why } of rounds.missing) {
    yield* print(`${style.red("✗")} round ${round}, which ${drawIds.join(", ")} wait for: ${visible(why)}`)
  }
  for (const { drawId, step } of steps.done) yield* print(`${style.green("✓")} ${step} ${drawId}`)
  for (const { drawId, step } of steps.failed) yield* print(`${style.red("✗")} ${step} ${drawId}`)
  if (!steps.isPublished) yield* print(`${style.red("✗")} the days ahead could not be published`)
  const nothing = [steps.done, steps.failed, rounds.stored, rounds.missing].every((each) => each.length === 0) &&
    steps.isPublished
  if (nothing) yield* print("Nothing is due.")
  return steps.isPublished && steps.failed.length === 0 && rounds.missing.length === 0 ? done : refuted
})

export const runDraws: Declare = (perform) =>
  command("run", "do now what is due: publish, open, lock, draw; exit code 1 where a step failed", "ddd draw run")
    .action(() => perform(run()))
