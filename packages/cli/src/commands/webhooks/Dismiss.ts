/** `ddd webhooks dismiss`: has nobody look at an event any more. */
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { findEvent } from "./WebhookText.ts"

/** Nothing was changed; the message says why. */
class NotDismissed extends Data.TaggedError("NotDismissed")<{ readonly message: string }> {}

const run = Effect.fn("ddd webhooks dismiss")(function*(text: string, { json, ...flags }: JsonFlag & GuardFlags) {
  const { event, isDismissed } = yield* onMoney(Effect.gen(function*() {
    const event = yield* findEvent(text)
    const what = `${visible(event.type)} ${event.id} is listed no more, though nothing came of it.`
    const act = yield* guard("webhooks dismiss", what, flags)
    return { event, isDismissed: yield* (yield* WebhookInbox).dismiss(event.id, act) }
  }))
  const { id, state, type } = event
  if (!isDismissed) {
    return yield* new NotDismissed({ message: `Event ${id} is ${state}: only failed and waiting ones are looked at.` })
  }
  yield* json === true
    ? printJson({ id, dismissed: true })
    : print(`${visible(type)} ${id}, which was ${state}, is not listed any more. No money was decided about.`)
  return done
})

export const dismissWebhook: Declare = (perform) =>
  guarded(command(
    "dismiss",
    "take one that failed or waits off the list, once you have looked; decides about no money",
    "ddd webhooks dismiss 019a2b3c-0000-7000-8000-000000000001"
  ))
    .argument("<id>", "an event's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
