/** `ddd jobs list`: what is to be done outside the books, was done, or failed for good, newest first. */
import { JobBoard, type JobEntry, type JobState, jobStates } from "@ddd/core/ports/JobBoard"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { visibleData } from "@ddd/core/values/Visible"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { style } from "../../terminal/Output.ts"
import { fitted } from "../../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { jobIdText } from "./JobIdText.ts"

export const jobJson = (job: JobEntry) => ({
  ...job,
  createdAt: formatInstant(job.createdAt),
  dueAt: formatInstantOrNull(job.dueAt)
})

const stateText = ({ attempts, state }: JobEntry): string =>
  state === "failed" ? style.red(state) : state === "completed" || attempts === 0 ? state : style.yellow(state)

/** One line a job, and one more for why its latest attempt failed. */
export const jobTable = (found: ReadonlyArray<JobEntry>): string => {
  const jobs = visibleData(found)
  const table = fitted([
    ["SINCE", "QUEUE", "WHAT", "STATE", "TRIES", "NEXT", "ID"],
    ...jobs.map((job) => [
      formatInstant(job.createdAt),
      job.queue,
      job.kind,
      stateText(job),
      String(job.attempts),
      job.dueAt === null ? "" : formatInstant(job.dueAt),
      style.dim(jobIdText(job.id))
    ])
  ], { right: [4], yields: [0, 5, 1] })
  const [head, ...lines] = table.split("\n")
  const explained = jobs.flatMap(({ about, lastFailure, state }, at) => [
    lines[at] ?? "",
    `  ${style.dim(about)}`,
    ...lastFailure === null || state === "completed" ? [] : [`  ${style.red(lastFailure)}`]
  ])
  return [head, ...explained].join("\n")
}

interface Flags extends JsonFlag {
  readonly state?: JobState
  readonly limit: number
}

const run = Effect.fn("ddd jobs list")(function*({ json, limit, state }: Flags) {
  const jobs = yield* onMoney(
    Effect.flatMap(JobBoard, (board) => first((page) => board.list(state ?? null, page), limit))
  )
  yield* printListed(jobs, { json, limit }, {
    json: jobJson,
    table: jobTable,
    nothing: state === undefined ? "There are no jobs." : `No job is ${state}.`
  })
  return done
})

export const listJobs: Declare = (perform) =>
  command(
    "list",
    "mails, webhooks and payouts to be handled, handled, or given up, newest first",
    "ddd jobs list --state failed"
  )
    .addOption(new Option("--state <state>", "only those in it").choices(jobStates))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
