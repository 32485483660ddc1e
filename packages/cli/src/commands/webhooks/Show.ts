/** `ddd webhooks show`: one event at length, with its body as it came. */
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { eventJson, eventText, findEvent } from "./WebhookText.ts"

const run = Effect.fn("ddd webhooks show")(function*(id: string, { json }: JsonFlag) {
  const event = yield* onMoney(findEvent(id))
  yield* json === true ? printJson({ ...eventJson(event), body: event.body }) : print(eventText(event))
  return done
})

export const showWebhook: Declare = (perform) =>
  command(
    "show",
    "one event at length, with its body",
    "ddd webhooks show 019a2b3c-0000-7000-8000-000000000001"
  )
    .argument("<id>", "an event's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
