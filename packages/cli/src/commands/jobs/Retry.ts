/** `ddd jobs retry`: has what failed for good tried again, from the first attempt on. */
import { JobBoard } from "@ddd/core/ports/JobBoard"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { actOf, type ReasonFlag, reasonOption } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { jobIdOf } from "./JobIdText.ts"

/** No job is tried again; the message says why. */
class NotRetried extends Data.TaggedError("NotRetried")<{ readonly message: string }> {}

/** Either `id`, or `all` that failed. */
const run = Effect.fn("ddd jobs retry")(
  function*(id: string | undefined, { all, json, ...flags }: JsonFlag & ReasonFlag & { readonly all?: true }) {
    if ((id === undefined) !== (all === true)) {
      return yield* new NotRetried({ message: "Say which job, by its id, or --all for every one that failed." })
    }
    const act = yield* actOf("jobs retry", flags)
    const retried = yield* onMoney(
      Effect.flatMap(JobBoard, (board) => board.retry(id === undefined ? null : jobIdOf(id), act))
    )
    if (id !== undefined && retried === 0) {
      return yield* new NotRetried({
        message: `No job ${visible(id)} has failed: \`ddd jobs list --state failed\` shows those that have.`
      })
    }
    if (json === true) yield* printJson({ retried })
    else {
      yield* print(
        retried === 0 ?
          "No job has failed."
          : `${retried === 1 ? "1 job is" : `${retried} jobs are`} tried again by the next server that is free.`
      )
    }
    return done
  }
)

export const retryJobs: Declare = (perform) =>
  command(
    "retry",
    "have what was given up tried again, from the first attempt on",
    "ddd jobs retry payout/019a2b3c-0000-7000-8000-000000000001",
    "ddd jobs retry --all"
  )
    .argument("[id]", "a job's id, as `ddd jobs list` shows it")
    .option("--all", "every job that was given up")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
