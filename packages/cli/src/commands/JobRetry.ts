/** `ddd jobs retry`: has what failed for good tried again, from the first attempt on. */
import { JobBoard } from "@ddd/core/ports/JobBoard"
import { Data, Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onMoney } from "./OnDatabase.ts"

/** No job is tried again; the message says why. */
class NotRetried extends Data.TaggedError("NotRetried")<{ readonly message: string }> {}

/** Either `id`, or `all` that failed. */
export const retryJobs = Effect.fn("ddd jobs retry")(
  function*(id: string | undefined, { all, json }: { readonly all?: true; readonly json?: true }) {
    if ((id === undefined) !== (all === true)) {
      return yield* new NotRetried({ message: "Say which job, by its id, or --all for every one that failed." })
    }
    const retried = yield* onMoney(Effect.flatMap(JobBoard, (board) => board.retry(id ?? null)))
    if (id !== undefined && retried === 0) {
      return yield* new NotRetried({
        message: `No job ${id} has failed: \`ddd jobs list --state failed\` shows those that have.`
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
