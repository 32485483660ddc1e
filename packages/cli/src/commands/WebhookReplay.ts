/** `ddd webhooks replay`: has an event acted on once more, whatever came of it; money never moves twice for it. */
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onMoney } from "./OnDatabase.ts"
import { findEvent } from "./WebhookText.ts"

export const replayWebhook = Effect.fn("ddd webhooks replay")(
  function*(text: string, { json }: { readonly json?: true }) {
    const { id, state, type } = yield* onMoney(Effect.gen(function*() {
      const event = yield* findEvent(text)
      yield* (yield* WebhookInbox).replay(event.id)
      return event
    }))
    yield* json === true
      ? printJson({ id, replayed: true })
      : print(`${type} ${id}, which was ${state}, is acted on once more by the next server that is free.`)
    return done
  }
)
