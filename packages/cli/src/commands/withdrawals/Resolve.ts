/**
 * `ddd withdrawals resolve`: a person's decision about a withdrawal that is held.
 *
 * Before a step that left no trace is decided about, the provider is asked for it once more: what it has counts.
 */
import { formatCents } from "@ddd/core/money/Money"
import { visible } from "@ddd/core/values/Visible"
import * as Payouts from "@ddd/core/work/Payouts"
import { Argument } from "commander"
import { Data, Effect } from "effect"
import { done, type ExitCode, refuted } from "../../ExitCode.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { toldToWait } from "../approvals/ApprovalText.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import {
  adviceText,
  effectOf,
  findWithdrawal,
  noSuchWithdrawal,
  resolutions,
  type ResolutionWord,
  resolutionWords,
  withdrawalJson,
  withdrawalText
} from "./WithdrawalText.ts"

/** Nothing was decided; the message says why, and what to do. */
class NotResolved extends Data.TaggedError("NotResolved")<{ readonly message: string }> {}

/** Exit code 1 where the provider has what was said not to be there. */
const run = Effect.fn("ddd withdrawals resolve")(
  function*(text: string, word: ResolutionWord, { json, ...flags }: JsonFlag & GuardFlags) {
    const { before, resolved } = yield* onMoney(Effect.gen(function*() {
      const before = yield* findWithdrawal(text)
      const what = before.held === null
        ? `Withdrawal ${before.id} is ${before.status} and not held.`
        : `Of withdrawal ${before.id} of $${formatCents(before.amount)} it is decided: ${effectOf(before, word)}.`
      const act = yield* guard("withdrawals resolve", what, flags)
      return {
        before,
        resolved: yield* Effect.catchTag(
          Payouts.resolve(before.id, resolutions[word], act),
          "ApprovalRequired",
          toldToWait
        )
      }
    }))
    switch (resolved._tag) {
      case "Unknown":
        return yield* noSuchWithdrawal(text)
      case "NotAsked":
        return yield* new NotResolved({
          message: `The provider could not be asked, so nothing was decided: ${
            visible(resolved.reason)
          }. Try again later.`
        })
      case "OtherProvider":
        return yield* new NotResolved({
          message: `Withdrawal ${resolved.withdrawal.id} cannot be decided about here: ${
            visible(resolved.why)
          }. Nothing was decided.`
        })
      case "NotApplicable": {
        const { withdrawal } = resolved
        return yield* new NotResolved({
          message: withdrawal.held === null
            ? `Withdrawal ${withdrawal.id} is ${withdrawal.status} and not held: there is nothing to decide.`
            : `"${word}" does not apply to it: ${visible(withdrawal.held.reason)}. Nothing was changed.
${adviceText(withdrawal).join("\n")}`
        })
      }
      case "Found":
      case "Resolved": {
        const { _tag, withdrawal } = resolved
        const wasFound = _tag === "Found"
        yield* json === true
          ? printJson({ decided: wasFound ? null : word, found: wasFound, withdrawal: withdrawalJson(withdrawal) })
          : print([
            style.bold(
              wasFound
                ? style.yellow("Nothing was decided: the provider has it, and that was learnt instead.")
                : style.green(`Decided: ${effectOf(before, word)}.`)
            ),
            ...withdrawal.status === "pending" && withdrawal.held === null
              ? ["The next server that is free takes it on."]
              : [],
            "",
            withdrawalText(withdrawal, null)
          ].join("\n"))
        const code: ExitCode = wasFound ? refuted : done
        return code
      }
    }
  }
)

export const resolveWithdrawal: Declare = (perform) =>
  guarded(command(
    "resolve",
    "decide about one that is held, after the provider was asked once more; exit code 1 where it has it",
    "ddd withdrawals resolve 019a2b3c-0000-7000-8000-000000000001 absent"
  ))
    .argument("<id>", "a withdrawal's id")
    .addArgument(
      new Argument(
        "<decision>",
        "absent: the step did not happen, give the money back; again: ask for it once more; paid: the payout arrived; go-on: it was put right"
      ).choices(resolutionWords)
    )
    .addOption(jsonOption())
    .action((id, decision, flags) => perform(run(id, decision, flags)))
