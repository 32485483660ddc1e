/** What operators did by hand, in memory. */
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"

/** Writes what an operator did, in the synchronous piece of its effect. Gives the entry's id. */
export const writeEntry = (store: Store["Service"], entry: NewOperatorEntry): string => {
  const id = store.newId()
  store.operatorLog.set(id, { ...entry, id, at: store.now(), role: null })
  return id
}

export const layer: Layer.Layer<OperatorLog, never, Store> = Layer.effect(
  OperatorLog,
  Effect.map(Store, (store) =>
    OperatorLog.of({
      list: ({ command, operator, since, subject }, { cursor, limit }) =>
        Effect.sync(() => {
          const entries = [...store.operatorLog.values()].toReversed().filter((entry) =>
            (cursor === null || entry.id < cursor) &&
            (operator === undefined || entry.operator === operator) &&
            (command === undefined || entry.command === command) &&
            (subject === undefined || entry.subject.id === subject) &&
            (since === undefined || entry.at >= since)
          )
          return pageOf(entries, limit, ({ id }) => id)
        }),
      find: (id) => Effect.sync(() => store.operatorLog.get(id) ?? null)
    }))
)
