/** What outside services told us, in memory. */
import {
  concludeEvent,
  dismissEvent,
  receiveEvent,
  replayEvent,
  type WebhookConclusion
} from "@ddd/core/money/WebhookEvent"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { logged } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer } from "effect"
import { addJobs } from "../jobs/OutboxMemory.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import { Store } from "../Store.ts"

export const layer: Layer.Layer<WebhookInbox, never, Store> = Layer.effect(
  WebhookInbox,
  Effect.map(Store, (store) =>
    WebhookInbox.of({
      receive: ({ body, eventId, sender, type }) =>
        store.exclusive(Effect.sync(() => {
          const events = [...store.webhookEvents.values()]
          if (events.some((event) => event.sender === sender && event.eventId === eventId)) return { isNew: false }
          const id = store.newId()
          const { jobs, state } = receiveEvent(id)
          store.webhookEvents.set(id, {
            id,
            sender,
            eventId,
            type,
            body: new TextDecoder("utf-8", { ignoreBOM: true }).decode(body),
            state,
            outcome: null,
            reference: null,
            receivedAt: store.now(),
            handledAt: null
          })
          addJobs(store, jobs)
          return { isNew: true }
        })),

      find: (id) => Effect.sync(() => store.webhookEvents.get(id) ?? null),

      conclude: (id, conclusion) =>
        store.exclusive(Effect.sync(() => {
          const event = store.webhookEvents.get(id)
          if (event === undefined) return
          const { sender, state } = event
          const facts = { sender, state, isPlayerErased: isPlayerErased(store, conclusion) }
          const decided = concludeEvent(facts, conclusion)
          if (decided === null) return
          const { isBodyRemoved, ...concluded } = decided
          const body = isBodyRemoved ? "" : event.body
          store.webhookEvents.set(id, { ...event, ...concluded, body, handledAt: store.now() })
        })),

      list: ({ sender, state }, { cursor, limit }) =>
        Effect.sync(() => {
          const events = [...store.webhookEvents.values()].toReversed().filter((event) =>
            (sender === undefined || event.sender === sender) && (state === undefined || event.state === state) &&
            (cursor === null || event.id < cursor)
          )
          return pageOf(events, limit, ({ id }) => id)
        }),

      replay: (id, act) =>
        store.exclusive(Effect.sync(() => {
          const event = store.webhookEvents.get(id)
          if (event === undefined) return false
          const { jobs, state } = replayEvent(id, store.newId())
          store.webhookEvents.set(id, { ...event, state })
          addJobs(store, jobs)
          writeEntry(store, logged(act, "event", id, { was: event.state }))
          return true
        })),

      dismiss: (id, act) =>
        store.exclusive(Effect.sync(() => {
          const event = store.webhookEvents.get(id)
          const dismissed = event === undefined ? null : dismissEvent(event)
          if (event === undefined || dismissed === null) return false
          const { isBodyRemoved, ...said } = dismissed
          const body = isBodyRemoved ? "" : event.body
          store.webhookEvents.set(id, { ...event, ...said, body, handledAt: store.now() })
          writeEntry(store, logged(act, "event", id, { was: event.state }))
          return true
        }))
    }))
)

/** Whether whom an event is about, or the buyer of its funding, was erased. */
const isPlayerErased = (store: Store["Service"], { reference, userId }: WebhookConclusion): boolean => {
  const player = userId ?? (reference === null ? null : store.fundings.get(reference)?.userId ?? null)
  return player !== null && (store.users.get(player)?.erasedAt ?? null) !== null
}
