/** `ddd webhooks show`: one event at length, with its body as it came. */
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onMoney } from "./OnDatabase.ts"
import { eventJson, eventText, findEvent } from "./WebhookText.ts"

export const showWebhook = Effect.fn("ddd webhooks show")(function*(id: string, { json }: { readonly json?: true }) {
  const event = yield* onMoney(findEvent(id))
  yield* json === true ? printJson({ ...eventJson(event), body: event.body }) : print(eventText(event))
  return done
})
