/**
 * `ddd restored`: begins a new epoch on a database that a backup replaced (docs/operations/restoring.md).
 *
 * What was sold and signed since the backup is lost, and stays so: it is listed, as far as it is remembered. What was paid out is recorded
 * again, and what protects players is carried out again (decision 98). The operator confirms twice: on the terminal, or as `--yes <epoch>`.
 */
import type { WithdrawalOutcome } from "@ddd/adapters-pg/draws/Restored"
import { type Lost, lostText } from "@ddd/core/draws/Remembered"
import { newestOf } from "@ddd/core/money/Measure"
import { formatCents } from "@ddd/core/money/Money"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import { visible } from "@ddd/core/values/Visible"
import { type CarriedOut, carryOut } from "@ddd/core/work/CarryOut"
import { Data, Effect } from "effect"
import { done } from "../ExitCode.ts"
import { withCallable } from "../Invocation.ts"
import { ask, isSomebodyThere } from "../terminal/Ask.ts"
import { print, printJson, remark } from "../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, wholeNumber } from "./Declaration.ts"
import { reasonedAct, type ReasonFlag, reasonOption } from "./Guarded.ts"
import { restoring } from "./OnDatabase.ts"
import { eraseReasonText } from "./user/Erase.ts"

/** No epoch was begun, or none that is remembered; the message says which, and why. */
class NotBegun extends Data.TaggedError("NotBegun")<{ readonly message: string }> {}

const explanation =
  "Put a backup back only where nothing newer is left. What was lost stays lost: a new epoch sells on with other ticket " +
  "numbers and salts, opens no day anew whose record was published, and draws no draw whose lock was published with other tickets. " +
  "Withdrawals that were sent are recorded again; what protects players is carried out again."

/** What no command can know, or do by itself. */
const left = () =>
  [
    "where another host has a PROOF_DIR of its own, whose files are not in this one: `ddd restored` there too",
    "`ddd withdrawals reconcile`, before a server starts: what was paid out and is not remembered is known to the provider alone. " +
    "What is held then is for you to decide: `ddd withdrawals list --held`",
    "`ddd audit`: whether the books hold",
    "`ddd purchases list`: stores tell again for days of what was bought; what is older is compared with their own lists. " +
    "Who calls POST /wallet/deposit repeats the calls since the backup, under their references",
    "what operators did since, such as `ddd wallet credit`, is done again, under the same --reference",
    "players whose session ended sign in again, and who signed up since signs up again; passwords and addresses are those of the backup"
  ].map(withCallable)

/** One thing that was lost, and what became of it. */
interface Outcome {
  readonly what: string
  readonly outcome: string
}

const withdrawalOutcome = ({ owed, problem, withdrawal }: WithdrawalOutcome): Outcome => ({
  what: lostText({ _tag: "Withdrawal", withdrawal }),
  outcome: problem !== null
    ? `not recorded: ${problem}`
    : "recorded again, and looked for at the provider" + (
      owed === null || owed === 0n ? "" : `; $${formatCents(owed)} of it was not in the wallet, and is owed`
    )
})

const measureOutcome = (carried: CarriedOut, userId: string): string => {
  switch (carried._tag) {
    case "Done":
      return "carried out again"
    case "UnknownUser":
      return "nobody of that id is in this database, or they are erased"
    case "EraseWaits":
      return withCallable(
        `frozen, since they cannot be erased yet: ${carried.reasons.map(eraseReasonText).join("; ")}. ` +
          `Then: \`ddd user erase ${userId}\``
      )
    case "Refused":
      return `not carried out: ${carried.why}`
  }
}

/** Safe as often as wanted: where this ends before the epoch begins, all of it is done once more. */
const protectAgain = (lost: ReadonlyArray<Lost>, act: OperatorAct) =>
  Effect.forEach(
    newestOf(lost.flatMap((each) => each._tag === "Measure" ? [each.taken] : [])),
    (taken) =>
      Effect.map(carryOut(taken, act), (carried): Outcome => ({
        what: lostText({ _tag: "Measure", taken }),
        outcome: measureOutcome(carried, taken.userId)
      }))
  )

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
  const { carriedOut, lost, next } = yield* restoring(Effect.gen(function*() {
    const Restored = yield* Effect.promise(() => import("@ddd/adapters-pg/draws/Restored"))
    const { Acknowledged } = yield* Effect.promise(() => import("@ddd/core/ports/Acknowledged"))
    const acknowledged = yield* Acknowledged
    const { lost, next } = yield* Restored.readLoss(acknowledged)
    // for programs, where nobody is there to be asked: what is lost, before anything begins
    if (json === true && yes === undefined && !isSomebodyThere()) {
      yield* printJson({
        epoch: next,
        begun: false,
        lost: lost.map(lostText),
        unreadable: acknowledged.unreadable(),
        carriedOut: [],
        left: left()
      })
    } else if (json !== true) {
      yield* remark(
        lost.length === 0
          ? "Nothing is remembered that this database lacks. What was lost, if anything was, is not known here."
          : `This database lacks:\n${lost.map((each) => `  ${lostText(each)}`).join("\n")}`
      )
    }
    const { unreadableText } = yield* Effect.promise(() => import("../AcknowledgedFiles.ts"))
    const unreadable = acknowledged.unreadable()
    if (unreadable.length > 0 && json !== true) yield* remark(`${unreadableText(unreadable)}.`)
    yield* confirm(next, yes)
    const act = yield* reasonedAct("restored", flags)
    const measures = yield* protectAgain(lost, act)
    const told = new Set(lost.flatMap((each) => each._tag === "Measure" ? [each.taken.id] : []))
    const begun = yield* Restored.beginEpoch(acknowledged, next, act, (id) => told.has(id))
    if (begun === null) {
      return yield* new NotBegun({
        message: "Somebody else has begun an epoch meanwhile. " + (measures.length === 0
          ? "Nothing was changed."
          : `No epoch was begun; ${measures.length} measures that protect players were carried out again. Run this again.`)
      })
    }
    if (json !== true) yield* Effect.logWarning(`epoch ${next} begins`, { lost: begun.lost.map(lostText) })
    const problem = acknowledged.problem()
    if (problem !== null) {
      return yield* new NotBegun({
        message: `Epoch ${next} has begun, but: ${problem}. Make it usable, then run this again, which begins epoch ${
          next + 1
        }.`
      })
    }
    return { lost: begun.lost, carriedOut: [...begun.withdrawals.map(withdrawalOutcome), ...measures], next }
  }))
  if (json === true) {
    yield* printJson({ epoch: next, begun: true, lost: lost.map(lostText), carriedOut, left: left() })
    return done
  }
  const isCarriedOut = (each: Lost) => each._tag === "Withdrawal" || each._tag === "Measure"
  const lines = [
    ...lost.filter((each) => !isCarriedOut(each)).map((each) => `Lost: ${lostText(each)}`),
    ...carriedOut.map(({ outcome, what }) => `${what}: ${outcome}`)
  ]
  for (const line of lines) yield* print(visible(line))
  yield* print([`Epoch ${next} has begun. What is left to you:`, ...left().map((step) => `  - ${step}`)].join("\n"))
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
