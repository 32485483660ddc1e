/** `ddd webhooks list`: what outside services told, and what came of it, newest first. */
import { type WebhookSender, webhookSenders, type WebhookState, webhookStates } from "@ddd/core/money/WebhookEvent"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { eventJson, eventTable } from "./WebhookText.ts"

interface Flags extends JsonFlag {
  readonly sender?: WebhookSender
  readonly state?: WebhookState
  readonly limit: number
}

const run = Effect.fn("ddd webhooks list")(function*({ json, limit, ...filter }: Flags) {
  const events = yield* onMoney(
    Effect.flatMap(WebhookInbox, (inbox) => first((page) => inbox.list(filter, page), limit))
  )
  yield* printListed(events, { json, limit }, {
    json: eventJson,
    table: eventTable,
    nothing: "There are no such events."
  })
  return done
})

export const listWebhooks: Declare = (perform) =>
  command(
    "list",
    "what they told and what came of it, newest first",
    "ddd webhooks list --sender stripe --state failed"
  )
    .addOption(new Option("--sender <name>", "only what that one told").choices(webhookSenders))
    .addOption(new Option("--state <state>", "only those in it").choices(webhookStates))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
