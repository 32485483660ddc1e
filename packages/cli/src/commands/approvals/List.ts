/** `ddd approvals list`: money that waits, or waited, for another operator, newest first. */
import { type ApprovalState, approvalStates } from "@ddd/core/money/FourEyes"
import { Approvals } from "@ddd/core/ports/Approvals"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { approvalJson, approvalTable } from "./ApprovalText.ts"

interface Flags extends JsonFlag {
  readonly state?: ApprovalState
  readonly limit: number
}

const run = Effect.fn("ddd approvals list")(function*({ json, limit, state }: Flags) {
  const found = yield* onMoney(
    Effect.flatMap(Approvals, (approvals) => first((page) => approvals.list(state ?? null, page), limit))
  )
  yield* printListed(found, { json, limit }, {
    json: approvalJson,
    table: approvalTable,
    nothing: state === undefined ? "Nothing was ever asked of another operator." : `Nothing is ${state}.`
  })
  return done
})

export const listApprovals: Declare = (perform) =>
  command("list", "what waits, or waited, newest first", "ddd approvals list --state waiting")
    .addOption(new Option("--state <state>", "only those in it").choices(approvalStates))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
