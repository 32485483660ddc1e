/** Jobs that are kept in the store, where tests find them, and that nobody does. */
import { Outbox } from "@ddd/core/ports/Outbox"
import { Effect, Layer } from "effect"
import { addJob } from "./AccountSteps.ts"
import { Store } from "./Store.ts"

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
