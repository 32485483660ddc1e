/** Jobs that are kept in the store, where tests find them, and that nobody does. */
import { Outbox } from "@ddd/core/ports/Outbox"
import type { Job, NewJob } from "@ddd/core/values/Job"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"

/** Adds a job; the same id once, ever. Whether it is new. */
export const addJob = (store: Store["Service"], id: string, job: Job): boolean => {
  if (store.jobs.has(id)) return false
  store.jobs.set(id, { id, job, createdAt: store.now() })
  return true
}

export const layer: Layer.Layer<Outbox, never, Store> = Layer.effect(
  Outbox,
  Effect.map(Store, (store) =>
    Outbox.of({
      add: (id, job) =>
        Effect.sync(() => {
          addJob(store, id, job)
        })
    }))
)

/** Adds the jobs that a decision asks for, in their order. */
export const addJobs = (store: Store["Service"], jobs: ReadonlyArray<NewJob>): void => {
  for (const { id, job } of jobs) addJob(store, id, job)
}
