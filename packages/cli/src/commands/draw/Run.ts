/** `ddd draw run`: does now what is due now, as the server's clockwork would. */
import { visible } from "@ddd/core/values/Visible"
import * as BeaconRounds from "@ddd/core/work/BeaconRounds"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { Effect } from "effect"
import { done, refuted } from "../../ExitCode.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { drawing } from "../OnDatabase.ts"

const happened = (what: string): string => `${style.green("✓")} ${what}`
const failed = (what: string): string => `${style.red("✗")} ${what}`

/** A line a round: what came of asking for it. */
export const roundLines = (
  { missing, stored }: Effect.Success<ReturnType<typeof BeaconRounds.fetchDue>>
): ReadonlyArray<string> => [
  ...stored.map(({ round }) => happened(`round ${round}`)),
  ...missing.map(({ drawIds, round, why }) =>
    failed(`round ${round}, which ${drawIds.join(", ")} wait for: ${visible(why)}`)
  )
]

/** A line a step. */
const stepLines = (steps: Effect.Success<ReturnType<typeof Clockwork.runDue>>): ReadonlyArray<string> => [
  ...steps.done.map(({ drawId, step }) => happened(`${step} ${drawId}`)),
  ...steps.failed.map(({ drawId, step }) => failed(`${step} ${drawId}`)),
  ...steps.isPublished ? [] : [failed("the days ahead could not be published")]
]

const run = Effect.fn("ddd draw run")(function*({ json }: JsonFlag) {
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
  const lines = [...roundLines(rounds), ...stepLines(steps)]
  yield* json === true
    ? printJson({
      rounds: rounds.stored.map(({ round }) => round),
      missingRounds: rounds.missing.map(({ drawIds, round, why }) => ({ round, drawIds, why })),
      done: steps.done.map(({ drawId, step }) => ({ drawId, step })),
      failed: steps.failed.map(({ drawId, step }) => ({ drawId, step })),
      published: steps.isPublished
    })
    : print(lines.length === 0 ? "Nothing is due." : lines.join("\n"))
  return steps.isPublished && steps.failed.length === 0 && rounds.missing.length === 0 ? done : refuted
})

export const runDraws: Declare = (perform) =>
  command("run", "do now what is due: publish, open, lock, draw; exit code 1 where a step failed", "ddd draw run")
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
