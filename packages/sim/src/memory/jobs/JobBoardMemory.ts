/** The jobs as operators see them, in memory: nobody does them, so none is ever done or given up. */
import { JobBoard, type JobEntry } from "@ddd/core/ports/JobBoard"
import type { Job, JobQueueName } from "@ddd/core/values/Job"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"
import type { JobRow } from "../StoredRows.ts"

export const layer: Layer.Layer<JobBoard, never, Store> = Layer.effect(
  JobBoard,
  Effect.map(Store, (store) =>
    JobBoard.of({
      list: (state, { cursor, limit }) =>
        Effect.sync(() => {
          const numbered = state === null || state === "pending"
            ? [...store.jobs.values()].map((row, index) => ({ row, index })).toReversed()
            : []
          const page = pageOf(
            numbered.filter(({ index }) => cursor === null || index < Number(cursor)),
            limit,
            ({ index }) => `${index}`
          )
          return { ...page, items: page.items.map(({ row }) => asEntry(row)) }
        }),
      retry: () => Effect.succeed(0)
    }))
)

const queueOf = (job: Job): JobQueueName =>
  job._tag === "HandleWebhook" ? "webhooks" : job._tag === "PayOut" ? "payouts" : "outbox"

const asEntry = ({ createdAt, id, job }: JobRow): JobEntry => {
  const { _tag: kind, ...about } = job
  return {
    id,
    queue: queueOf(job),
    kind,
    about: JSON.stringify(about),
    state: "pending",
    attempts: 0,
    lastFailure: null,
    createdAt,
    dueAt: createdAt
  }
}
