/**
 * `ddd restored`: begins a new epoch on a database that a backup replaced (docs/operations/restoring.md).
 *
 * What was sold, signed and paid out since the backup is lost, and stays so: it is listed, as far as it is remembered. The operator confirms
 * twice: on the terminal, or as `--yes <epoch>`.
 */
import { lostText } from "@ddd/core/draws/Remembered"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done } from "../ExitCode.ts"
import { callable } from "../Invocation.ts"
import { ask, isSomebodyThere } from "../terminal/Ask.ts"
import { print, printJson, remark } from "../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, wholeNumber } from "./Declaration.ts"
import { reasonedAct, type ReasonFlag, reasonOption } from "./Guarded.ts"
import { restoring } from "./OnDatabase.ts"

/** No epoch was begun, or none that is remembered; the message says which, and why. */
class NotBegun extends Data.TaggedError("NotBegun")<{ readonly message: string }> {}

const explanation =
  "Put a backup back only where nothing newer is left. What was lost stays lost: a new epoch sells on with other ticket " +
  "numbers and salts, opens no day anew whose record was published, and draws no draw whose lock was published with other tickets."

const confirm = Effect.fnUntraced(function*(epoch: number, yes: number | undefined) {
  if (yes === epoch) return
  if (yes !== undefined) {
    return yield* new NotBegun({ message: `The epoch that begins is ${epoch}, not ${yes}. Nothing was changed.` })
  }
  if (!isSomebodyThere()) {
    return yield* new NotBegun({
      message: `Nobody is there to confirm it. Say --yes ${epoch} to begin epoch ${epoch}.`
    })
  }
  yield* remark(explanation)
  const first = yield* ask("Is every server on a newer copy of this database stopped for good? Write yes: ")
  const second = first === "yes" ? yield* ask(`To begin it, write the number of the epoch, ${epoch}: `) : ""
  if (second !== String(epoch)) return yield* new NotBegun({ message: "It was not confirmed. Nothing was changed." })
})

const run = Effect.fn("ddd restored")(function*(
  { json, yes, ...flags }: JsonFlag & ReasonFlag & { readonly yes?: number }
) {
  const { lost, next } = yield* restoring(Effect.gen(function*() {
    const Restored = yield* Effect.promise(() => import("@ddd/adapters-pg/draws/Restored"))
    const { Acknowledged } = yield* Effect.promise(() => import("@ddd/core/ports/Acknowledged"))
    const acknowledged = yield* Acknowledged
    const { lost, next } = yield* Restored.readLoss(acknowledged)
    yield* remark(
      lost.length === 0
        ? "Nothing is remembered that this database lacks. What was lost, if anything was, is not known here."
        : `This database lacks:\n${lost.map((each) => `  ${lostText(each)}`).join("\n")}`
    )
    yield* confirm(next, yes)
    const act = yield* reasonedAct("restored", flags)
    const begun = yield* Restored.beginEpoch(acknowledged, next, act)
    if (begun === null) {
      return yield* new NotBegun({ message: "Somebody else has begun an epoch meanwhile. Nothing was changed." })
    }
    yield* Effect.logWarning(`epoch ${next} begins`, { lost: begun.map(lostText) })
    const problem = acknowledged.problem()
    if (problem !== null) {
      return yield* new NotBegun({
        message: `Epoch ${next} has begun, but: ${problem}. Make it usable, then run this again, which begins epoch ${
          next + 1
        }.`
      })
    }
    return { lost: begun, next }
  }))
  if (json === true) {
    yield* printJson({ epoch: next, lost: lost.map(lostText) })
    return done
  }
  for (const each of lost) yield* print(visible(lostText(each)))
  yield* print(
    `Epoch ${next} has begun. Now run \`${
      callable("ddd withdrawals reconcile")
    }\`: what was paid out since the backup is known to the provider alone.`
  )
  return done
})

export const restored: Declare = (perform) =>
  command(
    "restored",
    "after a backup was put back: list what was lost, and go on with other ticket numbers and salts",
    "ddd restored"
  )
    .option("--yes <epoch>", "the number of the epoch to begin, to be asked nothing", wholeNumber(1, 255))
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
