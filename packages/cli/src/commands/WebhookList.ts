/** `ddd webhooks list`: what outside services told, and what came of it, newest first. */
import { WebhookInbox, type WebhookSender, type WebhookState } from "@ddd/core/ports/WebhookInbox"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onMoney } from "./OnDatabase.ts"
import { newest } from "./Pages.ts"
import { eventJson, eventTable } from "./WebhookText.ts"

interface Flags {
  readonly sender?: WebhookSender
  readonly state?: WebhookState
  readonly limit: number
  readonly json?: true
}

export const listWebhooks = Effect.fn("ddd webhooks list")(function*({ json, limit, ...filter }: Flags) {
  const events = yield* onMoney(
    Effect.flatMap(WebhookInbox, (inbox) => newest((page) => inbox.list(filter, page), limit))
  )
  if (json === true) yield* printJson(events.map(eventJson))
  else yield* print(events.length === 0 ? "There are no such events." : eventTable(events))
  return done
})
